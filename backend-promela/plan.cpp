// make_plan(): all checks of a policy, planned several at a time.
#include <algorithm>
#include <cctype>
#include <set>
#include <thread>

#include "check.hpp"

namespace spl::promela {

/// Makes plans of the checks that there are.
class Planner {
 public:
  Planner(const Program& program, const SourceMap& sources, std::span<const Property> properties,
          VerifyOptions options)
      : program_(program),
        sources_(sources),
        properties_(properties),
        options_(std::move(options)) {
    for (std::size_t i = 0; i < (options_.built_in ? kBuiltIn : 0) + properties.size(); ++i) {
      all_.push_back(i);
    }
  }

  [[nodiscard]] Plan run() const { return run(all_); }

 private:
  static constexpr std::size_t kBuiltIn = 3;

  [[nodiscard]] Plan run(std::span<const std::size_t> which) const;
  [[nodiscard]] PlannedCheck one(const CheckContext& context, std::size_t check) const;
  [[nodiscard]] std::vector<PlannedCheck> several(std::span<const std::size_t> which) const;

  const Program& program_;
  const SourceMap& sources_;
  std::span<const Property> properties_;
  VerifyOptions options_;
  std::vector<std::size_t> all_;
};

namespace {

/// A name that is a file name, and nobody else's.
std::string unique_name(const std::string& wish, std::set<std::string>& taken) {
  constexpr std::size_t kMost = 80;
  std::string name;
  for (const char c : wish.substr(0, kMost)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' ||
                       (c == '.' && !name.empty());
    name += plain ? c : '_';
  }
  auto candidate = name;
  for (std::size_t i = 2; !taken.insert(candidate).second; ++i) {
    candidate = name + '-' + std::to_string(i);
  }
  return candidate;
}

}  // namespace

PlannedCheck Planner::one(const CheckContext& context, std::size_t check) const {
  const std::size_t built_in = options_.built_in ? kBuiltIn : 0;
  if (check >= built_in) return plan_property(context, properties_[check - built_in]);
  switch (check) {
    case 0:
      return plan_stuck(context);
    case 1:
      return plan_refusals(context);
    default:
      return plan_unreachable(context);
  }
}

/// On several threads: models of large policies take their time.
std::vector<PlannedCheck> Planner::several(std::span<const std::size_t> which) const {
  Observations observations(program_, options_.state_bound);
  const CheckContext context{program_, sources_, options_, observations};
  std::vector<PlannedCheck> planned(which.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < which.size(); i = next++) planned[i] = one(context, which[i]);
  };
  const auto threads =
      options_.jobs != 0 ? options_.jobs : std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < std::min<std::size_t>(threads, which.size()); ++i) {
      helpers.emplace_back(work);
    }
    work();
  }
  return planned;
}

Plan Planner::run(std::span<const std::size_t> which) const {
  Plan plan;
  std::set<std::string> names;
  for (auto& planned : several(which)) {
    Plan::Check check;
    check.conclude = std::move(planned.conclude);
    for (auto& job : planned.jobs) {
      job.name = unique_name(job.name, names);
      check.jobs.push_back(plan.jobs_.size());
      plan.check_of_.push_back(plan.checks_.size());
      plan.jobs_.push_back(std::move(job));
    }
    plan.checks_.push_back(std::move(check));
  }
  if (!options_.slice) return plan;
  plan.refine_ = [again = *this, made = std::vector(which.begin(), which.end())](
                     std::span<const std::size_t> undecided) mutable {
    again.options_.slice = false;
    std::vector<std::size_t> checks;
    for (const auto u : undecided) checks.push_back(made[u]);
    return again.run(checks);
  };
  return plan;
}

const std::vector<std::size_t>& Plan::jobs_of(std::size_t check) const {
  return checks_[check].jobs;
}

Plan::Results Plan::conclude(std::size_t check, std::span<const Outcome* const> outcomes) const {
  return checks_[check].conclude(outcomes);
}

Plan Plan::refine(std::span<const std::size_t> undecided) const {
  return refine_(undecided);
}

Plan make_plan(const Program& program, const SourceMap& sources,
               std::span<const Property> properties, const VerifyOptions& options) {
  return Planner(program, sources, properties, options).run();
}

}  // namespace spl::promela
