// Internal: the single checks that verify() is made of.
#pragma once

#include <variant>
#include <vector>

#include "model.hpp"
#include "spin.hpp"
#include "spl/promela/verify.hpp"

namespace spl::promela {

/// What all checks of one verify() share. Thread-safe to use.
struct CheckContext {
  const Program& program;
  const SourceMap& sources;
  const VerifyOptions& options;
  const Tools& tools;
  Observations& observations;
};

using CheckOutcome = std::variant<std::vector<CheckResult>, ToolFailure>;

[[nodiscard]] CheckOutcome check_property(const CheckContext& context, const Property& property);
[[nodiscard]] CheckOutcome check_stuck(const CheckContext& context);
/// Aborts and arithmetic faults.
[[nodiscard]] CheckOutcome check_refusals(const CheckContext& context);
[[nodiscard]] CheckOutcome check_unreachable(const CheckContext& context);

}  // namespace spl::promela
