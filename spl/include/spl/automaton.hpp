// Control-flow automata: what a policy is lowered to before anything is computed from it.
//
// One Automaton per `automaton` of the policy, calls expanded in place (language.md section 5).
// Nodes, edges, variables, expressions and contexts live in vectors and name each other by dense
// typed ids. Variables are int32 slots; bool is 0 or 1. The first slots are the automaton's own
// parameters in order (VarId i == parameter i); the slots after them belong to calls, loop counters
// and `during` blocks, are shared between places that cannot be active together, and are 0 while
// the construct they belong to is not active.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/ast.hpp"
#include "spl/diagnostic.hpp"
#include "spl/property.hpp"
#include "spl/sema.hpp"
#include "spl/source.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

enum class NodeId : std::uint32_t {};
enum class EdgeId : std::uint32_t {};
enum class VarId : std::uint32_t {};
enum class ExprId : std::uint32_t {};
enum class ContextId : std::uint32_t { none = 0xffffffffU };
enum class HandleId : std::uint32_t { none = 0xffffffffU };
enum class CallId : std::uint32_t { none = 0xffffffffU };

template <class Id>
requires std::is_enum_v<Id>
[[nodiscard]] constexpr std::uint32_t raw(Id id) {
  return static_cast<std::uint32_t>(id);
}

/// What a slot holds; for messages and displays.
struct Variable {
  enum class Kind : std::uint8_t { parameter, local, counter, resume };
  Kind kind = Kind::parameter;
  ast::Type type = ast::Type::integer;
  std::string name;                     // as in the policy; counters and resumes have made-up names
  std::optional<ast::IntRange> bounds;  // int(l..h)
  std::int32_t initial = 0;
  SourceRange range;  // declaration, or the construct it counts for
};

/// Expression trees, flattened. `op` says which fields count.
struct ExprNode {
  enum class Op : std::uint8_t { literal, variable, negate, logical_not, binary };
  Op op = Op::literal;
  std::int32_t value = 0;  // literal
  VarId variable{};        // variable
  ast::BinaryOp binary{};
  ExprId left{};  // operand of negate and logical_not, too
  ExprId right{};
  SourceRange range;
};

struct Skip {};
/// The edge is open only where the expression holds.
struct Guard {
  ExprId condition;
};
/// Stores a value; outside `bounds` it violates (out_of_range). With `stored` false the value is
/// only computed and checked: the slot is irrelevant and held at 0 (see slice()).
struct Assign {
  VarId target;
  ExprId value;
  std::optional<ast::IntRange> bounds;
  bool stored = true;
};
/// Sets the slots [begin, end) back to 0: their construct is left.
struct Reset {
  VarId begin;
  VarId end;
};
using Action = std::variant<Skip, Guard, Assign, Reset>;

/// A silent move.
struct Edge {
  NodeId target{};
  Action action;
  SourceRange range;
};

/// A control point.
struct Node {
  enum class Kind : std::uint8_t {
    silent,  // leaves by any of its open edges
    wait,    // a wait point: consumes `statecall` and goes to `next`
    resume,  // end of a handle: back to the wait point that slot `resume` names
    final,   // the final point: exactly one
    abort,   // violates
  };
  Kind kind = Kind::silent;
  SourceRange range;             // of the statement this node was made for
  std::uint32_t first_edge = 0;  // silent: edges [first_edge, first_edge + edge_count)
  std::uint32_t edge_count = 0;
  StatecallId statecall{};  // wait
  NodeId next{};            // wait
  bool join = false;        // several ways lead here; set by compact()
  ContextId context =
      ContextId::none;  // wait: innermost always_allow / during in force; resume: its during
  HandleId handle = HandleId::none;  // innermost handle block that holds this node
  CallId call = CallId::none;        // innermost call whose body holds this node
};

/// An always_allow or a during that is in force at some wait points. Contexts form a tree; those in
/// force at a node are the chain from its context up to the root.
struct Context {
  ContextId parent = ContextId::none;
  bool is_during = false;
  std::vector<StatecallId> allowed;   // always_allow: sorted, unique
  std::vector<HandleId> handles;      // during
  VarId resume{};                     // during: slot that holds 1 + index into resume_points, or 0
  std::vector<NodeId> resume_points;  // during: the wait points it covers, ascending
  SourceRange range;
};

/// One handle block of a during (one copy per expansion).
struct HandleBlock {
  HandleId parent = HandleId::none;  // the handle block that holds this during, if any
  ContextId during{};
  NodeId entry{};
  SourceRange range;
};

/// One expanded call.
struct Call {
  CallId parent = CallId::none;
  std::string function;
  std::vector<VarId> params;              // slots of the function's parameters
  const ast::Routine* routine = nullptr;  // borrowed from the tree
  SourceRange range;                      // of the call statement
};

struct Automaton {
  AutomatonId id{};
  std::string name;
  SourceRange range;
  std::vector<Variable> variables;
  std::uint32_t parameters = 0;  // the first so many variables are the automaton's own
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<ExprNode> exprs;
  std::vector<Context> contexts;
  std::vector<HandleBlock> handles;
  std::vector<Call> calls;
  NodeId start{};
  NodeId final_node{};
  std::vector<StatecallId> alphabet;  // sorted, unique: what its text mentions, calls included

  [[nodiscard]] const Node& operator[](NodeId id_) const { return nodes[raw(id_)]; }
  [[nodiscard]] const Edge& operator[](EdgeId id_) const { return edges[raw(id_)]; }
  [[nodiscard]] const ExprNode& operator[](ExprId id_) const { return exprs[raw(id_)]; }
  [[nodiscard]] const Context& operator[](ContextId id_) const { return contexts[raw(id_)]; }
  [[nodiscard]] const HandleBlock& operator[](HandleId id_) const { return handles[raw(id_)]; }
  [[nodiscard]] const Variable& operator[](VarId id_) const { return variables[raw(id_)]; }
  [[nodiscard]] bool in_alphabet(StatecallId s) const;
};

/// A whole policy, ready for every engine and back end. Borrows the tree it was lowered from.
struct Program {
  Vocabulary vocabulary;
  std::vector<Automaton> automata;  // index = AutomatonId
  std::vector<Property> properties;
  std::vector<std::vector<AutomatonId>> mentioned_by;  // per statecall: the automata that tick
};

/// Expansion limits; past them lowering reports expansion_too_large. The first counts everything a
/// program is made of (nodes, edges, expressions, entries of lists), over all its automata; the
/// second nested calls; the third blocks and calls nested in one another.
inline constexpr std::size_t kMaxProgramSize = 2'000'000;
inline constexpr int kMaxCallDepth = 500;
inline constexpr int kMaxExpandedNesting = 600;

/// Lowers a checked policy. nullopt after errors (expansion_too_large).
[[nodiscard]] std::optional<Program> lower(const CheckedPolicy& policy, Diagnostics& diagnostics);

/// Drops nodes that no path reaches and renumbers in the order of a depth-first walk from the
/// start, so that numbers follow the text. Edges, contexts and handles are compacted with them.
void compact(Automaton& automaton);

/// Checks every invariant stated in this header; empty if all hold, else what is wrong. Run between
/// passes in tests and debug builds.
[[nodiscard]] std::string verify(const Automaton& automaton);

/// "failures + 1", with the names of the slots.
[[nodiscard]] std::string to_string(const Automaton& automaton, ExprId expr);
/// "[!encrypted]", "failures := failures + 1", "" for a skip.
[[nodiscard]] std::string to_string(const Automaton& automaton, const Action& action);

/// `splc dump --stage=automaton`: text, JSON, DOT.
[[nodiscard]] std::string dump_text(const Program& program, const SourceMap& sources);
[[nodiscard]] std::string dump_json(const Program& program, const SourceMap& sources);
[[nodiscard]] std::string dump_dot(const Program& program, const SourceMap& sources);

}  // namespace spl
