// How operators are written in a policy (language.md section 3); PROMELA and C write them alike.
#pragma once

#include "spl/ast.hpp"

namespace spl {

/// "&&", "==", "+" ...
[[nodiscard]] const char* spelling(ast::BinaryOp op);

}  // namespace spl
