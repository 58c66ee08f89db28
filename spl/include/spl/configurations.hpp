// What a monitor runs: DFAs, and, where a DFA would have too many states, the set of configurations
// that are alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "spl/dfa.hpp"

namespace spl {

/// One automaton of a monitor.
struct MonitorAutomaton {
  /// A DFA; or, if is_set(), a machine in the same shape whose states are single configurations.
  /// Several of them are alive at a time. A tick moves each to all its targets by the statecall (a
  /// state may have several transitions by one), and is refused if one of them has it in `refused`,
  /// or if none has a target.
  Dfa machine;
  std::vector<std::uint32_t> alive_at_start;  // ascending; empty for a DFA

  [[nodiscard]] bool is_set() const { return !alive_at_start.empty(); }
};

/// DFAs as they are.
[[nodiscard]] std::vector<MonitorAutomaton> monitor_automata(std::span<const Dfa> dfas);

inline constexpr std::size_t kDefaultConfigurationBound = 4'096;

/// The automaton as a set of configurations, for where determinise() finds too many states:
/// bisimilar ones merged, in order of the text. A DFA of one state if nothing is alive at the
/// start. An Obstacle if there are more than `bound`.
[[nodiscard]] std::variant<MonitorAutomaton, Obstacle> keep_configurations(
    const Automaton& automaton, std::size_t bound = kDefaultConfigurationBound);

}  // namespace spl
