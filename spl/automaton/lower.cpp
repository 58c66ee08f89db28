// Lowering: from a checked syntax tree to control-flow automata (language.md section 5).
//
// Blocks are lowered backwards: every construct is given the node that follows it and returns the
// node that enters it, so nothing needs patching but loop heads. A call is expanded in place,
// inside the contexts of its call site. Slots are given out like a stack: constructs that cannot be
// active together share them, and each leaves its slots at 0 when control leaves it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>
#include <utility>

#include "automaton/alphabet.hpp"
#include "spl/automaton.hpp"

namespace spl {
namespace {

using ast::IntRange;

constexpr IntRange kAllInts{std::numeric_limits<std::int32_t>::min(),
                            std::numeric_limits<std::int32_t>::max()};

/// Positions of a routine's parameters by name.
using ParamIndex = std::unordered_map<std::string_view, std::size_t>;

/// A routine being expanded: where its names lead.
struct Scope {
  const ast::Routine* routine = nullptr;
  std::vector<VarId> params;
  NodeId exit{};  // where `exit;` goes
  CallId call = CallId::none;
  int depth = 0;
};

/// Where in the nesting of blocks a construct stands.
struct Nesting {
  ContextId context = ContextId::none;
  HandleId handle = HandleId::none;
  std::uint32_t free_slot = 0;  // first slot that no enclosing construct uses
  int depth = 0;                // blocks and calls around it, through all expansions
};

class Lowering {
 public:
  /// `budget` is what the program may still grow by.
  Lowering(const CheckedPolicy& policy, AutomatonId id, std::size_t& budget,
           Diagnostics& diagnostics)
      : policy_(policy),
        budget_(budget),
        diagnostics_(diagnostics),
        routine_(*policy.automata[index(id)]) {
    out_.id = id;
    out_.name = routine_.name.text;
    out_.range = routine_.name.range;
  }

  std::optional<Automaton> run();

 private:
  /// Takes `size` off the budget; false, and lowering stops, if it is spent.
  bool spend(std::size_t size, SourceRange where);
  NodeId add(Node node, std::vector<Edge> edges = {});
  NodeId silent(SourceRange range, const Scope& scope, const Nesting& place,
                std::vector<Edge> edges = {});
  Edge edge(NodeId target, SourceRange range, Action action = Skip{}) {
    return {target, std::move(action), range};
  }
  void open_edges(NodeId node, std::vector<Edge> edges) { edges_[raw(node)] = std::move(edges); }

  VarId slot(std::uint32_t number, Variable::Kind kind, const std::string& name, SourceRange range);
  ExprId expr(ExprNode node);
  ExprId literal(std::int32_t value, SourceRange range);
  ExprId variable(VarId var, SourceRange range);
  ExprId lower(const ast::Expr& expr, const Scope& scope);
  [[nodiscard]] std::size_t position_of(const Scope& scope, std::string_view name);
  [[nodiscard]] VarId find(const Scope& scope, std::string_view name);
  [[nodiscard]] const ast::Param& param(const Scope& scope, std::string_view name);
  Assign assign(VarId target, ExprId value, const ast::Param& declared, IntRange known);
  Action guard(const ast::Expr* condition, const Scope& scope, bool negated);

  NodeId lower(const ast::Block& block, NodeId next, const Scope& scope, Nesting place);
  NodeId lower(const ast::Statement& statement, NodeId next, const Scope& scope, Nesting place);
  NodeId lower_wait(const ast::StatecallStmt& s, const ast::Statement& at, NodeId next,
                    const Scope& scope, Nesting place);
  NodeId lower_call(const ast::CallStmt& s, const ast::Statement& at, NodeId next,
                    const Scope& scope, Nesting place);
  NodeId lower_assign(const ast::AssignStmt& s, const ast::Statement& at, NodeId next,
                      const Scope& scope, Nesting place);
  NodeId lower_allow(const ast::AllowStmt& s, const ast::Statement& at, NodeId next,
                     const Scope& scope, Nesting place);
  NodeId lower_multiple(const ast::MultipleStmt& s, const ast::Statement& at, NodeId next,
                        const Scope& scope, Nesting place);
  NodeId lower_counted(const ast::MultipleStmt& s, const ast::Statement& at, NodeId next,
                       const Scope& scope, Nesting place);
  NodeId lower_either(const ast::EitherStmt& s, const ast::Statement& at, NodeId next,
                      const Scope& scope, Nesting place);
  NodeId lower_loop(const ast::Block& body, const ast::Expr* condition, bool until,
                    const ast::Statement& at, NodeId next, const Scope& scope, Nesting place);
  NodeId lower_during(const ast::DuringStmt& s, const ast::Statement& at, NodeId next,
                      const Scope& scope, Nesting place);
  void flatten();

  void too_large(SourceRange where, const std::string& what);

  const CheckedPolicy& policy_;
  std::size_t& budget_;
  Diagnostics& diagnostics_;
  const ast::Routine& routine_;
  std::unordered_map<const ast::Routine*, ParamIndex> params_;
  Automaton out_;
  std::vector<std::vector<Edge>> edges_;  // per node, until flatten()
  std::uint32_t high_slot_ = 0;           // end of the slots used since it was last set
  bool failed_ = false;
};

void Lowering::too_large(SourceRange where, const std::string& what) {
  if (!failed_) {
    diagnostics_.report(
        DiagnosticCode::expansion_too_large, where,
        fmt::format("automaton '{}' is too large once its calls are expanded: {}", out_.name, what),
        "call sites are copies of the function; call it from fewer places");
  }
  failed_ = true;
}

bool Lowering::spend(std::size_t size, SourceRange where) {
  if (size <= budget_) {
    budget_ -= size;
    return true;
  }
  budget_ = 0;
  too_large(where, fmt::format("the policy would have more than {} parts", kMaxProgramSize));
  return false;
}

NodeId Lowering::add(Node node, std::vector<Edge> edges) {
  if (!spend(1 + edges.size(), node.range)) return NodeId{0};
  out_.nodes.push_back(node);
  edges_.push_back(std::move(edges));
  return NodeId{static_cast<std::uint32_t>(out_.nodes.size() - 1)};
}

NodeId Lowering::silent(SourceRange range, const Scope& scope, const Nesting& place,
                        std::vector<Edge> edges) {
  Node node;
  node.range = range;
  node.context = place.context;
  node.handle = place.handle;
  node.call = scope.call;
  return add(node, std::move(edges));
}

VarId Lowering::slot(std::uint32_t number, Variable::Kind kind, const std::string& name,
                     SourceRange range) {
  while (out_.variables.size() <= number) out_.variables.emplace_back();
  auto& variable = out_.variables[number];
  if (variable.name.empty()) {
    variable = {kind, ast::Type::integer, name, std::nullopt, 0, range};
  } else if (variable.name.find(name) == std::string::npos && variable.name.size() < 60) {
    variable.name += "/" + name;  // a slot shared by constructs that are never active together
  }
  high_slot_ = std::max(high_slot_, number + 1);
  return VarId{number};
}

ExprId Lowering::expr(ExprNode node) {
  (void)spend(1, node.range);  // an expression is finished even so: its own size is bounded
  out_.exprs.push_back(node);
  return ExprId{static_cast<std::uint32_t>(out_.exprs.size() - 1)};
}

ExprId Lowering::literal(std::int32_t value, SourceRange range) {
  ExprNode node;
  node.value = value;
  node.range = range;
  return expr(node);
}

ExprId Lowering::variable(VarId var, SourceRange range) {
  ExprNode node;
  node.op = ExprNode::Op::variable;
  node.variable = var;
  node.range = range;
  return expr(node);
}

ExprId Lowering::lower(const ast::Expr& e, const Scope& scope) {
  return std::visit(
      Overload{
          [&](const ast::IntLiteral& n) { return literal(n.value, e.range); },
          [&](const ast::BoolLiteral& n) { return literal(n.value ? 1 : 0, e.range); },
          [&](const ast::VarRef& n) { return variable(find(scope, n.name), e.range); },
          [&](const ast::UnaryExpr& n) {
            ExprNode node;
            node.op =
                n.op == ast::UnaryOp::negate ? ExprNode::Op::negate : ExprNode::Op::logical_not;
            node.left = lower(*n.operand, scope);
            node.range = e.range;
            return expr(node);
          },
          [&](const ast::BinaryExpr& n) {
            ExprNode node;
            node.op = ExprNode::Op::binary;
            node.binary = n.op;
            node.left = lower(*n.left, scope);
            node.right = lower(*n.right, scope);
            node.range = e.range;
            return expr(node);
          },
      },
      e.node);
}

std::size_t Lowering::position_of(const Scope& scope, std::string_view name) {
  const auto [at, fresh] = params_.try_emplace(scope.routine);
  if (fresh) {
    const auto& params = scope.routine->params;
    for (std::size_t i = 0; i < params.size(); ++i) at->second.emplace(params[i].name.text, i);
  }
  return at->second.at(name);
}

const ast::Param& Lowering::param(const Scope& scope, std::string_view name) {
  return scope.routine->params[position_of(scope, name)];
}

VarId Lowering::find(const Scope& scope, std::string_view name) {
  return scope.params[position_of(scope, name)];
}

IntRange bounds_of(const ast::Param& p) {
  return p.type == ast::Type::boolean ? IntRange{0, 1} : p.bounds.value_or(kAllInts);
}

/// The range check stays only where the value is not known to fit: a check that cannot fail would
/// make its operands look relevant.
Assign Lowering::assign(VarId target, ExprId value, const ast::Param& declared, IntRange known) {
  Assign result{target, value, std::nullopt, true};
  const auto allowed = bounds_of(declared);
  if (known.low < allowed.low || known.high > allowed.high) result.bounds = allowed;
  return result;
}

Action Lowering::guard(const ast::Expr* condition, const Scope& scope, bool negated) {
  if (condition == nullptr) {
    if (!negated) return Skip{};
    return Guard{literal(0, {})};
  }
  const auto value = lower(*condition, scope);
  if (!negated) return Guard{value};
  ExprNode node;
  node.op = ExprNode::Op::logical_not;
  node.left = value;
  node.range = condition->range;
  return Guard{expr(node)};
}

NodeId Lowering::lower(const ast::Block& block, NodeId next, const Scope& scope, Nesting place) {
  if (++place.depth > kMaxExpandedNesting) {
    too_large(block.range,
              fmt::format("blocks and calls nest deeper than {}", kMaxExpandedNesting));
  }
  for (auto s = block.statements.rbegin(); s != block.statements.rend() && !failed_; ++s) {
    next = lower(*s, next, scope, place);
  }
  return next;
}

NodeId Lowering::lower(const ast::Statement& at, NodeId next, const Scope& scope, Nesting place) {
  if (failed_) return next;
  return std::visit(
      Overload{
          [&](const ast::StatecallStmt& s) { return lower_wait(s, at, next, scope, place); },
          [&](const ast::CallStmt& s) { return lower_call(s, at, next, scope, place); },
          [&](const ast::AssignStmt& s) { return lower_assign(s, at, next, scope, place); },
          [&](const ast::AllowStmt& s) { return lower_allow(s, at, next, scope, place); },
          [&](const ast::MultipleStmt& s) { return lower_multiple(s, at, next, scope, place); },
          [&](const ast::OptionalStmt& s) {
            const auto body = lower(s.body, next, scope, place);
            return silent(at.range, scope, place, {edge(body, at.range), edge(next, at.range)});
          },
          [&](const ast::EitherStmt& s) { return lower_either(s, at, next, scope, place); },
          [&](const ast::DoUntilStmt& s) {
            return lower_loop(s.body, s.guard.get(), true, at, next, scope, place);
          },
          [&](const ast::WhileStmt& s) {
            return lower_loop(s.body, s.guard.get(), false, at, next, scope, place);
          },
          [&](const ast::DuringStmt& s) { return lower_during(s, at, next, scope, place); },
          [&](const ast::ExitStmt&) {
            return silent(at.range, scope, place, {edge(scope.exit, at.range)});
          },
          [&](const ast::AbortStmt&) {
            Node node;
            node.kind = Node::Kind::abort;
            node.range = at.range;
            node.handle = place.handle;
            node.call = scope.call;
            return add(node);
          },
      },
      at.node);
}

NodeId Lowering::lower_wait(const ast::StatecallStmt& s, const ast::Statement& at, NodeId next,
                            const Scope& scope, Nesting place) {
  Node node;
  node.kind = Node::Kind::wait;
  node.range = at.range;
  node.statecall = *policy_.vocabulary.find(s.statecall.text);
  node.next = next;
  node.context = place.context;
  node.handle = place.handle;
  node.call = scope.call;
  const auto id = add(node);
  for (auto c = place.context; c != ContextId::none; c = out_.contexts[raw(c)].parent) {
    if (!spend(1, at.range)) break;
    if (out_.contexts[raw(c)].is_during) out_.contexts[raw(c)].resume_points.push_back(id);
  }
  return id;
}

NodeId Lowering::lower_call(const ast::CallStmt& s, const ast::Statement& at, NodeId next,
                            const Scope& scope, Nesting place) {
  const auto& callee = *policy_.functions[*policy_.find_function(s.callee.text)];
  if (scope.depth >= kMaxCallDepth) {
    too_large(at.range, fmt::format("calls nest deeper than {}", kMaxCallDepth));
    return next;
  }
  if (!spend(1 + callee.params.size(), at.range)) return next;
  const auto outer_high = std::exchange(high_slot_, place.free_slot);
  Scope inner{
      &callee, {}, {}, CallId{static_cast<std::uint32_t>(out_.calls.size())}, scope.depth + 1};
  auto free_slot = place.free_slot;
  for (const auto& p : callee.params) {
    inner.params.push_back(slot(free_slot++, Variable::Kind::local, p.name.text, p.range));
  }
  out_.calls.push_back({scope.call, callee.name.text, inner.params, &callee, at.range});

  // The way out: copy back in order, then forget the call's slots.
  const auto leave = silent(at.range, scope, place);
  auto back = leave;
  for (auto i = callee.params.size(); i-- > 0;) {
    const auto& to = param(scope, s.arguments[i].text);
    const auto value = variable(inner.params[i], s.arguments[i].range);
    back =
        silent(at.range, scope, place,
               {edge(back, s.arguments[i].range,
                     assign(find(scope, to.name.text), value, to, bounds_of(callee.params[i])))});
  }
  inner.exit = back;
  auto entry =
      lower(callee.body, back, inner, {place.context, place.handle, free_slot, place.depth});
  for (auto i = callee.params.size(); i-- > 0;) {
    const auto& from = param(scope, s.arguments[i].text);
    const auto value = variable(find(scope, from.name.text), s.arguments[i].range);
    entry = silent(at.range, scope, place,
                   {edge(entry, s.arguments[i].range,
                         assign(inner.params[i], value, callee.params[i], bounds_of(from)))});
  }
  open_edges(leave, {edge(next, at.range, Reset{VarId{place.free_slot}, VarId{high_slot_}})});
  high_slot_ = std::max(outer_high, high_slot_);
  // The call statement's own node, so that its line counts as reached.
  return silent(at.range, scope, place, {edge(entry, at.range)});
}

NodeId Lowering::lower_assign(const ast::AssignStmt& s, const ast::Statement& at, NodeId next,
                              const Scope& scope, Nesting place) {
  const auto& to = param(scope, s.target.text);
  auto known = kAllInts;
  if (const auto* n = std::get_if<ast::IntLiteral>(&s.value->node)) known = {n->value, n->value};
  if (const auto* v = std::get_if<ast::VarRef>(&s.value->node)) {
    known = bounds_of(param(scope, v->name));
  }
  if (to.type == ast::Type::boolean) known = {0, 1};
  return silent(at.range, scope, place,
                {edge(next, at.range,
                      assign(find(scope, s.target.text), lower(*s.value, scope), to, known))});
}

NodeId Lowering::lower_allow(const ast::AllowStmt& s, const ast::Statement& at, NodeId next,
                             const Scope& scope, Nesting place) {
  if (!spend(s.statecalls.size(), at.range)) return next;
  Context context;
  context.parent = place.context;
  context.range = at.keyword;
  for (const auto& name : s.statecalls) {
    context.allowed.push_back(*policy_.vocabulary.find(name.text));
  }
  std::sort(context.allowed.begin(), context.allowed.end());
  context.allowed.erase(std::unique(context.allowed.begin(), context.allowed.end()),
                        context.allowed.end());
  auto inner = place;
  inner.context = ContextId{static_cast<std::uint32_t>(out_.contexts.size())};
  out_.contexts.push_back(std::move(context));
  const auto body = lower(s.body, next, scope, inner);
  return silent(at.range, scope, place, {edge(body, at.range)});
}

NodeId Lowering::lower_multiple(const ast::MultipleStmt& s, const ast::Statement& at, NodeId next,
                                const Scope& scope, Nesting place) {
  const auto low = s.low.value_or(0);
  if (low == 0 && !s.high) {  // any number of times: no counter
    const auto head = silent(at.range, scope, place);
    const auto body = lower(s.body, head, scope, place);
    open_edges(head, {edge(body, at.range), edge(next, at.range)});
    return head;
  }
  if (s.high && *s.high == 0 && low == 0) {
    return silent(at.range, scope, place, {edge(next, at.range)});
  }
  if (s.high && *s.high == 1 && low <= 1) {  // once, or at most once
    const auto body = lower(s.body, next, scope, place);
    std::vector<Edge> ways{edge(body, at.range)};
    if (low == 0) ways.push_back(edge(next, at.range));
    return silent(at.range, scope, place, std::move(ways));
  }
  return lower_counted(s, at, next, scope, place);
}

/// The counter counts begun repetitions; without an upper bound it stops counting at the lower one.
NodeId Lowering::lower_counted(const ast::MultipleStmt& s, const ast::Statement& at, NodeId next,
                               const Scope& scope, Nesting place) {
  const auto low = s.low.value_or(0);
  const auto counter = slot(place.free_slot, Variable::Kind::counter, "repetitions", at.keyword);
  auto inner = place;
  inner.free_slot++;
  const auto compare = [&](ast::BinaryOp op, std::int32_t with) {
    ExprNode node;
    node.op = ExprNode::Op::binary;
    node.binary = op;
    node.left = variable(counter, at.keyword);
    node.right = literal(with, at.keyword);
    node.range = at.keyword;
    return Guard{expr(node)};
  };
  const auto head = silent(at.range, scope, place);
  const auto leave = silent(at.range, scope, place,
                            {edge(next, at.range, Reset{counter, VarId{raw(counter) + 1}})});
  const auto body = lower(s.body, head, scope, inner);
  ExprNode plus;
  plus.op = ExprNode::Op::binary;
  plus.binary = ast::BinaryOp::add;
  plus.left = variable(counter, at.keyword);
  plus.right = literal(1, at.keyword);
  plus.range = at.keyword;
  const auto count =
      silent(at.range, scope, place,
             {edge(body, at.keyword, Assign{counter, expr(plus), std::nullopt, true})});
  std::vector<Edge> ways{
      edge(count, at.keyword, compare(ast::BinaryOp::less, s.high.value_or(low)))};
  if (!s.high) ways.push_back(edge(body, at.keyword, compare(ast::BinaryOp::greater_equal, low)));
  ways.push_back(edge(leave, at.keyword, compare(ast::BinaryOp::greater_equal, low)));
  open_edges(head, std::move(ways));
  return head;
}

NodeId Lowering::lower_either(const ast::EitherStmt& s, const ast::Statement& at, NodeId next,
                              const Scope& scope, Nesting place) {
  std::vector<Edge> ways;
  for (const auto& branch : s.branches) {
    const auto body = lower(branch.body, next, scope, place);
    const auto where = branch.guard ? branch.guard->range : branch.body.range;
    ways.push_back(edge(body, where, guard(branch.guard.get(), scope, false)));
  }
  return silent(at.range, scope, place, std::move(ways));
}

NodeId Lowering::lower_loop(const ast::Block& body, const ast::Expr* condition, bool until,
                            const ast::Statement& at, NodeId next, const Scope& scope,
                            Nesting place) {
  const auto where = condition != nullptr ? condition->range : at.keyword;
  const auto test = silent(at.range, scope, place);
  const auto again = lower(body, test, scope, place);
  // `until` leaves where the condition holds, `while` stays; an omitted condition is true.
  std::vector<Edge> ways;
  const auto stay = guard(condition, scope, until);
  const auto leave = guard(condition, scope, !until);
  ways.push_back(edge(again, where, stay));
  ways.push_back(edge(next, where, leave));
  open_edges(test, std::move(ways));
  if (!until) return test;
  return silent(at.range, scope, place, {edge(again, at.range)});
}

NodeId Lowering::lower_during(const ast::DuringStmt& s, const ast::Statement& at, NodeId next,
                              const Scope& scope, Nesting place) {
  const auto outer_high = std::exchange(high_slot_, place.free_slot);
  const auto resume = slot(place.free_slot, Variable::Kind::resume, "interrupted", at.keyword);
  const ContextId during{static_cast<std::uint32_t>(out_.contexts.size())};
  Context context;
  context.parent = place.context;
  context.is_during = true;
  context.resume = resume;
  context.range = at.keyword;
  out_.contexts.push_back(std::move(context));

  const auto body =
      lower(s.body, next, scope, {during, place.handle, place.free_slot + 1, place.depth});
  const auto above_body = high_slot_;  // a handle runs while the body's slots are in use
  for (const auto& block : s.handles) {
    const HandleId handle{static_cast<std::uint32_t>(out_.handles.size())};
    out_.handles.push_back({place.handle, during, {}, block.range});
    out_.contexts[raw(during)].handles.push_back(handle);
    const Nesting inside{place.context, handle, above_body, place.depth};
    Node back;
    back.kind = Node::Kind::resume;
    back.range = block.range;
    back.context = during;
    back.handle = handle;
    back.call = scope.call;
    const auto end = add(back);
    out_.handles[raw(handle)].entry =
        silent(block.range, scope, inside, {edge(lower(block, end, scope, inside), block.range)});
  }
  high_slot_ = std::max(outer_high, high_slot_);
  return silent(at.range, scope, place, {edge(body, at.range)});
}

void Lowering::flatten() {
  for (std::size_t i = 0; i < out_.nodes.size(); ++i) {
    auto& node = out_.nodes[i];
    node.first_edge = static_cast<std::uint32_t>(out_.edges.size());
    node.edge_count = static_cast<std::uint32_t>(edges_[i].size());
    std::move(edges_[i].begin(), edges_[i].end(), std::back_inserter(out_.edges));
  }
  edges_.clear();
}

std::optional<Automaton> Lowering::run() {
  Scope scope;
  scope.routine = &routine_;
  for (const auto& p : routine_.params) {
    const VarId id{static_cast<std::uint32_t>(out_.variables.size())};
    std::int32_t initial = p.initial ? p.initial->value : 0;
    if (!p.initial && p.bounds && (p.bounds->low > 0 || p.bounds->high < 0)) {
      initial = p.bounds->low;
    }
    out_.variables.push_back(
        {Variable::Kind::parameter, p.type, p.name.text, p.bounds, initial, p.name.range});
    scope.params.push_back(id);
  }
  out_.parameters = static_cast<std::uint32_t>(out_.variables.size());
  high_slot_ = out_.parameters;

  Node final_node;
  final_node.kind = Node::Kind::final;
  final_node.range = routine_.range;
  if (routine_.range.valid()) final_node.range.begin = routine_.range.end - 1;  // the closing brace
  out_.final_node = add(final_node);
  const auto leave = silent(final_node.range, scope, {});
  scope.exit = leave;
  out_.start = lower(routine_.body, leave, scope, {ContextId::none, HandleId::none, high_slot_, 0});
  open_edges(leave, {edge(out_.final_node, final_node.range,
                          Reset{VarId{out_.parameters},
                                VarId{static_cast<std::uint32_t>(out_.variables.size())}})});
  if (failed_) return std::nullopt;
  for (auto& context : out_.contexts) {
    std::sort(context.resume_points.begin(), context.resume_points.end());
  }
  flatten();
  return std::move(out_);
}

}  // namespace

bool Automaton::in_alphabet(StatecallId s) const {
  return std::binary_search(alphabet.begin(), alphabet.end(), s);
}

std::optional<Program> lower(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  Program program;
  program.vocabulary = policy.vocabulary;
  program.properties = policy.properties;
  program.mentioned_by.resize(policy.vocabulary.size());
  bool failed = false;
  std::size_t budget = kMaxProgramSize;
  for (std::uint32_t i = 0; i < policy.automata.size(); ++i) {
    auto automaton = Lowering(policy, AutomatonId{i}, budget, diagnostics).run();
    if (!automaton) {
      failed = true;
      if (budget == 0) break;  // the others would only fail for the same reason
      continue;
    }
    automaton->alphabet = alphabet_of(policy, *policy.automata[i]);
    compact(*automaton);
    for (const auto s : automaton->alphabet) {
      program.mentioned_by[index(s)].push_back(AutomatonId{i});
    }
    program.automata.push_back(std::move(*automaton));
  }
  if (failed) return std::nullopt;
  return program;
}

}  // namespace spl
