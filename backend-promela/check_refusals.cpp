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

CheckResult violation(const CheckContext& context, const Refusal& refusal) {
  auto result = blank(refusal.reason == Reason::abort);
  result.verdict = Verdict::fails;
  result.range = refusal.where;
  result.why =
      fmt::format("{} at {}", to_string(refusal.reason), context.sources.describe(refusal.where));
  return result;
}

/// Violations before any statecall.
void at_the_start(const CheckContext& context, std::vector<CheckResult>& results) {
  for (const auto& automaton : context.program.automata) {
    const auto start = Stepper(automaton).start();
    if (!start.refusal || start.refusal->reason == Reason::none_accepts) continue;
    auto result = violation(context, *start.refusal);
    result.why += fmt::format(", before the first statecall of '{}'", automaton.name);
    result.has_trace = true;
    results.push_back(std::move(result));
  }
}

/// Adds the verdict on what was not found wrong, once per kind.
void conclude(std::vector<CheckResult>& results, const CheckResult& last, bool finished) {
  for (const bool abort : {false, true}) {
    const auto kind = abort ? CheckKind::abort : CheckKind::arithmetic;
    if (std::any_of(results.begin(), results.end(),
                    [&](const CheckResult& r) { return r.kind == kind; })) {
      continue;
    }
    auto result = blank(abort);
    result.verdict = finished ? Verdict::proved : Verdict::not_finished;
    result.why = last.why;
    result.exhaustive = finished;
    result.states = last.states;
    result.transitions = last.transitions;
    result.depth = last.depth;
    result.seconds = last.seconds;
    result.memory_mb = last.memory_mb;
    results.push_back(std::move(result));
  }
  std::stable_sort(results.begin(), results.end(),
                   [](const CheckResult& a, const CheckResult& b) { return a.kind < b.kind; });
}

/// Searches for every place; `last` gets statistics and, if something was left open, why.
std::variant<bool, ToolFailure> search_all(const CheckContext& context, const Model& model,
                                           std::vector<CheckResult>& results, CheckResult& last) {
  std::vector<Claim> claims;
  const auto count = std::min(model.refusals.size(), kMaxPlaces);
  for (std::size_t k = 0; k < count; ++k) {
    const auto& refusal = model.refusals[k];
    claims.push_back(eventually_claim(
        fmt::format("refusal_{}", k + 1),
        fmt::format("{} at {}", to_string(refusal.reason), context.sources.describe(refusal.where)),
        fmt::format("refused == {}", k + 1)));
  }
  auto text = print(model, claims);
  if (const auto* error = std::get_if<ModelError>(&text)) {
    last.why = error->message;
    return false;
  }
  SpinSession session(context.tools, context.options);
  if (auto failure = session.generate(std::get<std::string>(text))) return *failure;
  for (std::size_t k = 0; k < count; ++k) {
    auto searched = session.search(count == 1 ? std::string{} : claims[k].name, true);
    if (auto* failure = std::get_if<ToolFailure>(&searched)) return std::move(*failure);
    const auto& outcome = std::get<SearchOutcome>(searched);
    take_statistics(outcome.statistics, last);
    if (outcome.kind == SearchOutcome::Kind::unfinished) {
      last.why = outcome.why;
      return false;
    }
    if (outcome.kind == SearchOutcome::Kind::absent) continue;
    auto result = violation(context, model.refusals[k]);
    take_statistics(outcome.statistics, result);
    if (auto failure = tell_run(model, outcome, true, result)) return *failure;
    results.push_back(std::move(result));
  }
  if (count < model.refusals.size()) {
    last.why = fmt::format("more than {} places to search for", kMaxPlaces);
    return false;
  }
  return true;
}

}  // namespace

CheckOutcome check_refusals(const CheckContext& context) {
  const auto start = Clock::now();
  std::vector<CheckResult> results;
  CheckResult last;
  at_the_start(context, results);
  Question question(context.program);
  question.refusals = true;
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  bool finished = false;
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    last.why = error->message;
  } else if (const auto& model = std::get<Model>(laid_out); model.refusals.empty()) {
    // Not even an automaton alone can reach one: that was explored to the end by now.
    finished = true;
    for (const auto* a : model.automata) last.states += a->states.size();
  } else {
    const auto done = search_all(context, model, results, last);
    if (const auto* failure = std::get_if<ToolFailure>(&done)) return *failure;
    finished = std::get<bool>(done);
  }
  last.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (auto& r : results) r.seconds = last.seconds;
  conclude(results, last, finished);
  return results;
}

CheckOutcome check_unreachable(const CheckContext& context) {
  const auto start = Clock::now();
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
      return std::vector{not_possible(std::move(result), {obstacle->message, obstacle->hint, {}})};
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
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return std::vector{std::move(result)};
}

}  // namespace spl::promela
