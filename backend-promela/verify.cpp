// verify(): plan, run, conclude.
#include "spl/promela/verify.hpp"

#include <algorithm>
#include <mutex>

#include "spl/promela/job.hpp"

namespace spl::promela {
namespace {

/// Takes outcomes as they come, concludes each check when it can be, and keeps the plan's order.
class Collector : public JobSink {
 public:
  Collector(const Plan& plan, const OnResult& on_result)
      : plan_(plan),
        on_result_(on_result),
        outcomes_(plan.jobs().size()),
        concluded_(plan.check_count()),
        results_(plan.check_count()) {}

  bool wanted(std::size_t job) override {
    const std::scoped_lock lock(mutex_);
    return !failure_ && !concluded_[plan_.check_of(job)];
  }

  void deliver(std::size_t job, std::variant<Outcome, ToolFailure> outcome) override {
    const auto check = plan_.check_of(job);
    {
      const std::scoped_lock lock(mutex_);
      if (auto* failure = std::get_if<ToolFailure>(&outcome)) {
        fail(std::move(*failure));
        return;
      }
      if (concluded_[check]) return;
      outcomes_[job] = std::move(std::get<Outcome>(outcome));
      if (!(all_there(check) || all_found(*outcomes_[job]))) return;
      concluded_[check] = true;
    }
    conclude(check);
  }

  /// What can be concluded without running anything.
  void conclude_decided() {
    for (std::size_t check = 0; check < plan_.check_count(); ++check) {
      if (!plan_.jobs_of(check).empty()) continue;
      concluded_[check] = true;
      conclude(check);
    }
  }

  /// When no more is delivered.
  Report finish() {
    for (std::size_t check = 0; check < plan_.check_count() && !failure_; ++check) {
      if (!concluded_[check]) conclude(check);  // an executor lost its jobs
    }
    Report report;
    for (auto& some : results_) {
      for (auto& r : some) report.results.push_back(std::move(r));
    }
    report.failure = std::move(failure_);
    return report;
  }

 private:
  [[nodiscard]] bool all_there(std::size_t check) const {
    const auto& jobs = plan_.jobs_of(check);
    return std::all_of(jobs.begin(), jobs.end(), [&](std::size_t j) { return outcomes_[j]; });
  }
  /// Other variants could add nothing.
  [[nodiscard]] static bool all_found(const Outcome& outcome) {
    return std::all_of(outcome.claims.begin(), outcome.claims.end(),
                       [](const ClaimOutcome& c) { return c.kind == ClaimOutcome::Kind::found; });
  }

  /// Of a check that is marked as concluded: nobody else touches its outcomes any more.
  void conclude(std::size_t check) {
    std::vector<std::optional<Outcome>> mine;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto j : plan_.jobs_of(check)) mine.push_back(std::move(outcomes_[j]));
    }
    std::vector<const Outcome*> outcomes;
    for (const auto& o : mine) outcomes.push_back(o ? &*o : nullptr);
    auto results = plan_.conclude(check, outcomes);  // may take its time
    const std::scoped_lock lock(mutex_);
    if (auto* failure = std::get_if<ToolFailure>(&results)) {
      fail(std::move(*failure));
      return;
    }
    results_[check] = std::move(std::get<std::vector<CheckResult>>(results));
    if (!on_result_) return;
    for (const auto& r : results_[check]) on_result_(r);
  }

  void fail(ToolFailure failure) {
    if (!failure_) failure_ = std::move(failure);
  }

  const Plan& plan_;
  const OnResult& on_result_;
  std::mutex mutex_;
  std::vector<std::optional<Outcome>> outcomes_;   // by job; gone once its check is concluded
  std::vector<bool> concluded_;                    // by check
  std::vector<std::vector<CheckResult>> results_;  // by check
  std::optional<ToolFailure> failure_;
};

}  // namespace

Report run_plan(const Plan& plan, const Executor& executor, const VerifyOptions& /*options*/,
                const OnResult& on_result) {
  Collector collector(plan, on_result);
  collector.conclude_decided();
  std::vector<std::size_t> todo(plan.jobs().size());
  for (std::size_t i = 0; i < todo.size(); ++i) todo[i] = i;
  executor(plan.jobs(), todo, collector);
  return collector.finish();
}

Report verify(const Program& program, const SourceMap& sources,
              std::span<const Property> properties, const VerifyOptions& options,
              const OnResult& on_result) {
  const auto found = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&found)) return {{}, *failure};
  const auto plan = make_plan(program, sources, properties, options);
  return run_plan(plan, local_executor(std::get<Tools>(found), options), options, on_result);
}

}  // namespace spl::promela
