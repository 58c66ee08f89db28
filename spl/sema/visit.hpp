// Walks over the syntax tree that several static rules share. Nesting is bounded by the parser
// (kMaxNesting), and the length of an expression by its token limit, so recursion is safe.
#pragma once

#include "spl/ast.hpp"

namespace spl::sema {

/// Calls `visit(block)` for every block that stands directly in the statement.
template <class F>
void for_each_block(const ast::Statement& statement, F&& visit) {
  std::visit(Overload{
                 [&](const ast::AllowStmt& s) { visit(s.body); },
                 [&](const ast::MultipleStmt& s) { visit(s.body); },
                 [&](const ast::OptionalStmt& s) { visit(s.body); },
                 [&](const ast::EitherStmt& s) {
                   for (const auto& branch : s.branches) visit(branch.body);
                 },
                 [&](const ast::DoUntilStmt& s) { visit(s.body); },
                 [&](const ast::WhileStmt& s) { visit(s.body); },
                 [&](const ast::DuringStmt& s) {
                   visit(s.body);
                   for (const auto& handle : s.handles) visit(handle);
                 },
                 [](const ast::StatecallStmt&) {},
                 [](const ast::CallStmt&) {},
                 [](const ast::AssignStmt&) {},
                 [](const ast::ExitStmt&) {},
                 [](const ast::AbortStmt&) {},
             },
             statement.node);
}

/// Calls `visit(statement)` for every statement of the block, at any depth, in the order written.
template <class F>
void for_each_statement(const ast::Block& block, F&& visit) {
  for (const auto& statement : block.statements) {
    visit(statement);
    for_each_block(statement, [&](const ast::Block& inner) { for_each_statement(inner, visit); });
  }
}

/// Calls `visit(expr, is_guard)` for every whole expression of the statement itself: its guards
/// and its assigned value. Expressions in inner statements are not the statement's.
template <class F>
void for_each_expression(const ast::Statement& statement, F&& visit) {
  std::visit(Overload{
                 [&](const ast::AssignStmt& s) { visit(*s.value, false); },
                 [&](const ast::EitherStmt& s) {
                   for (const auto& branch : s.branches) {
                     if (branch.guard) visit(*branch.guard, true);
                   }
                 },
                 [&](const ast::DoUntilStmt& s) {
                   if (s.guard) visit(*s.guard, true);
                 },
                 [&](const ast::WhileStmt& s) {
                   if (s.guard) visit(*s.guard, true);
                 },
                 [](const auto&) {},
             },
             statement.node);
}

/// Calls `visit(name, range)` for every variable that the expression reads.
template <class F>
void for_each_variable(const ast::Expr& expr, F&& visit) {
  std::visit(Overload{
                 [&](const ast::VarRef& e) { visit(e.name, expr.range); },
                 [&](const ast::UnaryExpr& e) { for_each_variable(*e.operand, visit); },
                 [&](const ast::BinaryExpr& e) {
                   for_each_variable(*e.left, visit);
                   for_each_variable(*e.right, visit);
                 },
                 [](const ast::IntLiteral&) {},
                 [](const ast::BoolLiteral&) {},
             },
             expr.node);
}

}  // namespace spl::sema
