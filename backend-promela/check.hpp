// Internal: the single checks that a plan is made of.
//
// Each is planned at once (model, claims, jobs) and concluded when the outcomes of its jobs are
// there. Conclusions borrow the program, the sources and the property.
#pragma once

#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "model.hpp"
#include "spl/promela/job.hpp"

namespace spl::promela {

/// What all checks of one plan share. Thread-safe to use.
struct CheckContext {
  const Program& program;
  const SourceMap& sources;
  const VerifyOptions& options;
  Observations& observations;
};

/// One check between plan and conclusion.
struct PlannedCheck {
  std::vector<Job> jobs;  // variants of one question; none if it is decided already
  std::function<Plan::Results(std::span<const Outcome* const>)> conclude;
};

/// With `options.slice`: of a model of only what the property reads, where that may suffice. If it
/// does not, conclude() says Plan::Undecided.
[[nodiscard]] PlannedCheck plan_property(const CheckContext& context, const Property& property);
[[nodiscard]] PlannedCheck plan_stuck(const CheckContext& context);
/// Aborts and arithmetic faults.
[[nodiscard]] PlannedCheck plan_refusals(const CheckContext& context);
[[nodiscard]] PlannedCheck plan_unreachable(const CheckContext& context);

}  // namespace spl::promela
