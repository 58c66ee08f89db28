// Random trees that no text was parsed to: expressions and formulas of any shape.
#pragma once

#include "random_policy.hpp"
#include "spl/ast.hpp"

namespace spl::test {

/// Well-typed or not: the printer must not care.
[[nodiscard]] ast::ExprPtr random_expr(std::uint32_t depth, Dice& dice);
[[nodiscard]] ast::Formula random_formula(std::uint32_t depth, Dice& dice);

/// A file with one of each, so that trees can be compared.
[[nodiscard]] ast::File file_with(ast::ExprPtr expr);
[[nodiscard]] ast::File file_with(ast::Formula formula);

}  // namespace spl::test
