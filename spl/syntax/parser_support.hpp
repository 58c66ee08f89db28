// Internal to the syntax room: tree builders for the grammar's actions.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "syntax/parse_driver.hpp"

namespace spl::syntax {

template <class T>
std::vector<T> append(std::vector<T> list, T item) {
  list.push_back(std::move(item));
  return list;
}

inline ast::Routine make_routine(bool automaton, ast::Name name, std::vector<ast::Param> params,
                                 SourceRange range) {
  ast::Routine routine;
  routine.is_automaton = automaton;
  routine.name = std::move(name);
  routine.params = std::move(params);
  routine.range = range;
  return routine;
}

inline ast::Declaration finish_routine(ast::Routine routine, ast::Block body, SourceRange range) {
  routine.body = std::move(body);
  routine.range = range;
  return routine;
}

inline ast::Param make_param(ast::Param type, ast::Name name, std::optional<ast::Constant> initial,
                             SourceRange range) {
  type.name = std::move(name);
  type.initial = initial;
  type.range = range;
  return type;
}

template <class Node>
ast::Statement make(Node node, SourceRange range, SourceRange keyword) {
  return {std::move(node), range, keyword};
}

/// The range of a keyword of `length` letters at the start of `range`.
inline SourceRange keyword_at(SourceRange range, std::uint32_t length) {
  return {range.file, range.begin, range.begin + length};
}

template <class Node>
ast::ExprPtr expression(Node node, SourceRange range) {
  return std::make_unique<ast::Expr>(ast::Expr{std::move(node), range});
}

inline ast::ExprPtr parenthesised(ast::ExprPtr inner, SourceRange range) {
  inner->range = range;
  return inner;
}

inline ast::ExprPtr binary(ast::BinaryOp op, ast::ExprPtr left, ast::ExprPtr right,
                           SourceRange range) {
  return expression(ast::BinaryExpr{op, std::move(left), std::move(right)}, range);
}

inline std::int32_t negative(ParseDriver& driver, std::int64_t value, SourceRange where) {
  if (value == std::int64_t{1} << 31) return INT32_MIN;
  return -driver.integer(value, where);
}

ast::ExprPtr int_literal(ParseDriver& driver, std::int64_t value, SourceRange where);

template <class Bounds>
ast::MultipleStmt make_multiple(const Bounds& bounds, ast::Block body) {
  return {bounds.low, bounds.high, bounds.exact, bounds.range, std::move(body)};
}

inline auto exactly(std::int32_t n, SourceRange range) {
  return Bounds{n, n, true, range};
}

inline ast::EitherStmt add_branch(ast::EitherStmt either, ast::ExprPtr guard, ast::Block body) {
  either.branches.push_back({std::move(guard), std::move(body)});
  return either;
}

inline ast::EitherStmt first_branches(ast::ExprPtr guard1, ast::Block body1, ast::ExprPtr guard2,
                                      ast::Block body2) {
  auto either = add_branch({}, std::move(guard1), std::move(body1));
  return add_branch(std::move(either), std::move(guard2), std::move(body2));
}

inline ast::DuringStmt add_handle(ast::DuringStmt during, ast::Block handle) {
  during.handles.push_back(std::move(handle));
  return during;
}

template <class... Children>
ast::Formula formula(ast::FormulaOp op, SourceRange range, Children... children) {
  ast::Formula f;
  f.op = op;
  f.range = range;
  (f.children.push_back(std::move(children)), ...);
  return f;
}

inline ast::Formula statecall_atom(std::string name, SourceRange range) {
  ast::Formula f;
  f.op = ast::FormulaOp::statecall;
  f.name = {std::move(name), range};
  f.range = range;
  return f;
}

inline ast::Formula finished_atom(ast::Name automaton, SourceRange range) {
  ast::Formula f;
  f.op = ast::FormulaOp::finished;
  f.left.automaton = std::move(automaton);
  f.left.range = range;
  f.range = range;
  return f;
}

inline ast::Formula variable_atom(ast::Operand variable, SourceRange range) {
  ast::Formula f;
  f.op = ast::FormulaOp::variable;
  f.left = std::move(variable);
  f.range = range;
  return f;
}

inline ast::Formula comparison_atom(ast::BinaryOp op, ast::Operand left, ast::Operand right,
                                    SourceRange range) {
  ast::Formula f;
  f.op = ast::FormulaOp::compare;
  f.comparison = op;
  f.left = std::move(left);
  f.right = std::move(right);
  f.range = range;
  return f;
}

/// Reports "unexpected X, expected A or B", with the caret where the fix belongs.
void syntax_error(ParseDriver& driver, SourceRange where, const std::string& found,
                  std::vector<std::string> expected);

}  // namespace spl::syntax
