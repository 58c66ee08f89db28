// Stepper: silent closure and ticks of one automaton (language.md section 5).
//
// A configuration that a closure passes through is remembered only where ways meet or part: at
// nodes marked as joins (compact() marks one on every silent cycle) and at nodes with several
// edges.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "automaton/configuration_hash.hpp"
#include "spl/interpreter.hpp"

namespace spl {

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::abort:
      return "abort reached";
    case Reason::overflow:
      return "arithmetic overflow";
    case Reason::division_by_zero:
      return "division by zero";
    case Reason::out_of_range:
      return "value out of its declared range";
    case Reason::none_accepts:
      return "not allowed here";
  }
  return "";
}

bool is_finished(const Automaton& automaton, const ConfigurationSet& set) {
  return std::any_of(set.begin(), set.end(),
                     [&](const Configuration& c) { return c.at == automaton.final_node; });
}

namespace {

/// Evaluates over one configuration; the first fault met, left to right, is kept.
class Evaluator {
 public:
  Evaluator(const Automaton& a, const std::vector<std::int32_t>& values) : a_(a), values_(values) {}

  std::optional<std::int32_t> operator()(ExprId id) {
    const auto& e = a_[id];
    switch (e.op) {
      case ExprNode::Op::literal:
        return e.value;
      case ExprNode::Op::variable:
        return values_[raw(e.variable)];
      case ExprNode::Op::logical_not: {
        const auto v = (*this)(e.left);
        if (!v) return v;
        return *v == 0 ? 1 : 0;
      }
      case ExprNode::Op::negate: {
        const auto v = (*this)(e.left);
        if (!v) return v;
        return fit(-std::int64_t{*v}, e);
      }
      case ExprNode::Op::binary:
        return binary(e);
    }
    return std::nullopt;
  }
  [[nodiscard]] const Refusal& fault() const { return fault_; }

 private:
  std::optional<std::int32_t> fit(std::int64_t value, const ExprNode& e) {
    if (value >= INT32_MIN && value <= INT32_MAX) return static_cast<std::int32_t>(value);
    fault_ = {Reason::overflow, e.range};
    return std::nullopt;
  }

  std::optional<std::int32_t> binary(const ExprNode& e) {
    const auto left = (*this)(e.left);
    if (!left) return left;
    if (e.binary == ast::BinaryOp::logical_and && *left == 0) return 0;
    if (e.binary == ast::BinaryOp::logical_or && *left != 0) return 1;
    const auto right = (*this)(e.right);
    if (!right) return right;
    const std::int64_t x = *left;
    const std::int64_t y = *right;
    switch (e.binary) {
      case ast::BinaryOp::logical_or:
      case ast::BinaryOp::logical_and:
        return y != 0 ? 1 : 0;
      case ast::BinaryOp::equal:
        return x == y;
      case ast::BinaryOp::not_equal:
        return x != y;
      case ast::BinaryOp::less:
        return x < y;
      case ast::BinaryOp::less_equal:
        return x <= y;
      case ast::BinaryOp::greater:
        return x > y;
      case ast::BinaryOp::greater_equal:
        return x >= y;
      case ast::BinaryOp::add:
        return fit(x + y, e);
      case ast::BinaryOp::subtract:
        return fit(x - y, e);
      case ast::BinaryOp::multiply:
        return fit(x * y, e);
      case ast::BinaryOp::divide:
        if (y == 0) {
          fault_ = {Reason::division_by_zero, e.range};
          return std::nullopt;
        }
        return fit(x / y, e);
    }
    return std::nullopt;
  }

  const Automaton& a_;
  const std::vector<std::int32_t>& values_;
  Refusal fault_;
};

bool inside(const Automaton& a, HandleId handle, HandleId block) {
  while (handle != HandleId::none && handle != block) handle = a[handle].parent;
  return handle == block;
}

/// Most values that the configurations of one closure may hold together.
constexpr std::size_t kMaxValues = 64U << 20U;

std::size_t limit_for(const Automaton& a, std::size_t limit) {
  return std::min(limit + a.nodes.size(), kMaxValues / (a.variables.size() + 16));
}

void tidy(ConfigurationSet& set) {
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
}

/// One closure. With a `firing` handle, ways that leave the handle's block, end it, or fault are
/// given up: the handle consumed nothing on them.
class Closure {
 public:
  Closure(const Automaton& a, std::size_t limit, Coverage* coverage,
          HandleId firing = HandleId::none)
      : a_(a), limit_(limit_for(a, limit)), coverage_(coverage), firing_(firing) {}

  void add(Configuration c) { work_.push_back(std::move(c)); }

  Stepper::Result run() {
    while (!work_.empty() && !result_.too_large) {
      auto c = std::move(work_.back());
      work_.pop_back();
      follow(std::move(c));
    }
    if (result_.too_large) result_.refusal.reset();
    auto& set = result_.configurations;
    if (result_.refusal || result_.too_large) {
      set.clear();
    } else {
      tidy(set);
    }
    return std::move(result_);
  }

  /// Follows `c` as long as there is exactly one way and nothing can go wrong on it.
  void advance(Configuration& c) {
    for (std::size_t steps = 0; steps < a_.nodes.size(); ++steps) {
      const auto& node = a_[c.at];
      if (node.kind != Node::Kind::silent || node.edge_count != 1) return;
      const auto at = c.at;
      if (!take(EdgeId{node.first_edge}, c)) {
        result_.refusal.reset();  // it is met again, and reported, by the closure
        return;
      }
      if (coverage_ != nullptr) coverage_->nodes[raw(at)] = true;
    }
  }

 private:
  /// Follows one way; other ways at a branch go on the work list.
  void follow(Configuration c) {
    for (;;) {
      const auto& node = a_[c.at];
      if (coverage_ != nullptr) coverage_->nodes[raw(c.at)] = true;
      if (firing_ != HandleId::none && gives_up(node)) return;
      switch (node.kind) {
        case Node::Kind::wait:
        case Node::Kind::final:
          arrive(std::move(c), node);
          return;
        case Node::Kind::abort:
          refuse({Reason::abort, node.range});
          return;
        case Node::Kind::resume:
          resume(node, c);
          continue;
        case Node::Kind::silent:
          break;
      }
      if ((node.join || node.edge_count > 1) && !remember(c, node)) return;
      for (std::uint32_t e = node.edge_count; e-- > 1;) {
        auto other = c;
        if (take(EdgeId{node.first_edge + e}, other)) work_.push_back(std::move(other));
      }
      if (work_.size() > limit_ + a_.edges.size()) too_large(node);
      if (!take(EdgeId{node.first_edge}, c)) return;
    }
  }

  /// One wait point may be met on many ways; copies are dropped whenever they could pile up.
  void arrive(Configuration c, const Node& node) {
    auto& set = result_.configurations;
    set.push_back(std::move(c));
    if (set.size() < tidy_at_) return;
    tidy(set);
    if (set.size() > limit_) too_large(node);
    tidy_at_ = 2 * set.size() + 1024;
  }

  void too_large(const Node& node) {
    if (!result_.too_large) result_.too_large = TooLarge{limit_, busiest(), node.range};
  }

  [[nodiscard]] bool gives_up(const Node& node) {
    const bool ended = node.kind == Node::Kind::resume || node.kind == Node::Kind::abort ||
                       !inside(a_, node.handle, firing_);
    if (ended && coverage_ != nullptr) coverage_->passed[raw(firing_)] = true;
    return ended;
  }

  void resume(const Node& node, Configuration& c) {
    const auto& during = a_[node.context];
    auto& slot = c.values[raw(during.resume)];
    c.at = during.resume_points[static_cast<std::size_t>(slot) - 1];
    slot = 0;
  }

  /// False if this closure was here before, or has grown past its limit.
  bool remember(const Configuration& c, const Node& node) {
    if (!seen_.insert(c).second) return false;
    if (seen_.size() <= limit_) return true;
    too_large(node);
    return false;
  }

  [[nodiscard]] std::optional<VarId> busiest() const {
    std::optional<VarId> best;
    std::size_t most = 1;
    std::vector<std::int32_t> values;
    for (std::uint32_t v = 0; v < a_.variables.size(); ++v) {
      values.clear();
      for (const auto& c : seen_) values.push_back(c.values[v]);
      std::sort(values.begin(), values.end());
      const auto distinct =
          static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
      if (distinct > most) {
        most = distinct;
        best = VarId{v};
      }
    }
    return best;
  }

  /// Performs an edge's action and moves on; false if its guard is closed or it faults.
  bool take(EdgeId id, Configuration& c) {
    const auto& edge = a_[id];
    if (const auto* guard = std::get_if<Guard>(&edge.action)) {
      Evaluator evaluate(a_, c.values);
      const auto holds = evaluate(guard->condition);
      if (!holds) return refuse(evaluate.fault());
      if (*holds == 0) return false;
    } else if (const auto* assign = std::get_if<Assign>(&edge.action)) {
      Evaluator evaluate(a_, c.values);
      const auto value = evaluate(assign->value);
      if (!value) return refuse(evaluate.fault());
      if (assign->bounds && (*value < assign->bounds->low || *value > assign->bounds->high)) {
        return refuse({Reason::out_of_range, edge.range});
      }
      if (assign->stored) c.values[raw(assign->target)] = *value;
    } else if (const auto* reset = std::get_if<Reset>(&edge.action)) {
      std::fill(c.values.begin() + raw(reset->begin), c.values.begin() + raw(reset->end), 0);
    }
    if (coverage_ != nullptr) coverage_->edges[raw(id)] = true;
    c.at = edge.target;
    return true;
  }

  bool refuse(const Refusal& refusal) {
    if (firing_ != HandleId::none) {
      if (coverage_ != nullptr) coverage_->passed[raw(firing_)] = true;
      return false;
    }
    if (!result_.refusal || refusal < *result_.refusal) result_.refusal = refusal;
    return false;
  }

  const Automaton& a_;
  std::size_t limit_;
  Coverage* coverage_;
  HandleId firing_;
  std::size_t tidy_at_ = 1024;
  std::vector<Configuration> work_;
  std::unordered_set<Configuration, ConfigurationHash> seen_;
  Stepper::Result result_;
};

/// The configurations right after each statecall that a set can consume.
class Gatherer {
 public:
  Gatherer(const Automaton& a, std::size_t limit, Coverage* coverage,
           std::optional<StatecallId> only)
      : a_(a), limit_(limit), coverage_(coverage), only_(only), silently_(a, limit, coverage) {}

  /// Moves of a configuration by the contexts in force, up to but without `stop`. True if any.
  bool gather(const Configuration& c, ContextId stop) {
    const auto& node = a_[c.at];
    if (node.kind != Node::Kind::wait) return false;
    bool any = false;
    if (wanted(node.statecall)) {
      auto after = c;
      after.at = node.next;
      silently_.advance(after);
      add(node.statecall, std::move(after));
      any = true;
    }
    for (auto id = node.context; id != stop && id != ContextId::none; id = a_[id].parent) {
      const auto& context = a_[id];
      for (const auto s : context.allowed) {
        if (!wanted(s)) continue;
        add(s, c);
        any = true;
      }
      for (const auto handle : context.handles) any = fire(c, context, handle) || any;
    }
    return any;
  }

  std::map<StatecallId, ConfigurationSet> after_;
  std::optional<TooLarge> too_large;

 private:
  static constexpr std::size_t kMaxCopies = 64;

  void add(StatecallId s, Configuration c) {
    // A set under long always_allow lists multiplies: that product is bounded, too.
    if (++added_ > kMaxCopies * limit_for(a_, limit_)) {
      if (!too_large) too_large = TooLarge{added_, std::nullopt, a_[c.at].range};
      return;
    }
    after_[s].push_back(std::move(c));
  }

  [[nodiscard]] bool wanted(StatecallId s) const { return !only_ || *only_ == s; }

  bool fire(const Configuration& c, const Context& during, HandleId handle) {
    auto start = c;
    const auto point =
        std::lower_bound(during.resume_points.begin(), during.resume_points.end(), c.at);
    start.values[raw(during.resume)] =
        static_cast<std::int32_t>(point - during.resume_points.begin()) + 1;
    start.at = a_[handle].entry;
    Closure closure(a_, limit_, coverage_, handle);
    closure.add(std::move(start));
    const auto entered = closure.run();
    if (entered.too_large) too_large = entered.too_large;
    bool any = false;
    for (const auto& first : entered.configurations) {
      // Only what the block itself offers: contexts around the during are offered at c.
      any = gather(first, during.parent) || any;
    }
    if (any && coverage_ != nullptr) coverage_->handles[raw(handle)] = true;
    return any;
  }

  const Automaton& a_;
  std::size_t limit_;
  Coverage* coverage_;
  std::optional<StatecallId> only_;
  Closure silently_;
  std::size_t added_ = 0;
};

}  // namespace

Stepper::Result Stepper::start() const {
  Configuration c;
  c.at = automaton_.start;
  for (const auto& v : automaton_.variables) c.values.push_back(v.initial);
  Closure closure(automaton_, limit_, coverage_);
  closure.add(std::move(c));
  return closure.run();
}

Stepper::Result Stepper::settle(ConfigurationSet after) const {
  Closure closure(automaton_, limit_, coverage_);
  for (auto& c : after) closure.add(std::move(c));
  auto result = closure.run();
  if (result.configurations.empty() && !result.refusal && !result.too_large) {
    result.refusal = Refusal{};
  }
  return result;
}

Stepper::Result Stepper::tick(const ConfigurationSet& from, StatecallId statecall) const {
  Gatherer gatherer(automaton_, limit_, coverage_, statecall);
  for (const auto& c : from) gatherer.gather(c, ContextId::none);
  Result result;
  if (gatherer.too_large) {
    result.too_large = gatherer.too_large;
    return result;
  }
  return settle(std::move(gatherer.after_[statecall]));
}

Stepper::Moves Stepper::moves(const ConfigurationSet& from) const {
  Gatherer gatherer(automaton_, limit_, coverage_, std::nullopt);
  for (const auto& c : from) {
    gatherer.gather(c, ContextId::none);
    if (gatherer.too_large) break;
  }
  Moves moves;
  moves.too_large = gatherer.too_large;
  for (auto& [statecall, after] : gatherer.after_) {
    tidy(after);
    moves.after.emplace_back(statecall, std::move(after));
  }
  return moves;
}

std::vector<std::pair<StatecallId, Stepper::Result>> Stepper::all_ticks(
    const ConfigurationSet& from) const {
  auto gathered = moves(from);
  std::vector<std::pair<StatecallId, Result>> results;
  for (auto& [statecall, after] : gathered.after) {
    results.emplace_back(statecall, Result{});
    if (gathered.too_large) {
      results.back().second.too_large = gathered.too_large;
    } else {
      results.back().second = settle(std::move(after));
    }
  }
  return results;
}

Stepper::Result Stepper::tick_one(const Configuration& from, StatecallId statecall) const {
  return tick({from}, statecall);
}

}  // namespace spl
