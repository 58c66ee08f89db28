// Follows a trace by the interpreter and keeps what each automaton held.
#include "spl/graph.hpp"

namespace spl {
namespace {

/// Most values of variables that are kept; some hundred MB.
constexpr std::size_t kMaxKept = std::size_t{32} << 20U;

std::size_t size_of(const ConfigurationSet& set) {
  return set.empty() ? 1 : set.size() * (set.front().values.size() + 8);
}

}  // namespace

GraphRun follow_trace(const Program& program, std::span<const GraphStep> steps) {
  GraphRun run;
  Interpreter interpreter(program);
  run.automata.resize(program.automata.size());
  std::size_t kept = 0;
  const auto keep = [&](AutomatonId id) {
    const auto& set = interpreter.configurations(id);
    kept += size_of(set);
    run.automata[index(id)].sets.push_back(set);
  };
  for (const auto& a : program.automata) keep(a.id);
  for (const auto& step : steps) {
    auto verdict = interpreter.tick(step.statecall);
    if (verdict.outcome == Interpreter::Outcome::violation) {
      run.refused = step;
      run.refusals = std::move(verdict.refusals);
      return run;
    }
    if (verdict.outcome == Interpreter::Outcome::too_large || kept > kMaxKept) {
      run.too_large = true;
      return run;
    }
    if (verdict.outcome != Interpreter::Outcome::accepted) continue;
    ++run.accepted;
    for (const auto id : program.mentioned_by[index(step.statecall)]) {
      run.automata[index(id)].steps.push_back(step);
      keep(id);
    }
  }
  return run;
}

}  // namespace spl
