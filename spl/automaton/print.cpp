// Expressions and actions as text, with the names of the slots.
#include <fmt/format.h>

#include "spl/automaton.hpp"
#include "spl/spelling.hpp"

namespace spl {
namespace {

std::string operand(const Automaton& a, ExprId id) {
  const auto text = to_string(a, id);
  return a[id].op == ExprNode::Op::binary ? "(" + text + ")" : text;
}

/// A value where a bool is expected: literals as they are written.
std::string truth(const Automaton& a, ExprId id) {
  const auto& e = a[id];
  if (e.op == ExprNode::Op::literal) return e.value != 0 ? "true" : "false";
  return to_string(a, id);
}

}  // namespace

std::string to_string(const Automaton& a, ExprId id) {
  const auto& e = a[id];
  switch (e.op) {
    case ExprNode::Op::literal:
      return std::to_string(e.value);
    case ExprNode::Op::variable:
      return a[e.variable].name;
    case ExprNode::Op::negate:
      return "-" + operand(a, e.left);
    case ExprNode::Op::logical_not:
      return "!" + operand(a, e.left);
    case ExprNode::Op::binary:
      return fmt::format("{} {} {}", operand(a, e.left), spelling(e.binary), operand(a, e.right));
  }
  return {};
}

std::string to_string(const Automaton& a, const Action& action) {
  return std::visit(
      Overload{
          [](const Skip&) { return std::string(); },
          [&](const Guard& g) { return fmt::format("[{}]", truth(a, g.condition)); },
          [&](const Assign& s) {
            const bool is_bool = a[s.target].type == ast::Type::boolean;
            auto text = fmt::format("{} := {}", a[s.target].name,
                                    is_bool ? truth(a, s.value) : to_string(a, s.value));
            if (s.bounds) text += fmt::format(" in {}..{}", s.bounds->low, s.bounds->high);
            return text;
          },
          [&](const Reset& r) {
            std::string text;
            for (auto v = raw(r.begin); v < raw(r.end); ++v) {
              text += fmt::format("{}forget {}", text.empty() ? "" : ", ", a.variables[v].name);
            }
            return text;
          },
      },
      action);
}

}  // namespace spl
