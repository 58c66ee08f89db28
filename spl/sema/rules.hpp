// Internal to the sema room: the static rules, one function per family. check() runs them in the
// order of this file. Each reports to `diagnostics` and leaves `policy` usable for the next.
#pragma once

#include "spl/sema.hpp"

namespace spl::sema {

/// Rules 1: collects functions and automata, parameters, initial values.
void check_declarations(CheckedPolicy& policy, const SourceMap& sources, Diagnostics& diagnostics);
/// Rule 6: builds the vocabulary.
void check_vocabulary(CheckedPolicy& policy, Diagnostics& diagnostics);
/// Rules 2, 4, 5: names and types in the bodies.
void check_bodies(const CheckedPolicy& policy, Diagnostics& diagnostics);
/// Rule 3, and functions that nothing calls.
void check_calls(const CheckedPolicy& policy, Diagnostics& diagnostics);
/// Section 8: fills policy.properties.
void check_properties(CheckedPolicy& policy, Diagnostics& diagnostics);
/// Rules 5, 7, 8: what the text alone shows to be odd.
void lint_names(const CheckedPolicy& policy, Diagnostics& diagnostics);
void lint_variables(const CheckedPolicy& policy, Diagnostics& diagnostics);
void lint_blocks(const CheckedPolicy& policy, Diagnostics& diagnostics);

/// Every routine that can be referred to: functions, then automata, in order of declaration.
[[nodiscard]] std::vector<const ast::Routine*> routines(const CheckedPolicy& policy);

/// "did you mean 'x'?", to replace the name, if something is near enough; else nothing.
[[nodiscard]] Hint did_you_mean(std::string_view name, std::span<const std::string> candidates,
                                const Diagnostics& diagnostics);

}  // namespace spl::sema
