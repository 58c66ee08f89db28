// Tests made of a policy (`splc tests`): traces that it accepts, and traces that it refuses at
// their last statecall.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"

namespace spl {

/// What a case is there for.
enum class CaseKind : std::uint8_t {
  transition,  // accepted: the shortest way to a joint state, and one statecall more
  pair,        // accepted: two statecalls more
  refusal,     // the shortest way to a joint state, and a statecall that is refused there
};
inline constexpr std::size_t kCaseKinds = 3;
[[nodiscard]] const char* to_string(CaseKind kind);

struct TestCase {
  CaseKind kind = CaseKind::transition;
  std::vector<StatecallId> trace;
  std::vector<AutomatonId> refused_by;  // refusal: the automata that refuse the last statecall
  bool finished = false;                // all automata are, after what was accepted
};

struct PackOptions {
  std::array<bool, kCaseKinds> kinds{true, true, true};  // by CaseKind
  std::uint64_t limit = 0;  // cases at most, over all kinds; 0: no limit
  /// Which cases a limit leaves: 0 the first of each kind, which are the shortest; else a sample of
  /// all of them, the same for the same number.
  std::uint64_t seed = 0;
  std::uint64_t max_states = 1'000'000;  // joint states
};

struct PackReport {
  std::uint64_t states = 0;
  std::array<std::uint64_t, kCaseKinds> possible{};  // by CaseKind: how many there are
  std::array<std::uint64_t, kCaseKinds> made{};
  /// The joint states were all visited. If not, no case was made.
  bool complete = false;
};

/// Makes the cases one after the other, kind by kind, and hands them to `take`. The joint states
/// are those of the DFAs given, breadth first; a statecall that no automaton mentions is in no
/// case.
PackReport make_tests(std::span<const Dfa> dfas, std::uint32_t statecalls,
                      const PackOptions& options, const std::function<void(const TestCase&)>& take);

}  // namespace spl
