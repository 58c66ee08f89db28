// Internal: from what the model printed along a run to steps in terms of the policy.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model.hpp"
#include "spin.hpp"
#include "spl/promela/verify.hpp"

namespace spl::promela {

/// Fills trace, loop_start and refused of `result` by replaying the run on the interpreter.
/// `by_prefix`: the verifier stops one step after the claim has ended; that step is not told.
/// A run that the interpreter refuses is an internal error.
[[nodiscard]] std::optional<ToolFailure> tell_run(const Model& model, const SearchOutcome& outcome,
                                                  bool by_prefix, CheckResult& result);

/// The statecalls of printed lines, or a line that says something else.
[[nodiscard]] std::variant<std::vector<StatecallId>, ToolFailure> statecalls_of(
    const Model& model, const std::vector<std::string>& lines);

}  // namespace spl::promela
