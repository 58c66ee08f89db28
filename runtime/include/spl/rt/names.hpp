// Names of statecalls: id to name, name to id, and the nearest name to a misspelt one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spl/rt/verdict.hpp"

namespace spl::rt {

inline constexpr std::uint32_t kNoName = 0xffffffffU;

/// All names one after the other, ascending bytewise, each followed by a NUL. One text and one
/// array of offsets need no relocations, unlike an array of pointers.
struct Names {
  const char* text = nullptr;
  const std::uint32_t* offsets = nullptr;  // size + 1
  std::uint32_t size = 0;

  [[nodiscard]] constexpr std::string_view operator[](std::uint32_t id) const {
    if (id >= size) return detail::text("?");
    return {text + offsets[id], offsets[id + 1] - offsets[id] - 1};
  }
  /// The id of a name, or kNoName. Binary search.
  [[nodiscard]] constexpr std::uint32_t find(std::string_view name) const {
    std::uint32_t low = 0;
    std::uint32_t high = size;
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      const auto order = (*this)[middle].compare(name);
      if (order == 0) return middle;
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return kNoName;
  }
};

/// An id that may be missing. (std::optional is not freestanding.)
template <class Id>
class Maybe {
 public:
  constexpr Maybe() = default;
  constexpr explicit Maybe(Id id) : id_(id), has_value_(true) {}
  static constexpr Maybe from_id(std::uint32_t id) {
    return id == kNoName ? Maybe() : Maybe(static_cast<Id>(id));
  }
  [[nodiscard]] constexpr bool has_value() const { return has_value_; }
  constexpr explicit operator bool() const { return has_value_; }
  /// Only if there is one.
  [[nodiscard]] constexpr Id operator*() const { return id_; }
  [[nodiscard]] constexpr Id value_or(Id other) const { return has_value_ ? id_ : other; }
  friend constexpr bool operator==(const Maybe&, const Maybe&) = default;

 private:
  Id id_{};
  bool has_value_ = false;
};

namespace detail {

inline constexpr std::size_t kLongestCompared = 127;

constexpr std::uint32_t least(std::uint32_t a, std::uint32_t b) {
  return a < b ? a : b;
}

/// Damerau-Levenshtein distance (adjacent swaps count one), for names up to kLongestCompared.
constexpr std::uint32_t distance(std::string_view a, std::string_view b) {
  std::uint8_t rows[3][kLongestCompared + 1] = {};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const auto* above = rows[(i + 2) % 3];
    const auto* before = rows[(i + 1) % 3];
    auto* row = rows[i % 3];
    row[0] = static_cast<std::uint8_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::uint32_t best = least(above[j] + 1U, row[j - 1] + 1U);
      best = least(best, above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = least(best, before[j - 2] + 1U);
      }
      row[j] = static_cast<std::uint8_t>(best);
    }
  }
  return rows[a.size() % 3][b.size()];
}

/// Calls f(part) for each '_' part of a name. By hand: string_view's find() and substr() want
/// memchr and an exception, and neither is there in a freestanding program.
template <class F>
constexpr void each_part(std::string_view name, F f) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    if (at < name.size() && name[at] != '_') continue;
    f(std::string_view(name.data() + begin, at - begin));
    begin = at + 1;
  }
}

/// True if two names are made of the same '_' parts.
constexpr bool same_parts(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto count = [](std::string_view text, std::string_view part) {
    std::size_t n = 0;
    each_part(text, [&](std::string_view here) { n += here == part ? 1U : 0U; });
    return n;
  };
  bool same = true;
  each_part(a, [&](std::string_view part) { same = same && count(a, part) == count(b, part); });
  return same;
}

}  // namespace detail

/// The name most like `name` among those that `wanted(id)` is true for, or kNoName if none is near:
/// at most a third of its length away, or the same parts in another order. Never `name` itself.
template <class Wanted>
constexpr std::uint32_t nearest(const Names& names, std::string_view name, Wanted wanted) {
  if (name.empty() || name.size() > detail::kLongestCompared) return kNoName;
  std::uint32_t best = kNoName;
  auto limit = static_cast<std::uint32_t>(name.size() / 3);
  if (limit == 0) limit = 1;
  ++limit;  // "less than limit" from here on
  for (std::uint32_t id = 0; id < names.size; ++id) {
    const auto candidate = names[id];
    if (candidate.size() > detail::kLongestCompared || candidate == name || !wanted(id)) continue;
    const auto longer = candidate.size() > name.size() ? candidate.size() - name.size()
                                                       : name.size() - candidate.size();
    if (longer >= limit) continue;
    auto d = detail::distance(name, candidate);
    if (d > 1 && detail::same_parts(name, candidate)) d = 1;
    if (d < limit) {
      best = id;
      limit = d;
    }
  }
  return best;
}

}  // namespace spl::rt
