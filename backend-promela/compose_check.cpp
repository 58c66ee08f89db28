// verify_composition(): one job per failure, each trace that is found followed on the interpreters.
#include <fmt/format.h>

#include <mutex>

#include "composition.hpp"
#include "spl/promela/job.hpp"

namespace spl::promela {
namespace {

ToolFailure unknown_line(const std::string& line) {
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::internal_error;
  failure.message = fmt::format("the model speaks of an unknown '{}'", line);
  failure.hint = "this is a bug in splc; please report it with the policies and the options";
  return failure;
}

/// Takes the outcomes of the jobs, in whatever order they come.
class Concluder : public JobSink {
 public:
  Concluder(const Composition& composition, const RolePolicies& policies,
            const std::vector<ComposeFailure>& failures,
            const std::function<void(const ComposeResult&)>& on_result)
      : composition_(composition),
        policies_(policies),
        names_(composition, policies),
        on_result_(on_result) {
    for (const auto failure : failures) results_.emplace_back().failure = failure;
  }

  [[nodiscard]] bool wanted(std::size_t) override {
    const std::scoped_lock lock(mutex_);
    return !broken_;
  }

  void deliver(std::size_t job, std::variant<Outcome, ToolFailure> outcome) override {
    auto* broken = std::get_if<ToolFailure>(&outcome);
    std::optional<ToolFailure> failure;
    if (broken != nullptr) {
      failure = std::move(*broken);
    } else {
      failure = conclude(std::get<Outcome>(outcome), results_[job]);  // this job's own
    }
    const std::scoped_lock lock(mutex_);
    if (failure) {
      if (!broken_) broken_ = std::move(failure);
    } else if (on_result_) {
      on_result_(results_[job]);
    }
  }

  /// When all jobs are through.
  [[nodiscard]] ComposeReport take() { return {std::move(results_), std::move(broken_)}; }

  /// There is no model.
  void not_possible(std::size_t job, const ModelError& error) {
    results_[job].why = error.message + "; " + error.hint;
  }

 private:
  [[nodiscard]] std::optional<ToolFailure> conclude(const Outcome& outcome,
                                                    ComposeResult& result) const {
    const auto& claim = outcome.claims.front();
    result.states = claim.statistics.states;
    result.transitions = claim.statistics.transitions;
    result.depth = claim.statistics.depth;
    result.memory_mb = claim.statistics.memory_mb;
    result.seconds = outcome.seconds;
    if (claim.kind == ClaimOutcome::Kind::unfinished) {
      result.why = claim.why;
      return std::nullopt;
    }
    if (claim.kind == ClaimOutcome::Kind::absent) {
      result.verdict = Verdict::proved;
      return std::nullopt;
    }
    result.verdict = Verdict::fails;
    std::vector<ModelStep> run;
    for (const auto& line : claim.trail) {
      const auto step = names_.step(line);
      if (!step) return unknown_line(line);
      run.push_back(*step);
    }
    return tell_composition(composition_, policies_, run, result);
  }

  const Composition& composition_;
  const RolePolicies& policies_;
  CompositionNames names_;
  const std::function<void(const ComposeResult&)>& on_result_;
  std::mutex mutex_;
  std::vector<ComposeResult> results_;
  std::optional<ToolFailure> broken_;
};

}  // namespace

ComposeReport verify_composition(const Composition& composition, const RolePolicies& policies,
                                 const std::vector<ComposeFailure>& failures,
                                 const VerifyOptions& options,
                                 const std::function<void(const ComposeResult&)>& on_result) {
  const auto found = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&found)) return {{}, *failure};
  Concluder concluder(composition, policies, failures, on_result);
  std::vector<Job> jobs;
  std::vector<std::size_t> todo;
  for (const auto failure : failures) {
    Job job;
    job.name = to_string(failure);
    job.claims = {job.name};
    job.timeout = options.timeout;
    job.memory_mb = options.memory_mb;
    auto model = print_composition(composition, policies, {failure});
    if (const auto* error = std::get_if<ModelError>(&model)) {
      concluder.not_possible(jobs.size(), *error);
    } else {
      job.model = std::move(std::get<std::string>(model));
      todo.push_back(jobs.size());
    }
    jobs.push_back(std::move(job));
  }
  local_executor(std::get<Tools>(found), options)(jobs, todo, concluder);
  return concluder.take();
}

}  // namespace spl::promela
