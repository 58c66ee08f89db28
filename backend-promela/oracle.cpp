// Spin as an engine to compare with others: which traces are runs of the model, and random runs.
#include <fmt/format.h>

#include "model.hpp"
#include "spin.hpp"
#include "trace.hpp"

namespace spl::promela {
namespace {

/// A model that tells all statecalls apart.
std::variant<Model, ToolFailure> full_model(const Program& program, const SourceMap& sources,
                                            Observations& observations) {
  Question question(program);
  question.tell_all(program);
  auto laid_out = lay_out(program, sources, std::move(question), observations);
  if (const auto* error = std::get_if<ModelError>(&laid_out)) {
    ToolFailure failure;
    failure.kind = ToolFailure::Kind::failed_tool;
    failure.message = error->message;
    failure.hint = error->hint;
    return failure;
  }
  return std::move(std::get<Model>(laid_out));
}

/// The claim that a run starts with the trace.
Claim trace_claim(const Model& model, const std::vector<StatecallId>& trace, std::size_t number) {
  Claim claim;
  claim.name = fmt::format("trace_{}", number);
  claim.comment = fmt::format("a run of {} given statecalls", trace.size());
  claim.automaton.by_prefix = true;
  claim.automaton.states.push_back({false, {{{}, trace.empty() ? Buchi::kEnd : 1}}});
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const auto target = i + 1 == trace.size() ? Buchi::kEnd : static_cast<std::uint32_t>(i + 2);
    claim.automaton.states.push_back({false, {{{{static_cast<std::uint32_t>(i), false}}, target}}});
    claim.atoms.push_back("ev == " + model.names.statecalls[index(trace[i])]);
  }
  return claim;
}

}  // namespace

std::variant<std::vector<bool>, ToolFailure> spin_accepts(
    const Program& program, const SourceMap& sources,
    std::span<const std::vector<StatecallId>> traces, const VerifyOptions& options) {
  const auto tools = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&tools)) return *failure;
  Observations observations(program, options.state_bound);
  auto model = full_model(program, sources, observations);
  if (auto* failure = std::get_if<ToolFailure>(&model)) return std::move(*failure);
  std::vector<Claim> claims;
  for (const auto& trace : traces) {
    claims.push_back(trace_claim(std::get<Model>(model), trace, claims.size() + 1));
  }
  auto text = print(std::get<Model>(model), claims);
  if (const auto* error = std::get_if<ModelError>(&text)) {
    ToolFailure failure;
    failure.message = error->message;
    return failure;
  }
  SpinSession session(std::get<Tools>(tools), SessionOptions(options));
  if (auto failure = session.generate(std::get<std::string>(text))) return *failure;
  std::vector<bool> accepted;
  for (const auto& claim : claims) {
    auto searched = session.search(claims.size() == 1 ? std::string{} : claim.name, true);
    if (auto* failure = std::get_if<ToolFailure>(&searched)) return std::move(*failure);
    const auto& outcome = std::get<SearchOutcome>(searched);
    if (outcome.kind == SearchOutcome::Kind::unfinished) {
      ToolFailure failure;
      failure.message = outcome.why;
      return failure;
    }
    accepted.push_back(outcome.kind == SearchOutcome::Kind::found);
  }
  return accepted;
}

std::variant<std::vector<StatecallId>, ToolFailure> spin_simulate(const Program& program,
                                                                  const SourceMap& sources,
                                                                  std::uint32_t seed,
                                                                  std::uint32_t steps,
                                                                  const VerifyOptions& options) {
  const auto tools = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&tools)) return *failure;
  Observations observations(program, options.state_bound);
  auto model = full_model(program, sources, observations);
  if (auto* failure = std::get_if<ToolFailure>(&model)) return std::move(*failure);
  auto text = print(std::get<Model>(model), {});
  if (const auto* error = std::get_if<ModelError>(&text)) {
    ToolFailure failure;
    failure.message = error->message;
    return failure;
  }
  SpinSession session(std::get<Tools>(tools), SessionOptions(options));
  if (auto failure = session.generate(std::get<std::string>(text))) return *failure;
  auto lines = session.simulate(seed, steps);
  if (auto* failure = std::get_if<ToolFailure>(&lines)) return std::move(*failure);
  return statecalls_of(std::get<Model>(model), std::get<std::vector<std::string>>(lines));
}

}  // namespace spl::promela
