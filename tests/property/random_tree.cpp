// Trees are built bottom up, every operator with every kind of operand.
#include "random_tree.hpp"

#include <utility>

namespace spl::test {
namespace {

ast::Name name(std::string text) {
  return {std::move(text), {}};
}

ast::ExprPtr make(auto node) {
  auto e = std::make_unique<ast::Expr>();
  e->node = std::move(node);
  return e;
}

ast::Operand random_operand(Dice& dice) {
  ast::Operand o;
  if (dice.chance(30)) {
    o.literal = static_cast<std::int32_t>(dice.roll(20)) - 5;
    return o;
  }
  o.variable = name(dice.chance(50) ? "x" : "y");
  if (dice.chance(50)) o.automaton = name("m");
  return o;
}

ast::Operand variable_operand(Dice& dice) {
  auto o = random_operand(dice);
  while (o.literal) o = random_operand(dice);
  return o;
}

ast::Formula leaf(Dice& dice) {
  ast::Formula f;
  switch (dice.roll(5)) {
    case 0:
      f.op = ast::FormulaOp::constant;
      f.value = dice.chance(50);
      break;
    case 1:
      f.op = ast::FormulaOp::variable;
      f.left = variable_operand(dice);
      break;
    case 2:
      f.op = ast::FormulaOp::finished;
      f.left.automaton = name("m");
      break;
    case 3:
      f.op = ast::FormulaOp::statecall;
      f.name = name(dice.chance(50) ? "A" : "Bc_D");
      break;
    default:
      f.op = ast::FormulaOp::compare;
      f.comparison = static_cast<ast::BinaryOp>(2 + dice.roll(6));  // equal .. greater_equal
      f.left = random_operand(dice);
      f.right = random_operand(dice);
      break;
  }
  return f;
}

ast::Formula statecall(const char* text) {
  ast::Formula f;
  f.op = ast::FormulaOp::statecall;
  f.name = name(text);
  return f;
}

}  // namespace

ast::ExprPtr random_expr(std::uint32_t depth, Dice& dice) {
  const auto kind = depth == 0 ? dice.roll(3) : dice.roll(10);
  switch (kind) {
    case 0: {
      const auto value = static_cast<std::int32_t>(dice.next());
      return make(ast::IntLiteral{dice.chance(20) ? value : value % 10});
    }
    case 1:
      return make(ast::BoolLiteral{dice.chance(50)});
    case 2:
      return make(ast::VarRef{dice.chance(50) ? "x" : "a_variable"});
    case 3:
    case 4:
    case 5:
      return make(ast::UnaryExpr{dice.chance(50) ? ast::UnaryOp::negate : ast::UnaryOp::logical_not,
                                 random_expr(depth - 1, dice)});
    default: {
      const auto op = static_cast<ast::BinaryOp>(dice.roll(12));
      auto left = random_expr(depth - 1, dice);
      auto right = random_expr(depth - 1, dice);
      return make(ast::BinaryExpr{op, std::move(left), std::move(right)});
    }
  }
}

ast::Formula random_formula(std::uint32_t depth, Dice& dice) {
  using Op = ast::FormulaOp;
  if (depth == 0 || dice.chance(15)) return leaf(dice);
  static const std::vector<Op> kUnary{Op::op_not, Op::always, Op::eventually, Op::next,
                                      Op::once,   Op::never,  Op::reachable};
  static const std::vector<Op> kBinary{Op::op_and, Op::op_or,      Op::implies, Op::iff,
                                       Op::until,  Op::weak_until, Op::since};
  ast::Formula f;
  const auto kind = dice.roll(10);
  if (kind < 4) {
    f.op = dice.pick(kUnary);
    f.children.push_back(random_formula(depth - 1, dice));
  } else if (kind < 9) {
    f.op = dice.pick(kBinary);
    f.children.push_back(random_formula(depth - 1, dice));
    f.children.push_back(random_formula(depth - 1, dice));
  } else {
    f.op = dice.chance(50) ? Op::precedes : Op::responds_to;
    f.children.push_back(statecall("A"));
    f.children.push_back(statecall("B"));
  }
  return f;
}

ast::File file_with(ast::ExprPtr expr) {
  ast::Statement assign;
  assign.node = ast::AssignStmt{name("x"), std::move(expr)};
  ast::Routine routine;
  routine.is_automaton = true;
  routine.name = name("m");
  routine.body.statements.push_back(std::move(assign));
  ast::File file;
  file.declarations.emplace_back(std::move(routine));
  return file;
}

ast::File file_with(ast::Formula formula) {
  ast::File file;
  file.declarations.emplace_back(ast::PropertyDecl{name("p"), std::move(formula), {}});
  return file;
}

}  // namespace spl::test
