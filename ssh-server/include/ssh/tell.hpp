// What a tap is told of any policy's monitor. Out of the way of messages that nobody looks at.
#pragma once

#include <array>
#include <vector>

#include "spl/rt/monitor.hpp"
#include "ssh/tap.hpp"

namespace ssh {

/// Whether the automaton runs as a set of configurations (too large for a table: SSH_POLICY may
/// name such a policy), which has no number.
template <class Policy>
constexpr bool is_numbered(std::uint32_t automaton) {
  if constexpr (spl::rt::detail::kHasSets<Policy>) return !Policy::is_set[automaton];
  return automaton < Policy::automaton_count;
}

/// state(i) of each automaton, or Tap::kUnknownState.
template <class Policy, class Observer, spl::rt::Unknown unknown>
std::array<std::uint32_t, Policy::automaton_count> states_of(
    const spl::rt::Monitor<Policy, Observer, unknown>& monitor) {
  std::array<std::uint32_t, Policy::automaton_count> states;
  for (std::uint32_t a = 0; a < states.size(); ++a) {
    states[a] = is_numbered<Policy>(a) ? monitor.state(static_cast<typename Policy::Automaton>(a))
                                       : Tap::kUnknownState;
  }
  return states;
}

/// Whether states_of() could say so of that automaton.
template <class Policy>
bool policy_has_state(std::uint32_t automaton, std::uint32_t state) {
  if (automaton >= Policy::automaton_count) return false;
  if (!is_numbered<Policy>(automaton)) return state == Tap::kUnknownState;
  using Checks = spl::rt::detail::StateChecks<typename Policy::automata>;
  return Checks::valid[automaton](&state);
}

/// A statecall that `monitor` has been ticked with.
template <class Policy, class Observer, spl::rt::Unknown unknown>
SPL_RT_COLD void tell_step(Tap& tap, Tap::Life life, std::uint64_t number,
                           typename Policy::Statecall statecall,
                           const spl::rt::Monitor<Policy, Observer, unknown>& monitor,
                           spl::rt::Verdict verdict) {
  const auto said = is_refusal(verdict)                    ? Tap::Verdict::refused
                    : verdict == spl::rt::Verdict::ignored ? Tap::Verdict::ignored
                                                           : Tap::Verdict::accepted;
  tap.step({life, number, static_cast<std::uint32_t>(statecall), said, states_of(monitor)});
}

/// One that it refuses, where it is: the step, and what there is to say of it.
template <class Policy, class Observer, spl::rt::Unknown unknown>
void tell_refusal(Tap& tap, Tap::Life life, std::uint64_t number,
                  typename Policy::Statecall statecall,
                  const spl::rt::Monitor<Policy, Observer, unknown>& monitor,
                  std::string_view text) {
  tell_step(tap, life, number, statecall, monitor, spl::rt::Verdict::violation);
  std::vector<std::uint32_t> automata, expected;
  monitor.each_refusal(statecall, [&](auto automaton, auto) {
    automata.push_back(static_cast<std::uint32_t>(automaton));
  });
  for (std::uint32_t s = 0; s < Policy::statecall_count; ++s) {
    if (monitor.would_accept(static_cast<typename Policy::Statecall>(s))) expected.push_back(s);
  }
  tap.refused({life, number, text, automata, expected});
}

}  // namespace ssh
