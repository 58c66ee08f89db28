// The oracle: see oracle.hpp. Every step cites the sentence of section 5 that it follows.
#include "oracle.hpp"

#include <algorithm>
#include <optional>

namespace spl::oracle {
namespace {

using ast::BinaryOp;
using Kind = Frame::Kind;
using Functions = std::map<std::string, const ast::Routine*>;

/// Thrown within this file only: the silent move under way violates.
struct Violates {
  Violation violation;
};

std::int32_t fit(std::int64_t exact, SourceRange where) {
  if (exact > 2147483647LL || exact < -2147483648LL) throw Violates{{Why::overflow, where}};
  return static_cast<std::int32_t>(exact);
}

std::size_t index_of(const ast::Routine& routine, const std::string& name) {
  std::size_t i = 0;
  while (routine.params.at(i).name.text != name) ++i;
  return i;
}

/// Arithmetic is exact on 32-bit signed integers; `&&` and `||` look at the right side only if
/// the left one does not decide.
class Evaluation {
 public:
  explicit Evaluation(const Activation& activation) : activation_(activation) {}

  std::int32_t of(const ast::Expr& e) const {
    if (const auto* n = std::get_if<ast::IntLiteral>(&e.node)) return n->value;
    if (const auto* n = std::get_if<ast::BoolLiteral>(&e.node)) return n->value ? 1 : 0;
    if (const auto* n = std::get_if<ast::VarRef>(&e.node)) {
      return activation_.values.at(index_of(*activation_.routine, n->name));
    }
    if (const auto* n = std::get_if<ast::UnaryExpr>(&e.node)) {
      const std::int64_t v = of(*n->operand);
      return n->op == ast::UnaryOp::negate ? fit(0 - v, e.range) : (v == 0 ? 1 : 0);
    }
    return binary(std::get<ast::BinaryExpr>(e.node), e.range);
  }

 private:
  std::int32_t binary(const ast::BinaryExpr& e, SourceRange where) const {
    if (e.op == BinaryOp::logical_and) return of(*e.left) != 0 ? of(*e.right) : 0;
    if (e.op == BinaryOp::logical_or) return of(*e.left) != 0 ? 1 : of(*e.right);
    const std::int64_t x = of(*e.left);
    const std::int64_t y = of(*e.right);
    switch (e.op) {
      case BinaryOp::equal:
        return x == y ? 1 : 0;
      case BinaryOp::not_equal:
        return x == y ? 0 : 1;
      case BinaryOp::less:
        return x < y ? 1 : 0;
      case BinaryOp::less_equal:
        return x > y ? 0 : 1;
      case BinaryOp::greater:
        return x > y ? 1 : 0;
      case BinaryOp::greater_equal:
        return x < y ? 0 : 1;
      case BinaryOp::add:
        return fit(x + y, where);
      case BinaryOp::subtract:
        return fit(x - y, where);
      case BinaryOp::multiply:
        return fit(x * y, where);
      default:
        if (y == 0) throw Violates{{Why::division_by_zero, where}};
        return fit(x / y, where);
    }
  }

  const Activation& activation_;
};

void check_range(const ast::Param& param, std::int32_t value, SourceRange where) {
  if (param.type != ast::Type::integer || !param.bounds) return;
  if (value < param.bounds->low || value > param.bounds->high) {
    throw Violates{{Why::out_of_range, where}};
  }
}

/// Walks outwards from a frame the way the text nests: from a handle on to what is around its
/// during, never into the during's body that it interrupted.
std::int64_t outwards(const std::vector<Frame>& stack, std::int64_t at) {
  const auto& frame = stack[static_cast<std::size_t>(at)];
  return (frame.kind == Kind::handle ? frame.number : at) - 1;
}

std::int64_t top_of(const Configuration& c) {
  return static_cast<std::int64_t>(c.stack.size()) - 1;
}

/// The frame of the call whose function's text holds the position; -1 in the automaton itself.
std::int64_t enclosing_call(const Configuration& c, std::int64_t at) {
  while (at >= 0 && c.stack[static_cast<std::size_t>(at)].kind != Kind::call) {
    at = outwards(c.stack, at);
  }
  return at;
}

std::size_t activation_at(const Configuration& c, std::int64_t at) {
  const auto call = enclosing_call(c, at);
  return call < 0 ? 0 : static_cast<std::size_t>(c.stack[static_cast<std::size_t>(call)].number);
}

const ast::StatecallStmt* waits_at(const Configuration& c) {
  if (c.stack.empty() || c.stack.back().kind != Kind::sequence) return nullptr;
  const auto& frame = c.stack.back();
  const auto next = static_cast<std::size_t>(frame.number);
  if (next >= frame.block->statements.size()) return nullptr;
  return std::get_if<ast::StatecallStmt>(&frame.block->statements[next].node);
}

/// closure(C): all wait-point configurations reachable by silent moves.
class Closure {
 public:
  /// `firing` is the position of the handle frame that must consume first, or -1.
  Closure(const Functions& functions, std::size_t limit, std::int64_t firing)
      : functions_(functions), limit_(limit), firing_(firing) {}

  void add(Configuration c) {
    // "A handle fires only by consuming": a way out of its block beforehand is not followed.
    if (firing_ >= 0 && top_of(c) < firing_) return;
    if (seen_.insert(c).second) work_.push_back(std::move(c));
  }

  void run() {
    while (!work_.empty() && seen_.size() <= limit_) {
      const auto c = std::move(work_.back());
      work_.pop_back();
      if (c.stack.empty() || waits_at(c) != nullptr) {
        result.insert(c);
        continue;
      }
      try {
        step(c);
      } catch (const Violates& v) {
        violations.push_back(v.violation);
      }
    }
    too_large = seen_.size() > limit_;
    if (firing_ >= 0) violations.clear();
  }

  std::set<Configuration> result;
  std::vector<Violation> violations;
  bool too_large = false;

 private:
  void step(Configuration c) {
    auto& top = c.stack.back();
    switch (top.kind) {
      case Kind::sequence: {
        const auto next = static_cast<std::size_t>(top.number);
        if (next == top.block->statements.size()) return leave(std::move(c));
        ++top.number;
        return std::visit(
            [&](const auto& s) { execute(top.block->statements[next], s, std::move(c)); },
            top.block->statements[next].node);
      }
      case Kind::repeat:
        return repeat(std::move(c));
      case Kind::until: {
        const auto& s = std::get<ast::DoUntilStmt>(top.stmt->node);
        return holds(c, s.guard.get()) ? leave(std::move(c)) : enter(std::move(c), s.body);
      }
      case Kind::loop: {
        const auto& s = std::get<ast::WhileStmt>(top.stmt->node);
        return holds(c, s.guard.get()) ? enter(std::move(c), s.body) : leave(std::move(c));
      }
      case Kind::call:
        return give_back(std::move(c));
      case Kind::handle:
        // "the automaton is back at exactly the interrupted wait point". Before the handle has
        // consumed anything the way is given up instead.
        if (firing_ == top_of(c)) return;
        return leave(std::move(c));
      case Kind::allow:
      case Kind::during:
        return leave(std::move(c));
    }
  }

  void leave(Configuration c) {
    c.stack.pop_back();
    add(std::move(c));
  }
  void enter(Configuration c, const ast::Block& block) {
    c.stack.push_back({Kind::sequence, &block, nullptr, 0});
    add(std::move(c));
  }
  void push(Configuration c, Kind kind, const ast::Statement& at, std::int64_t number = 0) {
    c.stack.push_back({kind, nullptr, &at, number});
    add(std::move(c));
  }

  static Activation& current(Configuration& c) {
    return c.activations[activation_at(c, top_of(c))];
  }
  static std::int32_t evaluate(Configuration& c, const ast::Expr& e) {
    return Evaluation(current(c)).of(e);
  }
  /// An omitted guard is true.
  static bool holds(Configuration& c, const ast::Expr* guard) {
    return guard == nullptr || evaluate(c, *guard) != 0;
  }

  /// "B is repeated k times with l <= k <= h"; past l, with no upper bound, the count saturates.
  void repeat(const Configuration& c) {
    const auto& stmt = *c.stack.back().stmt;
    std::int64_t low = 0;
    std::optional<std::int64_t> high = 1;  // "optional {B} is multiple (..1) {B}"
    const ast::Block* body = nullptr;
    if (const auto* m = std::get_if<ast::MultipleStmt>(&stmt.node)) {
      low = m->low.value_or(0);
      high = m->high;
      body = &m->body;
    } else {
      body = &std::get<ast::OptionalStmt>(stmt.node).body;
    }
    const auto count = c.stack.back().number;
    if (!high || count < *high) {
      auto again = c;
      again.stack.back().number = high ? count + 1 : std::min(count + 1, low);
      enter(std::move(again), *body);
    }
    if (count >= low) leave(c);
  }

  void execute(const ast::Statement&, const ast::StatecallStmt&, const Configuration&) {}

  /// "Arguments are passed by value-result: copied in at the call".
  void execute(const ast::Statement& at, const ast::CallStmt& s, Configuration c) {
    const auto& callee = *functions_.at(s.callee.text);
    const auto& caller = current(c);
    Activation inner{&callee, {}};
    for (std::size_t i = 0; i < callee.params.size(); ++i) {
      const auto value = caller.values[index_of(*caller.routine, s.arguments[i].text)];
      check_range(callee.params[i], value, s.arguments[i].range);
      inner.values.push_back(value);
    }
    const auto number = static_cast<std::int64_t>(c.activations.size());
    c.activations.push_back(std::move(inner));
    c.stack.push_back({Kind::call, nullptr, &at, number});
    enter(std::move(c), callee.body);
  }

  /// "... copied back at the return", in the order of the parameters.
  void give_back(Configuration c) {
    const auto frame = c.stack.back();
    const auto& s = std::get<ast::CallStmt>(frame.stmt->node);
    const auto inner = c.activations[static_cast<std::size_t>(frame.number)];
    c.activations.resize(static_cast<std::size_t>(frame.number));
    c.stack.pop_back();
    auto& caller = current(c);
    for (std::size_t i = 0; i < s.arguments.size(); ++i) {
      const auto to = index_of(*caller.routine, s.arguments[i].text);
      check_range(caller.routine->params[to], inner.values[i], s.arguments[i].range);
      caller.values[to] = inner.values[i];
    }
    add(std::move(c));
  }

  void execute(const ast::Statement& at, const ast::AssignStmt& s, Configuration c) {
    auto& activation = current(c);
    const auto value = Evaluation(activation).of(*s.value);
    const auto target = index_of(*activation.routine, s.target.text);
    check_range(activation.routine->params[target], value, at.range);
    activation.values[target] = value;
    add(std::move(c));
  }
  void execute(const ast::Statement& at, const ast::AllowStmt& s, Configuration c) {
    c.stack.push_back({Kind::allow, nullptr, &at, 0});
    enter(std::move(c), s.body);
  }
  void execute(const ast::Statement& at, const ast::DuringStmt& s, Configuration c) {
    c.stack.push_back({Kind::during, nullptr, &at, 0});
    enter(std::move(c), s.body);
  }
  void execute(const ast::Statement& at, const ast::MultipleStmt&, Configuration c) {
    push(std::move(c), Kind::repeat, at);
  }
  void execute(const ast::Statement& at, const ast::OptionalStmt&, Configuration c) {
    push(std::move(c), Kind::repeat, at);
  }
  void execute(const ast::Statement& at, const ast::WhileStmt&, Configuration c) {
    push(std::move(c), Kind::loop, at);
  }
  void execute(const ast::Statement& at, const ast::DoUntilStmt& s, Configuration c) {
    c.stack.push_back({Kind::until, nullptr, &at, 0});
    enter(std::move(c), s.body);
  }
  /// "any one branch whose guard holds. No open branch: that configuration dies". A guard that
  /// faults violates, whatever the other branches do, so they are followed all the same.
  void execute(const ast::Statement&, const ast::EitherStmt& s, Configuration c) {
    for (const auto& branch : s.branches) {
      try {
        if (holds(c, branch.guard.get())) enter(c, branch.body);
      } catch (const Violates& v) {
        violations.push_back(v.violation);
      }
    }
  }
  /// "exit in an automaton, its handles included, goes to the final point; in a function it returns
  /// from that call (a handle belongs to the function or automaton whose text holds it)".
  void execute(const ast::Statement&, const ast::ExitStmt&, Configuration c) {
    const auto call = enclosing_call(c, top_of(c));
    c.stack.resize(static_cast<std::size_t>(call + 1));
    if (call < 0) {
      c.activations.resize(1);
    } else {
      c.activations.resize(static_cast<std::size_t>(c.stack.back().number) + 1);
    }
    add(std::move(c));
  }
  void execute(const ast::Statement& at, const ast::AbortStmt&, const Configuration&) {
    throw Violates{{Why::abort, at.range}};
  }

  const Functions& functions_;
  std::size_t limit_;
  std::int64_t firing_;
  std::set<Configuration> seen_;
  std::vector<Configuration> work_;
};

/// The moves by one statecall, up to the silent moves that follow.
class Moves {
 public:
  Moves(const Functions& functions, std::size_t limit, const std::string& statecall)
      : functions_(functions), limit_(limit), statecall_(statecall) {}

  /// Contexts count down to position `floor` of the stack.
  void gather(const Configuration& c, std::int64_t floor) {
    const auto* statement = waits_at(c);
    if (statement == nullptr) return;  // the final point
    if (statement->statecall.text == statecall_) {
      auto past = c;
      ++past.stack.back().number;
      after.push_back(std::move(past));
    }
    for (auto at = top_of(c); at >= floor; at = outwards(c.stack, at)) {
      const auto& frame = c.stack[static_cast<std::size_t>(at)];
      if (frame.kind == Kind::allow) {
        for (const auto& name : std::get<ast::AllowStmt>(frame.stmt->node).statecalls) {
          if (name.text == statecall_) after.push_back(c);  // "stays"
        }
      } else if (frame.kind == Kind::during) {
        for (const auto& block : std::get<ast::DuringStmt>(frame.stmt->node).handles) {
          fire(c, at, block);
        }
      }
    }
  }

  std::vector<Configuration> after;
  bool too_large = false;

 private:
  void fire(Configuration c, std::int64_t during, const ast::Block& block) {
    const auto handle = top_of(c) + 1;
    c.stack.push_back({Kind::handle, nullptr, nullptr, during});
    c.stack.push_back({Kind::sequence, &block, nullptr, 0});
    Closure closure(functions_, limit_, handle);
    closure.add(std::move(c));
    closure.run();
    too_large = too_large || closure.too_large;
    for (const auto& first : closure.result) gather(first, handle + 1);
  }

  const Functions& functions_;
  std::size_t limit_;
  const std::string& statecall_;
};

void mentions(const ast::Block& block, const Functions& functions, std::set<std::string>& out);

void mentions(const ast::Statement& s, const Functions& functions, std::set<std::string>& out) {
  std::visit(Overload{
                 [&](const ast::StatecallStmt& n) { out.insert(n.statecall.text); },
                 [&](const ast::CallStmt& n) {
                   mentions(functions.at(n.callee.text)->body, functions, out);
                 },
                 [&](const ast::AllowStmt& n) {
                   for (const auto& name : n.statecalls) out.insert(name.text);
                   mentions(n.body, functions, out);
                 },
                 [&](const ast::EitherStmt& n) {
                   for (const auto& branch : n.branches) mentions(branch.body, functions, out);
                 },
                 [&](const ast::DuringStmt& n) {
                   mentions(n.body, functions, out);
                   for (const auto& handle : n.handles) mentions(handle, functions, out);
                 },
                 [&](const ast::MultipleStmt& n) { mentions(n.body, functions, out); },
                 [&](const ast::OptionalStmt& n) { mentions(n.body, functions, out); },
                 [&](const ast::DoUntilStmt& n) { mentions(n.body, functions, out); },
                 [&](const ast::WhileStmt& n) { mentions(n.body, functions, out); },
                 [](const ast::AssignStmt&) {},
                 [](const ast::ExitStmt&) {},
                 [](const ast::AbortStmt&) {},
             },
             s.node);
}

void mentions(const ast::Block& block, const Functions& functions, std::set<std::string>& out) {
  for (const auto& s : block.statements) mentions(s, functions, out);
}

/// "Variables start at their declared constant, or at false and 0 (at l if 0 is outside)".
std::int32_t initial(const ast::Param& p) {
  if (p.initial) return p.initial->value;
  if (p.bounds && (0 < p.bounds->low || 0 > p.bounds->high)) return p.bounds->low;
  return 0;
}

}  // namespace

Oracle::Oracle(const ast::Policy& policy, std::size_t limit) : limit_(limit) {
  for (const auto& file : policy.files) {
    for (const auto& declaration : file.declarations) {
      const auto* routine = std::get_if<ast::Routine>(&declaration);
      if (routine == nullptr) continue;
      if (routine->is_automaton) {
        automata_.push_back({routine, {}, {}, {}});
      } else {
        functions_[routine->name.text] = routine;
      }
    }
  }
  for (auto& automaton : automata_) {
    mentions(automaton.routine->body, functions_, automaton.alphabet);
    Activation own{automaton.routine, {}};
    for (const auto& p : automaton.routine->params) own.values.push_back(initial(p));
    Configuration start;
    start.activations.push_back(std::move(own));
    start.stack.push_back({Kind::sequence, &automaton.routine->body, nullptr, 0});
    Closure closure(functions_, limit_, -1);
    closure.add(std::move(start));
    closure.run();
    gave_up_ = gave_up_ || closure.too_large;
    if (closure.violations.empty()) {
      automaton.now = std::move(closure.result);
    } else {
      automaton.dead = {*std::min_element(closure.violations.begin(), closure.violations.end())};
    }
  }
}

Verdict Oracle::tick(const std::string& statecall) {
  Verdict verdict;
  verdict.outcome = Outcome::ignored;
  std::vector<std::pair<std::size_t, std::set<Configuration>>> moved;
  for (std::size_t i = 0; i < automata_.size(); ++i) {
    const auto& automaton = automata_[i];
    if (!automaton.alphabet.contains(statecall)) continue;
    Moves moves(functions_, limit_, statecall);
    for (const auto& c : automaton.now) moves.gather(c, 0);
    Closure closure(functions_, limit_, -1);
    for (auto& c : moves.after) closure.add(std::move(c));
    closure.run();
    gave_up_ = gave_up_ || moves.too_large || closure.too_large;
    auto violations = closure.violations;
    if (!automaton.dead.empty()) violations = automaton.dead;
    if (violations.empty() && closure.result.empty()) violations.emplace_back();
    if (violations.empty()) {
      moved.emplace_back(i, std::move(closure.result));
    } else {
      verdict.violations.emplace_back(i, *std::min_element(violations.begin(), violations.end()));
    }
  }
  if (!verdict.violations.empty()) {
    verdict.outcome = Outcome::violation;
  } else if (!moved.empty()) {
    verdict.outcome = Outcome::accepted;
    for (auto& [i, set] : moved) automata_[i].now = std::move(set);
  }
  return verdict;
}

std::vector<std::string> Oracle::allowed() const {
  std::set<std::string> candidates;
  for (const auto& a : automata_) candidates.insert(a.alphabet.begin(), a.alphabet.end());
  std::vector<std::string> result;
  for (const auto& name : candidates) {
    auto copy = *this;
    if (copy.tick(name).outcome == Outcome::accepted) result.push_back(name);
    gave_up_ = gave_up_ || copy.gave_up_;
  }
  return result;
}

bool Oracle::finished(std::size_t automaton) const {
  const auto& now = automata_[automaton].now;
  return std::any_of(now.begin(), now.end(),
                     [](const Configuration& c) { return c.stack.empty(); });
}

std::set<Place> Oracle::places(std::size_t automaton) const {
  std::set<Place> result;
  for (const auto& c : automata_[automaton].now) {
    Place place;
    if (!c.stack.empty()) {
      const auto& top = c.stack.back();
      place.at = top.block->statements[static_cast<std::size_t>(top.number)].range;
    }
    place.variables = c.activations.front().values;
    result.insert(std::move(place));
  }
  return result;
}

std::vector<std::set<Configuration>> Oracle::state() const {
  std::vector<std::set<Configuration>> result;
  for (const auto& a : automata_) result.push_back(a.now);
  return result;
}

}  // namespace spl::oracle
