// Checks that are one search: a property, and stuck states.
#include "check.hpp"

#include <fmt/format.h>

#include "check_support.hpp"
#include "lasso.hpp"
#include "trace.hpp"

namespace spl::promela {

void take_statistics(const SearchStatistics& from, CheckResult& result) {
  result.states = from.states;
  result.transitions = from.transitions;
  result.depth = from.depth;
  result.memory_mb = from.memory_mb;
}

CheckResult not_possible(CheckResult result, const ModelError& error) {
  result.verdict = Verdict::not_finished;
  result.why = error.hint.empty() ? error.message : error.message + "; " + error.hint;
  return result;
}

namespace {

/// Puts a shortest endless run in place of the one that Spin met first.
std::optional<ToolFailure> shorten(const Model& model, const Claim& claim, SearchOutcome& outcome) {
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

/// One search. `found_is`: what it means if there is such a run.
CheckOutcome run_search(const CheckContext& context, const Model& model, const Claim& claim,
                        Verdict found_is, CheckResult result, Clock::time_point start) {
  auto text = print(model, {claim});
  if (const auto* error = std::get_if<ModelError>(&text)) {
    return std::vector{not_possible(std::move(result), *error)};
  }
  SpinSession session(context.tools, context.options);
  if (auto failure = session.generate(std::get<std::string>(text))) return *failure;
  auto searched = session.search({}, claim.automaton.by_prefix);
  if (auto* failure = std::get_if<ToolFailure>(&searched)) return std::move(*failure);
  auto& outcome = std::get<SearchOutcome>(searched);
  if (outcome.kind == SearchOutcome::Kind::found && !claim.automaton.by_prefix) {
    if (auto failure = shorten(model, claim, outcome)) return *failure;
  }
  take_statistics(outcome.statistics, result);
  switch (outcome.kind) {
    case SearchOutcome::Kind::unfinished:
      result.verdict = Verdict::not_finished;
      result.why = outcome.why;
      break;
    case SearchOutcome::Kind::absent:
      result.verdict = found_is == Verdict::fails ? Verdict::proved : Verdict::fails;
      result.exhaustive = true;
      break;
    case SearchOutcome::Kind::found:
      result.verdict = found_is;
      if (auto failure = tell_run(model, outcome, claim.automaton.by_prefix, result)) {
        failure->message = fmt::format("{}: {}", result.name, failure->message);
        return *failure;
      }
      break;
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return std::vector{std::move(result)};
}

}  // namespace

CheckOutcome check_property(const CheckContext& context, const Property& property) {
  const auto start = Clock::now();
  CheckResult result;
  result.name = property.name;
  result.text = property.text;
  result.range = property.range;
  Question question(context.program);
  question.read(property.formula);
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    return std::vector{not_possible(std::move(result), *error)};
  }
  const auto& model = std::get<Model>(laid_out);
  const auto claim = make_claim(model, property, "property_");
  if (const auto* error = std::get_if<ModelError>(&claim)) {
    return std::vector{not_possible(std::move(result), *error)};
  }
  const bool witness = property.formula.op == ast::FormulaOp::reachable;
  auto outcome = run_search(context, model, std::get<Claim>(claim),
                            witness ? Verdict::proved : Verdict::fails, std::move(result), start);
  if (auto* results = std::get_if<std::vector<CheckResult>>(&outcome)) {
    auto& r = results->front();
    if (witness && r.verdict == Verdict::fails) r.why = "no accepted run reaches it";
  }
  return outcome;
}

CheckOutcome check_stuck(const CheckContext& context) {
  const auto start = Clock::now();
  CheckResult result;
  result.kind = CheckKind::stuck;
  result.name = "stuck";
  result.text = "a run that can go no further has finished in every automaton";
  Question question(context.program);
  question.ended = true;
  auto laid_out =
      lay_out(context.program, context.sources, std::move(question), context.observations);
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    return std::vector{not_possible(std::move(result), *error)};
  }
  const auto& model = std::get<Model>(laid_out);
  std::string finished;
  for (std::uint32_t a = 0; a < model.automata.size(); ++a) {
    ResolvedFormula f;
    f.op = ast::FormulaOp::finished;
    f.automaton = AutomatonId{a};
    finished += (a == 0 ? "" : " && ") + condition(model, f);
  }
  const auto claim = eventually_claim("stuck", "stuck: nothing is accepted, and not all finished",
                                      fmt::format("ended && !({})", finished));
  auto outcome = run_search(context, model, claim, Verdict::fails, std::move(result), start);
  auto* results = std::get_if<std::vector<CheckResult>>(&outcome);
  if (results == nullptr || results->front().verdict != Verdict::fails) return outcome;
  // Who is not done, by name.
  auto& r = results->front();
  Interpreter interpreter(context.program);
  for (const auto& step : r.trace) interpreter.tick(step.statecall);
  std::string names;
  for (std::uint32_t a = 0; a < context.program.automata.size(); ++a) {
    if (interpreter.finished(AutomatonId{a})) continue;
    names += (names.empty() ? "'" : ", '") + context.program.automata[a].name + "'";
  }
  r.why = "no statecall is accepted here, but not finished: " + names;
  return outcome;
}

}  // namespace spl::promela
