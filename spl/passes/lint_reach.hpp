// Internal to the lints: what the runs of all automata reached, by place in the text.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"

namespace spl::lints {

struct PlaceKey {
  SourceRange range;
  std::uint32_t position = 0;
  friend bool operator==(const PlaceKey&, const PlaceKey&) = default;
};
struct PlaceHash {
  std::size_t operator()(const PlaceKey& key) const {
    std::uint64_t h = static_cast<std::uint32_t>(key.range.file) + 1U;
    for (const std::uint64_t part : {std::uint64_t{key.range.begin}, std::uint64_t{key.range.end},
                                     std::uint64_t{key.position}}) {
      h = (h ^ part) * 0x9e3779b97f4a7c15U;
      h ^= h >> 29U;
    }
    return h;
  }
};
using Places = std::unordered_set<PlaceKey, PlaceHash>;

/// One statement of the text has a node in every expansion of its routine; it is reached if any of
/// them is. Aggregated over all automata.
class Reach {
 public:
  /// Adds what was covered. Without coverage (the automaton could not be explored) everything that
  /// its graph still has counts as reached, so that no lint speaks from ignorance.
  void add(const Automaton& automaton, const Coverage* coverage);

  [[nodiscard]] bool statement(SourceRange range) const { return statements_.contains({range, 0}); }
  /// The way number `position` of a choice or loop was taken by its guard, which stands at `guard`.
  [[nodiscard]] bool guard(SourceRange guard, std::uint32_t position) const {
    return guards_.contains({guard, position});
  }
  [[nodiscard]] bool fired(SourceRange handle) const { return fired_.contains({handle, 0}); }
  /// Some way through the handle consumed nothing.
  [[nodiscard]] bool passed(SourceRange handle) const { return passed_.contains({handle, 0}); }

 private:
  Places statements_;
  Places guards_;
  Places fired_;
  Places passed_;
};

}  // namespace spl::lints
