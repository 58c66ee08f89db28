// Internal to the passes: the configurations of an automaton, numbered, each stepped once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "automaton/configuration_hash.hpp"
#include "spl/interpreter.hpp"

namespace spl {

/// Dense number of a configuration: a set of them is a sorted vector of numbers.
using ConfigurationId = std::uint32_t;
using IdSet = std::vector<ConfigurationId>;

inline void tidy(IdSet& set) {
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
}

/// Steps single configurations, each once: a tick of a set is the union of what its members do, so
/// the sets of a construction, which overlap a lot, cost no more than their union.
class Members {
 public:
  struct Move {
    StatecallId statecall;
    ConfigurationId after;
    friend auto operator<=>(const Move&, const Move&) = default;
  };
  /// Where one configuration gets to silently.
  struct Landing {
    IdSet set;
    std::optional<Refusal> refusal;
  };

  Members(const Automaton& automaton, Coverage* coverage)
      : a_(automaton), stepper_(automaton, Stepper::kDefaultLimit, coverage) {}

  [[nodiscard]] const Stepper& stepper() const { return stepper_; }
  [[nodiscard]] const Configuration& operator[](ConfigurationId id) const { return *all_[id]; }
  [[nodiscard]] const std::vector<const Configuration*>& all() const { return all_; }
  /// What a step could not do, if anything.
  [[nodiscard]] const std::optional<TooLarge>& too_large() const { return too_large_; }
  /// Roughly what is held in memory, in values.
  [[nodiscard]] std::size_t values() const { return values_; }

  IdSet intern(ConfigurationSet set) {
    IdSet ids;
    ids.reserve(set.size());
    for (auto& c : set) ids.push_back(intern(std::move(c)));
    std::sort(ids.begin(), ids.end());
    values_ += ids.size();
    return ids;
  }

  /// Valid until the next call.
  const std::vector<Move>& moves(ConfigurationId id) {
    if (!moves_[id]) {
      auto found = stepper_.moves({*all_[id]});
      if (found.too_large) too_large_ = found.too_large;
      std::vector<Move> moves;
      for (auto& [statecall, after] : found.after) {
        for (auto& c : after) moves.push_back({statecall, intern(std::move(c))});
      }
      values_ += 2 * moves.size();
      moves_[id] = std::move(moves);
    }
    return *moves_[id];
  }

  const Landing& landing(ConfigurationId id) {
    if (!landings_[id]) {
      auto result = stepper_.settle({*all_[id]});
      if (result.too_large) too_large_ = result.too_large;
      Landing landing{intern(std::move(result.configurations)), result.refusal};
      // That one member has no way on is no refusal while another has.
      if (landing.refusal && landing.refusal->reason == Reason::none_accepts) {
        landing.refusal.reset();
      }
      landings_[id] = std::move(landing);
    }
    return *landings_[id];
  }

 private:
  ConfigurationId intern(Configuration c) {
    const auto [at, added] = ids_.emplace(std::move(c), static_cast<ConfigurationId>(all_.size()));
    if (added) {
      all_.push_back(&at->first);
      moves_.emplace_back();
      landings_.emplace_back();
      values_ += a_.variables.size() + 32;
    }
    return at->second;
  }

  const Automaton& a_;
  Stepper stepper_;
  std::unordered_map<Configuration, ConfigurationId, ConfigurationHash> ids_;
  std::vector<const Configuration*> all_;  // keys of ids_: addresses are stable
  std::deque<std::optional<std::vector<Move>>> moves_;
  std::deque<std::optional<Landing>> landings_;
  std::optional<TooLarge> too_large_;
  std::size_t values_ = 0;
};

}  // namespace spl
