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
  walk(formula);
  events.clear();
  std::map<std::vector<std::uint32_t>, StatecallId> classes;
  for (const auto& [s, where] : mentions_) events[s] = classes.emplace(where, s).first->second;
}

void Question::tell_all(const Program& program) {
  events.clear();
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    events.emplace(StatecallId{s}, StatecallId{s});
  }
}

/// The leaves of nested `or`s: statecalls among them belong together.
void Question::walk_disjunction(const ResolvedFormula& formula, std::uint32_t number) {
  if (formula.op == Op::op_or) {
    for (const auto& child : formula.children) walk_disjunction(child, number);
  } else if (formula.op == Op::statecall) {
    auto& where = mentions_[formula.statecall];
    if (where.empty() || where.back() != number) where.push_back(number);
  } else {
    walk(formula);
  }
}

void Question::walk(const ResolvedFormula& formula) {
  const auto read_variable = [&](const Term& term) {
    if (!term.is_variable) return;
    insert_unique(observed[index(term.variable.automaton)], VarId{term.variable.param});
  };
  if (formula.op == Op::variable || formula.op == Op::compare) {
    read_variable(formula.left);
    if (formula.op == Op::compare) read_variable(formula.right);
  }
  if (formula.op == Op::statecall || formula.op == Op::op_or) {
    walk_disjunction(formula, disjunctions_++);
    return;
  }
  for (const auto& child : formula.children) walk(child);
  if (formula.op == Op::once || formula.op == Op::since) past.push_back(&formula);
}

}  // namespace spl::promela
