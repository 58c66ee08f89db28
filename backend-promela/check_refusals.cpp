// Checks that nobody has to ask for: aborts and arithmetic faults that a statecall can reach while
// no automaton simply refuses it, and statements that no run reaches.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check_support.hpp"
#include "spl/interpreter.hpp"
#include "trace.hpp"

namespace spl::promela {
namespace {

// Each is a search of its own, of a few milliseconds on most policies.
constexpr std::size_t kMaxPlaces = 500;

CheckResult blank(bool abort) {
  CheckResult result;
  result.kind = abort ? CheckKind::abort : CheckKind::arithmetic;
  result.name = abort ? "abort" : "arithmetic";
  result.text = abort ? "no abort can be reached"
                      : "no arithmetic overflow, division by zero or value out of range";
  result.information = abort;
  return result;
}

CheckResult violation(const SourceMap& sources, const Refusal& refusal) {
  auto result = blank(refusal.reason == Reason::abort);
  result.verdict = Verdict::fails;
  result.range = refusal.where;
  result.why = fmt::format("{} at {}", to_string(refusal.reason), sources.describe(refusal.where));
  return result;
}

/// Violations before any statecall.
void at_the_start(const CheckContext& context, std::vector<CheckResult>& results) {
  for (const auto& automaton : context.program.automata) {
    const auto start = Stepper(automaton).start();
    if (!start.refusal || start.refusal->reason == Reason::none_accepts) continue;
    auto result = violation(context.sources, *start.refusal);
    result.why += fmt::format(", before the first statecall of '{}'", automaton.name);
    result.has_trace = true;
    results.push_back(std::move(result));
  }
}

/// Adds the verdict on what was not found wrong, once per kind.
void settle(std::vector<CheckResult>& results, const CheckResult& last) {
  for (const bool abort : {false, true}) {
    const auto kind = abort ? CheckKind::abort : CheckKind::arithmetic;
    if (std::any_of(results.begin(), results.end(),
                    [&](const CheckResult& r) { return r.kind == kind; })) {
      continue;
    }
    auto result = blank(abort);
    result.verdict = last.verdict;
    result.why = last.why;
    result.exhaustive = last.exhaustive;
    result.states = last.states;
    result.transitions = last.transitions;
    result.depth = last.depth;
    result.seconds = last.seconds;
    result.memory_mb = last.memory_mb;
    result.hash_factor = last.hash_factor;
    result.cached = last.cached;
    results.push_back(std::move(result));
  }
  std::stable_sort(results.begin(), results.end(),
                   [](const CheckResult& a, const CheckResult& b) { return a.kind < b.kind; });
}

/// One search for each place that aborts or faults.
std::vector<Claim> place_claims(const Model& model) {
  std::vector<Claim> claims;
  const auto count = std::min(model.refusals.size(), kMaxPlaces);
  for (std::size_t k = 0; k < count; ++k) {
    const auto& refusal = model.refusals[k];
    claims.push_back(eventually_claim(
        fmt::format("refusal_{}", k + 1),
        fmt::format("{} at {}", to_string(refusal.reason), model.sources->describe(refusal.where)),
        fmt::format("refused == {}", k + 1)));
  }
  return claims;
}

/// What the check needs to know when it is concluded.
struct RefusalPlan {
  Model model;
  std::vector<Search> searches;
  std::vector<CheckResult> at_start;
  std::size_t claims = 0;
  double planning = 0;

  [[nodiscard]] Plan::Results conclude(std::span<const Outcome* const> outcomes) const {
    auto results = at_start;
    CheckResult last;
    last.verdict = Verdict::proved;
    last.exhaustive = true;
    for (std::size_t k = 0; k < claims; ++k) {
      const auto finding = find(searches, outcomes, k);
      if (finding.outcome.kind == ClaimOutcome::Kind::found) {
        auto result = violation(*model.sources, model.refusals[k]);
        take(finding, Verdict::proved, planning, result);
        if (auto failure = tell_run(model, finding.outcome, true, result)) return *failure;
        results.push_back(std::move(result));
      } else if (last.verdict != Verdict::not_finished) {
        take(finding, Verdict::proved, planning, last);
      }
    }
    if (last.verdict == Verdict::proved && claims < model.refusals.size()) {
      last.verdict = Verdict::not_finished;
      last.exhaustive = false;
      last.why = fmt::format("more than {} places to search for", kMaxPlaces);
    }
    settle(results, last);
    return results;
  }
};

}  // namespace

PlannedCheck plan_refusals(const CheckContext& context) {
  const Stopwatch watch;
  std::vector<CheckResult> results;
  at_the_start(context, results);
  Question question(context.program);
  question.refusals = true;
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  CheckResult last;
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    last.why = error->message;
    settle(results, last);
    return decided(std::move(results));
  }
  auto& model = std::get<Model>(laid_out);
  if (model.refusals.empty()) {
    // Not even an automaton alone can reach one: that was explored to the end by now.
    last.verdict = Verdict::proved;
    last.exhaustive = true;
    for (const auto* a : model.automata) last.states += a->states.size();
    last.seconds = watch.seconds();
    settle(results, last);
    return decided(std::move(results));
  }
  const auto claims = place_claims(model);
  auto text = print(model, claims);
  if (const auto* error = std::get_if<ModelError>(&text)) {
    last.why = error->message;
    settle(results, last);
    return decided(std::move(results));
  }
  std::vector<std::string> names;
  for (const auto& claim : claims) names.push_back(claim.name);
  PlannedCheck check;
  check.jobs = jobs_for(context.options, "refusals", std::move(std::get<std::string>(text)),
                        std::move(names), true);
  model.forget_rows();
  auto plan = std::make_shared<RefusalPlan>(
      RefusalPlan{std::move(model), {}, std::move(results), claims.size(), 0});
  for (const auto& job : check.jobs) plan->searches.push_back(job.search);
  plan->planning = watch.seconds();
  check.conclude = [plan = std::move(plan)](auto outcomes) { return plan->conclude(outcomes); };
  return check;
}

PlannedCheck plan_unreachable(const CheckContext& context) {
  const Stopwatch watch;
  CheckResult result;
  result.kind = CheckKind::unreachable;
  result.name = "unreachable";
  result.text = "every statement can be reached";
  result.information = true;
  std::map<SourceRange, bool> reached;
  for (const auto& automaton : context.program.automata) {
    Coverage coverage(automaton);
    const auto subsets = determinise(automaton, context.options.state_bound, {}, &coverage);
    if (const auto* obstacle = std::get_if<Obstacle>(&subsets)) {
      return decided({not_possible(std::move(result), {obstacle->message, obstacle->hint, {}})});
    }
    result.states += std::get<SubsetAutomaton>(subsets).dfa.states.size();
    // One statement has a node in every expansion of its function.
    for (std::size_t n = 0; n < automaton.nodes.size(); ++n) {
      const auto& node = automaton.nodes[n];
      if (node.kind != Node::Kind::wait && node.kind != Node::Kind::abort) continue;
      if (node.range.valid()) reached[node.range] = reached[node.range] || coverage.nodes[n];
    }
  }
  for (const auto& [range, yes] : reached) {
    if (!yes) result.places.push_back(range);
  }
  result.verdict = result.places.empty() ? Verdict::proved : Verdict::fails;
  if (!result.places.empty()) {
    result.why = fmt::format("{} statement{} that no run reaches", result.places.size(),
                             result.places.size() == 1 ? "" : "s");
  }
  result.exhaustive = true;
  result.seconds = watch.seconds();
  return decided({std::move(result)});
}

}  // namespace spl::promela
