// Checks that are one question: a property, and stuck states.
#include "check.hpp"

#include <fmt/format.h>

#include "check_support.hpp"
#include "lasso.hpp"
#include "slice.hpp"
#include "trace.hpp"

namespace spl::promela {
namespace {

/// Puts a shortest endless run in place of the one that Spin met first.
std::optional<ToolFailure> shorten(const Model& model, const Claim& claim, ClaimOutcome& outcome) {
  auto found = shortest_lasso(model, claim);
  if (found.complete && !found.lasso) {
    ToolFailure failure;
    failure.kind = ToolFailure::Kind::internal_error;
    failure.message = "Spin found an endless run that splc cannot follow";
    failure.hint = "this is a bug in splc; please report it with the policy";
    return failure;
  }
  if (found.lasso) {
    outcome.trail = std::move(found.lasso->lines);
    outcome.loop = found.lasso->loop;
  }
  return std::nullopt;
}

/// What a planned search needs to know when it is concluded.
struct SearchPlan {
  Model model;
  Claim claim;
  std::vector<Search> searches;
  Verdict found_is;
  CheckResult blank;
  double planning = 0;

  void name_left_out(CheckResult& result) const {
    for (std::uint32_t a = 0; a < model.automata.size(); ++a) {
      if (model.question.left_out[a]) result.left_out.push_back(AutomatonId{a});
    }
  }

  [[nodiscard]] Plan::Results conclude(std::span<const Outcome* const> outcomes) const {
    auto result = blank;
    if (!model.question.left_out.empty()) name_left_out(result);
    auto finding = find(searches, outcomes, 0);
    take(finding, found_is == Verdict::fails ? Verdict::proved : Verdict::fails, planning, result);
    if (finding.outcome.kind != ClaimOutcome::Kind::found) return std::vector{std::move(result)};
    result.verdict = found_is;
    const bool by_prefix = claim.automaton.by_prefix;
    const bool sliced = !model.question.left_out.empty();
    auto failure = by_prefix ? std::nullopt : shorten(model, claim, finding.outcome);
    if (!failure) failure = tell_run(model, finding.outcome, by_prefix, result);
    if (failure && sliced) return Plan::Undecided{};  // not a run of the whole policy
    if (failure) {
      failure->message = fmt::format("{}: {}", result.name, failure->message);
      return *failure;
    }
    return std::vector{std::move(result)};
  }
};

/// One search. `found_is`: what it means if there is such a run. `adorn` may add to the result.
PlannedCheck plan_search(const CheckContext& context, Model model, Claim claim, Verdict found_is,
                         CheckResult result, const Stopwatch& watch, std::string job_name,
                         std::function<void(CheckResult&)> adorn) {
  auto text = print(model, {claim});
  if (const auto* error = std::get_if<ModelError>(&text)) {
    return decided({not_possible(std::move(result), *error)});
  }
  model.forget_rows();
  PlannedCheck check;
  check.jobs =
      jobs_for(context.options, std::move(job_name), std::move(std::get<std::string>(text)),
               {claim.name}, claim.automaton.by_prefix);
  auto plan = std::make_shared<SearchPlan>(
      SearchPlan{std::move(model), std::move(claim), {}, found_is, std::move(result), 0});
  for (const auto& job : check.jobs) plan->searches.push_back(job.search);
  plan->planning = watch.seconds();
  check.conclude = [plan = std::move(plan), adorn = std::move(adorn)](auto outcomes) {
    auto results = plan->conclude(outcomes);
    if (auto* some = std::get_if<std::vector<CheckResult>>(&results)) adorn(some->front());
    return results;
  };
  return check;
}

/// Who is not done where a run got stuck, by name.
std::string unfinished_automata(const Program& program, const CheckResult& result) {
  Interpreter interpreter(program);
  for (const auto& step : result.trace) interpreter.tick(step.statecall);
  std::string names;
  for (const auto& automaton : program.automata) {
    if (interpreter.finished(automaton.id)) continue;
    names += (names.empty() ? "'" : ", '") + automaton.name + "'";
  }
  return names;
}

}  // namespace

namespace {

/// The question of a property, asked of all automata but those that are left out.
PlannedCheck ask(const CheckContext& context, const Property& property,
                 std::vector<bool> left_out) {
  const Stopwatch watch;
  CheckResult result;
  result.name = property.name;
  result.text = property.text;
  result.range = property.range;
  Question question(context.program);
  question.read(property.formula);
  question.left_out = std::move(left_out);
  const bool sliced = !question.left_out.empty();
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    return decided({not_possible(std::move(result), *error)});
  }
  auto& model = std::get<Model>(laid_out);
  auto claim = make_claim(model, property, "property_");
  if (const auto* error = std::get_if<ModelError>(&claim)) {
    return decided({not_possible(std::move(result), *error)});
  }
  if (sliced && !std::get<Claim>(claim).automaton.by_prefix) return ask(context, property, {});
  const bool witness = property.formula.op == ast::FormulaOp::reachable;
  return plan_search(context, std::move(model), std::move(std::get<Claim>(claim)),
                     witness ? Verdict::proved : Verdict::fails, std::move(result), watch,
                     "property-" + property.name, [witness](CheckResult& r) {
                       if (!witness) return;
                       if (r.verdict == Verdict::fails) r.why = "no accepted run reaches it";
                     });
}

}  // namespace

PlannedCheck plan_property(const CheckContext& context, const Property& property) {
  const bool slice = context.options.slice && !context.options.bitstate;
  return ask(context, property,
             slice ? not_read(context.program, property.formula) : std::vector<bool>{});
}

PlannedCheck plan_stuck(const CheckContext& context) {
  const Stopwatch watch;
  CheckResult result;
  result.kind = CheckKind::stuck;
  result.name = "stuck";
  result.text = "a run that can go no further has finished in every automaton";
  Question question(context.program);
  question.ended = true;
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    return decided({not_possible(std::move(result), *error)});
  }
  auto& model = std::get<Model>(laid_out);
  std::string finished;
  for (std::uint32_t a = 0; a < model.automata.size(); ++a) {
    ResolvedFormula f;
    f.op = ast::FormulaOp::finished;
    f.automaton = AutomatonId{a};
    finished += (a == 0 ? "" : " && ") + condition(model, f);
  }
  auto claim = eventually_claim("stuck", "stuck: nothing is accepted, and not all finished",
                                fmt::format("ended && !({})", finished));
  return plan_search(context, std::move(model), std::move(claim), Verdict::fails, std::move(result),
                     watch, "stuck", [&program = context.program](CheckResult& r) {
                       if (r.verdict != Verdict::fails) return;
                       r.why = "no statecall is accepted here, but not finished: " +
                               unfinished_automata(program, r);
                     });
}

}  // namespace spl::promela
