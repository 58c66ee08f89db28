// verify(): plan, run, conclude.
#include "spl/promela/verify.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "spl/promela/cache.hpp"
#include "spl/promela/job.hpp"

namespace spl::promela {
namespace {

/// What came of a plan, check by check.
struct Parts {
  std::vector<std::vector<CheckResult>> results;
  std::vector<std::size_t> undecided;  // ascending
  std::optional<ToolFailure> failure;
  bool stopped = false;  // at the first fault
};

/// Whether to stop at the first fault, and whether that is now.
struct Stop {
  bool on_first = false;
  bool now = false;
};

/// Takes outcomes as they come, concludes each check when it can be, and keeps the plan's order.
class Collector : public JobSink {
 public:
  Collector(const Plan& plan, const OnResult& on_result, VerdictCache* cache, Stop stop)
      : plan_(plan),
        on_result_(on_result),
        cache_(cache),
        stop_(stop),
        outcomes_(plan.jobs().size()),
        concluded_(plan.check_count()),
        results_(plan.check_count()) {}

  bool wanted(std::size_t job) override {
    const std::scoped_lock lock(mutex_);
    return !failure_ && !stop_.now && !concluded_[plan_.check_of(job)];
  }

  /// The outcome is there, or its check has been concluded.
  [[nodiscard]] bool has(std::size_t job) {
    const std::scoped_lock lock(mutex_);
    return concluded_[plan_.check_of(job)] || outcomes_[job].has_value();
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
  Parts finish() {
    for (std::size_t check = 0; check < plan_.check_count() && !failure_; ++check) {
      if (concluded_[check]) continue;
      if (stop_.now) excuse(check);
      conclude(check);  // an executor lost its jobs
    }
    Parts parts;
    parts.results = std::move(results_);
    parts.undecided.assign(undecided_.begin(), undecided_.end());
    parts.failure = std::move(failure_);
    parts.stopped = stop_.now;
    return parts;
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
      for (const auto j : plan_.jobs_of(check))
        mine.push_back(std::exchange(outcomes_[j], std::nullopt));
    }
    std::vector<const Outcome*> outcomes;
    for (const auto& o : mine) outcomes.push_back(o ? &*o : nullptr);
    auto results = plan_.conclude(check, outcomes);  // may take its time
    const bool concluded = !std::holds_alternative<ToolFailure>(results);
    if (concluded) remember(check, outcomes);
    const std::scoped_lock lock(mutex_);
    if (!concluded) {
      const bool remembered = std::any_of(outcomes.begin(), outcomes.end(),
                                          [](const Outcome* o) { return o && o->cached; });
      // A memory that makes no sense is none: the check is open again.
      concluded_[check] = !remembered;
      if (!remembered) fail(std::move(std::get<ToolFailure>(results)));
      return;
    }
    if (std::holds_alternative<Plan::Undecided>(results)) {
      undecided_.insert(check);
      return;
    }
    results_[check] = std::move(std::get<std::vector<CheckResult>>(results));
    stop_.now = stop_.now || (stop_.on_first && any_fault(results_[check]));
    if (!on_result_) return;
    for (const auto& r : results_[check]) on_result_(r);
  }

  /// Only what was concluded is worth keeping: its trails are runs of the policy.
  void remember(std::size_t check, const std::vector<const Outcome*>& outcomes) {
    if (cache_ == nullptr) return;
    const auto& jobs = plan_.jobs_of(check);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto* outcome = outcomes[i];
      if (outcome != nullptr && !outcome->cached) cache_->put(plan_.jobs()[jobs[i]], *outcome);
    }
  }

  [[nodiscard]] static bool any_fault(const std::vector<CheckResult>& results) {
    return std::any_of(results.begin(), results.end(), [](const CheckResult& r) {
      return r.verdict == Verdict::fails && !r.information;
    });
  }
  void excuse(std::size_t check) {
    for (const auto j : plan_.jobs_of(check)) {
      if (!outcomes_[j]) outcomes_[j] = unfinished(plan_.jobs()[j], "stopped: another check fails");
    }
  }

  void fail(ToolFailure failure) {
    if (!failure_) failure_ = std::move(failure);
  }

  const Plan& plan_;
  const OnResult& on_result_;
  VerdictCache* cache_;
  Stop stop_;
  std::mutex mutex_;
  std::vector<std::optional<Outcome>> outcomes_;   // by job; gone once its check is concluded
  std::vector<bool> concluded_;                    // by check
  std::vector<std::vector<CheckResult>> results_;  // by check
  std::set<std::size_t> undecided_;
  std::optional<ToolFailure> failure_;
};

Parts run_once(const Plan& plan, const Executor& executor, const VerifyOptions& options,
               const OnResult& on_result, VerdictCache* cache, bool stopped = false) {
  Collector collector(plan, on_result, cache, {options.stop_on_first, stopped});
  collector.conclude_decided();
  if (cache != nullptr && options.keep.empty()) {
    for (std::size_t i = 0; i < plan.jobs().size(); ++i) {
      if (!collector.wanted(i)) continue;
      if (auto known = cache->get(plan.jobs()[i])) collector.deliver(i, std::move(*known));
    }
  }
  std::vector<std::size_t> todo;
  for (std::size_t i = 0; i < plan.jobs().size(); ++i) {
    if (!collector.has(i)) todo.push_back(i);
  }
  if (!todo.empty()) executor(plan.jobs(), todo, collector);
  return collector.finish();
}

}  // namespace

Report run_plan(const Plan& plan, const Executor& executor, const VerifyOptions& options,
                const OnResult& on_result, VerdictCache* cache) {
  auto parts = run_once(plan, executor, options, on_result, cache);
  if (!parts.failure && !parts.undecided.empty()) {
    const auto whole = plan.refine(parts.undecided);
    auto more = run_once(whole, executor, options, on_result, cache, parts.stopped);
    for (std::size_t i = 0; i < parts.undecided.size(); ++i) {
      parts.results[parts.undecided[i]] = std::move(more.results[i]);
    }
    parts.failure = std::move(more.failure);
  }
  Report report;
  for (auto& some : parts.results) {
    for (auto& r : some) report.results.push_back(std::move(r));
  }
  report.failure = std::move(parts.failure);
  return report;
}

Report verify(const Program& program, const SourceMap& sources,
              std::span<const Property> properties, const VerifyOptions& options,
              const OnResult& on_result) {
  const auto found = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&found)) return {{}, *failure};
  const auto& tools = std::get<Tools>(found);
  const auto plan = make_plan(program, sources, properties, options);
  std::optional<VerdictCache> cache;
  if (!options.cache_directory.empty()) {
    // Of a spin that does not say which it is, nothing is remembered.
    auto version = spin_version(tools, options.cancel);
    if (!version.empty()) cache.emplace(options.cache_directory, std::move(version));
  }
  return run_plan(plan, local_executor(tools, options), options, on_result,
                  cache ? &*cache : nullptr);
}

}  // namespace spl::promela
