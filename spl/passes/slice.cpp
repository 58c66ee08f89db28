// Slicing: holds irrelevant slots at 0, so that their values do not multiply states.
//
// Relevant are: slots in guards, resume slots, observed slots; slots in an assignment that can
// violate by itself (range check or arithmetic); and slots in an assignment to a relevant slot.
#include "passes/slice.hpp"

namespace spl {
namespace {

class Relevance {
 public:
  Relevance(const Automaton& a, const std::vector<VarId>& observed)
      : a_(a), relevant_(a.variables.size(), false) {
    for (const auto v : observed) mark(v);
    for (const auto& context : a.contexts) {
      if (context.is_during) mark(context.resume);
    }
    for (const auto& edge : a.edges) {
      if (const auto* guard = std::get_if<Guard>(&edge.action)) mark_all(guard->condition);
      if (const auto* assign = std::get_if<Assign>(&edge.action)) {
        if (assign->bounds || can_fault(assign->value)) mark_all(assign->value);
      }
    }
    propagate();
  }

  [[nodiscard]] bool operator()(VarId v) const { return relevant_[raw(v)]; }

 private:
  /// What is assigned to a relevant slot is relevant.
  void propagate() {
    std::vector<std::vector<ExprId>> assigned(a_.variables.size());
    for (const auto& edge : a_.edges) {
      if (const auto* assign = std::get_if<Assign>(&edge.action)) {
        assigned[raw(assign->target)].push_back(assign->value);
      }
    }
    while (!fresh_.empty()) {
      const auto v = fresh_.back();
      fresh_.pop_back();
      for (const auto value : assigned[raw(v)]) mark_all(value);
    }
  }
  void mark(VarId v) {
    if (!relevant_[raw(v)]) fresh_.push_back(v);
    relevant_[raw(v)] = true;
  }
  void mark_all(ExprId id) {
    const auto& e = a_[id];
    if (e.op == ExprNode::Op::literal) return;
    if (e.op == ExprNode::Op::variable) return mark(e.variable);
    mark_all(e.left);
    if (e.op == ExprNode::Op::binary) mark_all(e.right);
  }
  [[nodiscard]] bool can_fault(ExprId id) const {
    const auto& e = a_[id];
    switch (e.op) {
      case ExprNode::Op::literal:
      case ExprNode::Op::variable:
        return false;
      case ExprNode::Op::negate:
        return true;
      case ExprNode::Op::logical_not:
        return can_fault(e.left);
      case ExprNode::Op::binary:
        break;
    }
    const bool arithmetic = e.binary == ast::BinaryOp::add || e.binary == ast::BinaryOp::subtract ||
                            e.binary == ast::BinaryOp::multiply ||
                            e.binary == ast::BinaryOp::divide;
    return arithmetic || can_fault(e.left) || can_fault(e.right);
  }

  const Automaton& a_;
  std::vector<bool> relevant_;
  std::vector<VarId> fresh_;  // relevant, and its assignments not looked at yet
};

}  // namespace

Automaton slice(const Automaton& automaton, const std::vector<VarId>& observed) {
  auto sliced = automaton;
  const Relevance relevant(automaton, observed);
  for (auto& edge : sliced.edges) {
    auto* assign = std::get_if<Assign>(&edge.action);
    if (assign != nullptr && !relevant(assign->target)) assign->stored = false;
  }
  for (std::uint32_t v = 0; v < sliced.variables.size(); ++v) {
    if (!relevant(VarId{v})) sliced.variables[v].initial = 0;
  }
  return sliced;
}

}  // namespace spl
