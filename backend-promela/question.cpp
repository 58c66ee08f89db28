// What a formula reads, and the once/since subformulas that become bits of history.
#include <algorithm>

#include "model.hpp"

namespace spl::promela {
namespace {

using Op = ast::FormulaOp;

template <class T>
void insert_unique(std::vector<T>& sorted, T value) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (at == sorted.end() || *at != value) sorted.insert(at, value);
}

}  // namespace

bool is_state_formula(const ResolvedFormula& formula) {
  switch (formula.op) {
    case Op::constant:
    case Op::variable:
    case Op::finished:
    case Op::statecall:
    case Op::compare:
      return true;
    case Op::op_not:
    case Op::op_and:
    case Op::op_or:
    case Op::implies:
    case Op::iff:
    case Op::once:
    case Op::since:
      return std::all_of(formula.children.begin(), formula.children.end(), is_state_formula);
    default:
      return false;
  }
}

void Question::read(const ResolvedFormula& formula) {
  const auto read_variable = [&](const Term& term) {
    if (!term.is_variable) return;
    insert_unique(observed[index(term.variable.automaton)], VarId{term.variable.param});
  };
  if (formula.op == Op::variable || formula.op == Op::compare) {
    read_variable(formula.left);
    if (formula.op == Op::compare) read_variable(formula.right);
  }
  if (formula.op == Op::statecall) insert_unique(events, formula.statecall);
  for (const auto& child : formula.children) read(child);
  if (formula.op == Op::once || formula.op == Op::since) past.push_back(&formula);
}

}  // namespace spl::promela
