// The pool of temporal formulas: hash-consing and the simplifications that keep claims small.
#include <algorithm>

#include "buchi.hpp"

namespace spl::promela {

FormulaId Formulas::intern(Node node) {
  const auto at =
      std::lower_bound(index_.begin(), index_.end(), node,
                       [](const auto& entry, const Node& n) { return entry.first < n; });
  if (at != index_.end() && at->first == node) return at->second;
  const auto id = static_cast<FormulaId>(nodes_.size());
  nodes_.push_back(node);
  index_.insert(at, {node, id});
  return id;
}

FormulaId Formulas::constant(bool value) {
  return intern({value ? Op::constant_true : Op::constant_false, 0, false, {}, {}});
}

FormulaId Formulas::literal(std::uint32_t atom, bool negated) {
  return intern({Op::literal, atom, negated, {}, {}});
}

FormulaId Formulas::both(FormulaId a, FormulaId b) {
  if (a == b) return a;
  for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
    if ((*this)[x].op == Op::constant_true) return y;
    if ((*this)[x].op == Op::constant_false) return x;
  }
  return intern({Op::conjunction, 0, false, std::min(a, b), std::max(a, b)});
}

FormulaId Formulas::either(FormulaId a, FormulaId b) {
  if (a == b) return a;
  for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
    if ((*this)[x].op == Op::constant_false) return y;
    if ((*this)[x].op == Op::constant_true) return x;
  }
  return intern({Op::disjunction, 0, false, std::min(a, b), std::max(a, b)});
}

FormulaId Formulas::next(FormulaId a) {
  const auto op = (*this)[a].op;
  if (op == Op::constant_true || op == Op::constant_false) return a;
  return intern({Op::next, 0, false, a, a});
}

FormulaId Formulas::until(FormulaId a, FormulaId b) {
  const auto of = (*this)[b];
  if (a == b || of.op == Op::constant_true || of.op == Op::constant_false) return b;
  if ((*this)[a].op == Op::constant_false) return b;
  // a U (a U c) = a U c;  eventually (x U c) = eventually c
  if (of.op == Op::until && of.left == a) return b;
  if (of.op == Op::until && (*this)[a].op == Op::constant_true) return until(a, of.right);
  return intern({Op::until, 0, false, a, b});
}

FormulaId Formulas::release(FormulaId a, FormulaId b) {
  const auto of = (*this)[b];
  if (a == b || of.op == Op::constant_true || of.op == Op::constant_false) return b;
  if ((*this)[a].op == Op::constant_true) return b;
  if (of.op == Op::release && of.left == a) return b;
  if (of.op == Op::release && (*this)[a].op == Op::constant_false) return release(a, of.right);
  return intern({Op::release, 0, false, a, b});
}

bool Formulas::decided_by_prefix(FormulaId id) const {
  std::vector<bool> seen(nodes_.size());
  std::vector<FormulaId> todo{id};
  while (!todo.empty()) {
    const auto at = todo.back();
    todo.pop_back();
    if (seen[static_cast<std::size_t>(at)]) continue;
    seen[static_cast<std::size_t>(at)] = true;
    const auto& node = (*this)[at];
    switch (node.op) {
      case Op::release:
        return false;
      case Op::conjunction:
      case Op::disjunction:
      case Op::until:
      case Op::next:
        todo.push_back(node.left);
        todo.push_back(node.right);
        break;
      case Op::constant_true:
      case Op::constant_false:
      case Op::literal:
        break;
    }
  }
  return true;
}

}  // namespace spl::promela
