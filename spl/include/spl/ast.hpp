// The abstract syntax tree of a policy, as written (language.md section 3).
//
// Nodes are plain structs held in std::variant and visited with an overload set, so that a
// forgotten case does not compile. Every node knows its source range. Trees own their children;
// nesting is bounded by the parser (kMaxNesting), so recursion over a tree is safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/source.hpp"

namespace spl {

/// Deepest nesting of blocks, and separately of expressions and formulas, that the parser accepts.
inline constexpr int kMaxNesting = 256;

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

namespace ast {

/// An occurrence of a name: its text and where it stands.
struct Name {
  std::string text;
  SourceRange range;
};

// ---- expressions -------------------------------------------------------------------------------

enum class UnaryOp : std::uint8_t { negate, logical_not };
enum class BinaryOp : std::uint8_t {
  logical_or,
  logical_and,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// An integer literal. -2147483648 is parsed as one literal, so every literal fits 32 bits.
struct IntLiteral {
  std::int32_t value = 0;
};
struct BoolLiteral {
  bool value = false;
};
struct VarRef {
  std::string name;
};
struct UnaryExpr {
  UnaryOp op;
  ExprPtr operand;
};
struct BinaryExpr {
  BinaryOp op;
  ExprPtr left;
  ExprPtr right;
};

struct Expr {
  std::variant<IntLiteral, BoolLiteral, VarRef, UnaryExpr, BinaryExpr> node;
  SourceRange range;
};

// ---- statements --------------------------------------------------------------------------------

struct Statement;

/// "{ ... }". The range covers both braces.
struct Block {
  std::vector<Statement> statements;
  SourceRange range;
};

struct StatecallStmt {
  Name statecall;
};
struct CallStmt {
  Name callee;
  std::vector<Name> arguments;
};
struct AssignStmt {
  Name target;
  ExprPtr value;
};
struct AllowStmt {
  std::vector<Name> statecalls;
  Block body;
};
/// Bounds as written; a missing lower bound is 0, a missing upper one is "no limit".
/// `(n)` sets both, and exact; no parentheses at all sets neither.
struct MultipleStmt {
  std::optional<std::int32_t> low;
  std::optional<std::int32_t> high;
  bool exact = false;
  SourceRange bounds;  // invalid if there were none
  Block body;
};
struct OptionalStmt {
  Block body;
};
/// A guard that was left out is null and means true.
struct Branch {
  ExprPtr guard;
  Block body;
};
struct EitherStmt {
  std::vector<Branch> branches;
};  // at least two
struct DoUntilStmt {
  Block body;
  ExprPtr guard;
};
struct WhileStmt {
  ExprPtr guard;
  Block body;
};
struct DuringStmt {
  Block body;
  std::vector<Block> handles;
};
struct ExitStmt {};
struct AbortStmt {};

struct Statement {
  std::variant<StatecallStmt, CallStmt, AssignStmt, AllowStmt, MultipleStmt, OptionalStmt,
               EitherStmt, DoUntilStmt, WhileStmt, DuringStmt, ExitStmt, AbortStmt>
      node;
  SourceRange range;    // the whole statement
  SourceRange keyword;  // its first word ("multiple", the statecall, ...): where a caret is drawn
};

// ---- declarations ------------------------------------------------------------------------------

enum class Type : std::uint8_t { boolean, integer };

struct IntRange {
  std::int32_t low = 0;
  std::int32_t high = 0;
  friend constexpr auto operator<=>(const IntRange&, const IntRange&) = default;
};

struct Constant {
  Type type = Type::integer;
  std::int32_t value = 0;  // 0 or 1 for bool
  SourceRange range;
};

struct Param {
  Type type = Type::boolean;
  std::optional<IntRange> bounds;  // int(l..h)
  Name name;
  std::optional<Constant> initial;
  SourceRange range;
};

/// A function or an automaton: same shape, different role.
struct Routine {
  bool is_automaton = false;
  Name name;
  std::vector<Param> params;
  Block body;
  SourceRange range;
};

struct Import {
  std::string path;
  SourceRange range;
};  // range of the whole declaration
struct StatecallsDecl {
  std::vector<Name> names;
  SourceRange range;
};

// ---- properties (section 8) --------------------------------------------------------------------

enum class FormulaOp : std::uint8_t {
  // nullary
  constant,
  variable,
  finished,
  statecall,
  compare,
  // unary
  op_not,
  always,
  eventually,
  next,
  once,
  never,
  reachable,
  // binary
  op_and,
  op_or,
  implies,
  iff,
  until,
  weak_until,
  since,
  precedes,
  responds_to,
};

/// One side of a comparison: an integer, or a variable with or without its automaton.
struct Operand {
  std::optional<std::int32_t> literal;
  std::optional<Name> automaton;
  Name variable;  // unused if literal is set
  SourceRange range;
};

/// What is set depends on op: `constant` value; `variable` left; `finished` left.automaton;
/// `statecall` name; `compare` comparison, left and right; the others children (one or two;
/// the children of precedes and responds_to are `statecall` formulas).
struct Formula {
  FormulaOp op = FormulaOp::constant;
  bool value = false;
  Name name;
  BinaryOp comparison = BinaryOp::equal;
  Operand left;
  Operand right;
  std::vector<Formula> children;
  SourceRange range;
};

struct PropertyDecl {
  Name name;
  Formula formula;
  SourceRange range;
};

// ---- policy ------------------------------------------------------------------------------------

/// One file, declarations in the order written.
using Declaration = std::variant<Import, StatecallsDecl, Routine, PropertyDecl>;
struct File {
  FileId id{};
  std::vector<Declaration> declarations;
};

/// A policy: the file that was asked for, and everything it imports (each file once, in the order
/// of first import, depth first, imported files before the file that imports them).
struct Policy {
  std::vector<File> files;
};

}  // namespace ast
}  // namespace spl
