// make_plan(): all checks of a policy, planned several at a time.
#include <algorithm>
#include <cctype>
#include <set>
#include <thread>

#include "check.hpp"

namespace spl::promela {
namespace {

using Planner = std::function<PlannedCheck()>;

std::vector<Planner> planners(const CheckContext& context, std::span<const Property> properties) {
  std::vector<Planner> all;
  if (context.options.built_in) {
    all.emplace_back([&context] { return plan_stuck(context); });
    all.emplace_back([&context] { return plan_refusals(context); });
    all.emplace_back([&context] { return plan_unreachable(context); });
  }
  for (const auto& property : properties) {
    all.emplace_back([&context, &property] { return plan_property(context, property); });
  }
  return all;
}

std::vector<PlannedCheck> plan_all(const std::vector<Planner>& planners, unsigned threads) {
  std::vector<PlannedCheck> planned(planners.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < planners.size(); i = next++) planned[i] = planners[i]();
  };
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> helpers;
  for (unsigned i = 1; i < std::min<std::size_t>(threads, planners.size()); ++i) {
    helpers.emplace_back(work);
  }
  work();
  helpers.clear();  // joins
  return planned;
}

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

const std::vector<std::size_t>& Plan::jobs_of(std::size_t check) const {
  return checks_[check].jobs;
}

Plan::Results Plan::conclude(std::size_t check, std::span<const Outcome* const> outcomes) const {
  return checks_[check].conclude(outcomes);
}

Plan make_plan(const Program& program, const SourceMap& sources,
               std::span<const Property> properties, const VerifyOptions& options) {
  Observations observations(program, options.state_bound);
  const CheckContext context{program, sources, options, observations};
  Plan plan;
  std::set<std::string> names;
  for (auto& planned : plan_all(planners(context, properties), options.jobs)) {
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
  return plan;
}

}  // namespace spl::promela
