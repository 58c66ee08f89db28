// Every engine of the middle on one policy, against the oracle.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace spl::test {

/// What was exercised; tests check that nothing they are about was left out.
struct Tally {
  std::uint64_t policies = 0;
  std::uint64_t rejected = 0;  // did not pass check()
  std::uint64_t endless = 0;   // a closure without end: left out
  std::uint64_t without_dfa = 0;
  std::uint64_t complete = 0;  // every joint state was visited
  std::uint64_t joint_states = 0;
  std::uint64_t accepted = 0;
  std::uint64_t ignored = 0;
  std::array<std::uint64_t, 5> refused{};  // by reason
  std::uint64_t nondeterministic = 0;      // observed automata with choices
  std::uint64_t stuck = 0;

  [[nodiscard]] std::string describe() const;
};

struct CompareLimits {
  std::size_t joint_states = 150;
  std::size_t dfa_states = 250;
  std::size_t closure = 5'000;  // configurations that a closure of the oracle may pass through
};

/// Walks the joint state space breadth first, so that every trace is covered where it is finite,
/// and compares at every state what each engine says of every statecall: verdict, reasons, places
/// where it waits, values of variables, what is allowed and finished. Empty if all agree, else
/// what the first difference is and the trace that leads there.
[[nodiscard]] std::string disagreement(const std::string& policy, Tally& tally,
                                       const CompareLimits& limits = {});

}  // namespace spl::test
