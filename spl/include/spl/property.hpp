// Properties with their names resolved (language.md section 8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spl/ast.hpp"
#include "spl/source.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

/// Index of an automaton in declaration order.
enum class AutomatonId : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t index(AutomatonId id) {
  return static_cast<std::uint32_t>(id);
}

/// A variable of an automaton: the index of the parameter in its declaration, which is also its
/// VarId in the lowered automaton.
struct VariableRef {
  AutomatonId automaton{};
  std::uint32_t param = 0;
  friend constexpr auto operator<=>(const VariableRef&, const VariableRef&) = default;
};

/// One side of a comparison.
struct Term {
  bool is_variable = false;
  std::int32_t literal = 0;
  VariableRef variable;
};

/// A resolved formula. Patterns are gone except at the root, where `never` and `reachable` stay:
/// `never f` as written; `S precedes T` is rewritten to `not T weak_until S` ; `S responds_to T`
/// to `always (T implies eventually S)`. `op` says which fields mean something, as in ast::Formula:
/// constant: value; variable: left.variable (bool); finished: automaton; statecall; compare.
struct ResolvedFormula {
  ast::FormulaOp op = ast::FormulaOp::constant;
  bool value = false;
  AutomatonId automaton{};
  StatecallId statecall{};
  ast::BinaryOp comparison = ast::BinaryOp::equal;
  Term left;
  Term right;
  std::vector<ResolvedFormula> children;
  SourceRange range;
};

struct Property {
  std::string name;
  SourceRange range;
  ResolvedFormula formula;
  std::string text;  // the formula as the printer prints it, on one line
};

}  // namespace spl
