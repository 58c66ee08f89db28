// Formulas in English, for people who do not read temporal logic every day.
#include <fmt/format.h>

#include "language_server/features.hpp"

namespace spl::lsp {
namespace {

using ast::Formula;
using ast::FormulaOp;

constexpr std::size_t kMaxTold = 4000;  // a hover is no book

std::string operand(const ast::Operand& o) {
  if (o.literal) return std::to_string(*o.literal);
  return o.automaton ? fmt::format("`{}.{}`", o.automaton->text, o.variable.text)
                     : fmt::format("`{}`", o.variable.text);
}

const char* comparison(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::equal:
      return "is";
    case ast::BinaryOp::not_equal:
      return "is not";
    case ast::BinaryOp::less:
      return "is less than";
    case ast::BinaryOp::less_equal:
      return "is at most";
    case ast::BinaryOp::greater:
      return "is greater than";
    default:
      return "is at least";
  }
}

bool is_atom(const Formula& f) {
  return f.children.empty();
}

std::string tell(const Formula& f);

/// A part of a larger formula: in parentheses unless it is short.
std::string part(const Formula& f) {
  return is_atom(f) || f.op == FormulaOp::op_not ? tell(f) : "(" + tell(f) + ")";
}

std::string tell_atom(const Formula& f) {
  switch (f.op) {
    case FormulaOp::constant:
      return f.value ? "true" : "false";
    case FormulaOp::variable:
      return operand(f.left) + " holds";
    case FormulaOp::finished:
      return fmt::format("`{}` is finished", f.left.automaton ? f.left.automaton->text : "");
    case FormulaOp::statecall:
      return fmt::format("the step is `{}`", f.name.text);
    default:
      return fmt::format("{} {} {}", operand(f.left), comparison(f.comparison), operand(f.right));
  }
}

std::string name_of(const Formula& f) {
  return "`" + f.name.text + "`";
}

std::string tell_binary(const Formula& f) {
  const auto& a = f.children[0];
  const auto& b = f.children[1];
  switch (f.op) {
    case FormulaOp::op_and:
      return part(a) + " and " + part(b);
    case FormulaOp::op_or:
      return part(a) + " or " + part(b);
    case FormulaOp::implies:
      return "if " + part(a) + " then " + part(b);
    case FormulaOp::iff:
      return part(a) + " exactly when " + part(b);
    case FormulaOp::until:
      return part(a) + " until at last " + part(b);
    case FormulaOp::weak_until:
      return part(a) + " until " + part(b) + ", or for ever";
    case FormulaOp::since:
      return part(a) + " ever since " + part(b);
    case FormulaOp::precedes:
      return fmt::format("no {} comes before the first {}", name_of(b), name_of(a));
    default:
      return fmt::format("after every {} there comes, sooner or later, {}", name_of(b), name_of(a));
  }
}

std::string tell(const Formula& f) {
  if (is_atom(f)) return tell_atom(f);
  if (f.children.size() == 2) return tell_binary(f);
  const auto inner = part(f.children[0]);
  switch (f.op) {
    case FormulaOp::op_not:
      return "not (" + tell(f.children[0]) + ")";
    case FormulaOp::always:
      return "at every moment of every run, " + inner;
    case FormulaOp::eventually:
      return "in every run, sooner or later, " + inner;
    case FormulaOp::next:
      return "at the next moment, " + inner;
    case FormulaOp::once:
      return "at this moment or an earlier one, " + inner;
    case FormulaOp::never:
      return "at no moment of any run, " + inner;
    default:
      return "some run has a moment at which " + inner;
  }
}

}  // namespace

std::string told(std::string_view formula) {
  SourceMap sources;
  Diagnostics diagnostics;
  const auto file = sources.add("", std::string(formula));
  const auto parsed = parse_formula(file, sources, diagnostics);
  if (!parsed) return {};
  auto text = tell(*parsed);
  if (text.size() > kMaxTold) return {};
  return text;
}

}  // namespace spl::lsp
