// Internal to the lints: what the automata of a policy do together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "passes/lint_text.hpp"
#include "spl/dfa.hpp"
#include "spl/lint.hpp"

namespace spl::lints {

/// Reports 106 and 107. `dfas` has one entry per automaton; empty where there is none, and then
/// nothing is said about the automata that share a statecall with it. `uses` as lint_text() gave.
void lint_joint(const Program& program, std::span<const std::optional<Dfa>> dfas,
                const std::vector<StatecallUse>& uses, const LintLimits& limits,
                Diagnostics& diagnostics);

}  // namespace spl::lints
