// Choosing what a model leaves out.
#include "slice.hpp"

#include <algorithm>

namespace spl::promela {
namespace {

void keep_read(const Program& program, const ResolvedFormula& f, std::vector<bool>& left_out) {
  const auto keep = [&](AutomatonId a) { left_out[index(a)] = false; };
  const auto keep_term = [&](const Term& term) {
    if (term.is_variable) keep(term.variable.automaton);
  };
  switch (f.op) {
    case ast::FormulaOp::variable:
      keep_term(f.left);
      break;
    case ast::FormulaOp::compare:
      keep_term(f.left);
      keep_term(f.right);
      break;
    case ast::FormulaOp::finished:
      keep(f.automaton);
      break;
    case ast::FormulaOp::statecall:
      for (const auto a : program.mentioned_by[index(f.statecall)]) keep(a);
      break;
    default:
      break;
  }
  for (const auto& child : f.children) keep_read(program, child, left_out);
}

}  // namespace

std::vector<bool> not_read(const Program& program, const ResolvedFormula& formula) {
  std::vector<bool> left_out(program.automata.size(), true);
  keep_read(program, formula, left_out);
  const bool some = std::find(left_out.begin(), left_out.end(), true) != left_out.end();
  return some ? left_out : std::vector<bool>{};
}

ObservedAutomaton anything(const Program& program, AutomatonId automaton,
                           const std::vector<bool>& left_out) {
  ObservedAutomaton result;
  result.automaton = automaton;
  result.alphabet = program.automata[index(automaton)].alphabet;
  result.initial = {0};
  auto& state = result.states.emplace_back();
  for (const auto s : result.alphabet) {
    const auto& users = program.mentioned_by[index(s)];
    const bool in_model =
        std::any_of(users.begin(), users.end(), [&](AutomatonId a) { return !left_out[index(a)]; });
    if (in_model) state.moves.push_back({s, {0}});
  }
  return result;
}

}  // namespace spl::promela
