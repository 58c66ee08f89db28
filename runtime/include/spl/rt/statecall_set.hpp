// A set of statecalls: one bit each, no heap. What allowed() returns.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spl::rt {

template <class Statecall, std::uint32_t size_v>
class StatecallSet {
 public:
  static constexpr std::uint32_t kWords = (size_v + 63) / 64 + (size_v == 0 ? 1 : 0);

  class iterator {
   public:
    using value_type = Statecall;
    using difference_type = std::ptrdiff_t;

    constexpr iterator() = default;
    constexpr iterator(const std::uint64_t* words, std::uint32_t at) : words_(words), at_(at) {
      skip();
    }
    constexpr Statecall operator*() const { return static_cast<Statecall>(at_); }
    constexpr iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    constexpr iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    friend constexpr bool operator==(const iterator& a, const iterator& b) {
      return a.at_ == b.at_;
    }

   private:
    constexpr void skip() {
      while (at_ < size_v && (words_[at_ / 64] >> (at_ % 64) & 1U) == 0) {
        // An empty word is skipped whole.
        at_ = words_[at_ / 64] >> (at_ % 64) == 0 ? (at_ / 64 + 1) * 64 : at_ + 1;
      }
      if (at_ > size_v) at_ = size_v;
    }
    const std::uint64_t* words_ = nullptr;
    std::uint32_t at_ = 0;
  };

  [[nodiscard]] constexpr bool contains(Statecall s) const {
    const auto i = static_cast<std::uint32_t>(s);
    return i < size_v && (words_[i / 64] >> (i % 64) & 1U) != 0;
  }
  constexpr void insert(Statecall s) {
    const auto i = static_cast<std::uint32_t>(s);
    if (i < size_v) words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  [[nodiscard]] constexpr std::uint32_t size() const {
    std::uint32_t n = 0;
    for (auto w : words_) {
      for (; w != 0; w &= w - 1) ++n;
    }
    return n;
  }
  [[nodiscard]] constexpr bool empty() const { return size() == 0; }
  /// Ascending, that is by name.
  [[nodiscard]] constexpr iterator begin() const { return {words_, 0}; }
  [[nodiscard]] constexpr iterator end() const { return {words_, size_v}; }
  friend constexpr bool operator==(const StatecallSet&, const StatecallSet&) = default;

 private:
  std::uint64_t words_[kWords] = {};
};

}  // namespace spl::rt
