// A learned Mealy machine against a policy (`splc conform`).
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"
#include "spl/maps.hpp"
#include "spl/mealy.hpp"
#include "spl/text_error.hpp"

namespace spl {

struct ConformOptions {
  std::uint64_t max_states = 1'000'000;  // pairs of a machine's state and the policy's
};

/// One class of violation: an automaton that refuses, the statecall, the labels of the transition.
/// Shown is one of the shortest ways to it. (Where several automata refuse, one of them is new.)
struct ConformViolation {
  std::vector<std::uint32_t> path;  // transitions of the machine; the last one violates
  /// What was announced, the refused statecall last. steps[i] is the transition in `path` (by
  /// position) that statecall i belongs to; kStart for those before the first.
  std::vector<StatecallId> trace;
  std::vector<std::uint32_t> steps;
  std::vector<Interpreter::AutomatonRefusal> refusals;
  std::vector<StatecallId> expected;

  static constexpr std::uint32_t kStart = 0xffffffffU;
};

struct ConformReport {
  std::vector<ConformViolation> violations;  // shortest first
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;  // of the machine: those that some lawful run reaches
  bool complete = false;          // no bound was reached: what was not found does not exist
};

/// Walks through machine and policy together, breadth first. Where the map leaves a choice
/// (alternatives, silent statecalls, refused inputs, which may not have been announced at all), a
/// transition violates only if every choice does. A way that violates is not followed further.
/// Errors are symbols of the machine without a meaning.
[[nodiscard]] std::variant<ConformReport, std::vector<TextError>> conform(
    std::span<const Dfa> dfas, std::uint32_t statecalls, const MealyMachine& machine,
    const SymbolMap& map, const ConformOptions& options = {});

}  // namespace spl
