// Explanations of a failed subset construction: which variable is at fault, and which loop.
#include "passes/obstacle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl {
namespace {

/// The slot whose values multiply the states most, over all configurations met so far.
struct Culprit {
  std::optional<VarId> variable;
  std::size_t distinct = 0;
};

Culprit find_culprit(const Automaton& a, const std::vector<const Configuration*>& met) {
  Culprit best;
  std::vector<std::int32_t> values;
  for (std::uint32_t v = 0; v < a.variables.size(); ++v) {
    if (a.variables[v].kind == Variable::Kind::resume) continue;  // no variable of the policy
    values.clear();
    for (const auto* c : met) values.push_back(c->values[v]);
    std::sort(values.begin(), values.end());
    const auto distinct =
        static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
    if (distinct > best.distinct) best = {VarId{v}, distinct};
  }
  return best;
}

/// Says which slot makes the automaton large, and what can be done about it.
void blame(const Automaton& a, const Culprit& culprit, const std::string& size, Obstacle& o) {
  const auto& variable = a[*culprit.variable];
  o.variable = culprit.variable;
  o.distinct_values = culprit.distinct;
  o.where = variable.range;
  if (variable.kind == Variable::Kind::counter) {
    o.message = fmt::format("{}: the repetitions of this 'multiple' alone take {} values", size,
                            culprit.distinct);
    o.hint = "use a smaller bound, or raise the bound on states (--state-bound)";
    return;
  }
  o.message =
      fmt::format("{}: variable '{}' alone takes {} values", size, variable.name, culprit.distinct);
  o.hint = variable.bounds ? "use a smaller range, or raise the bound on states (--state-bound)"
                           : fmt::format("give it a range: int (0..N) {}", variable.name);
}

/// Finds the strongly connected components of the graph of silent moves (Tarjan, with a stack of
/// its own), and in them an assignment to a given slot: a loop that changes it without a statecall.
class SilentLoops {
 public:
  explicit SilentLoops(const Automaton& a)
      : a_(a), order_(a.nodes.size(), 0), low_(a.nodes.size(), 0), component_(a.nodes.size(), 0) {
    for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
      if (order_[i] == 0) search(i);
    }
  }

  /// A loop without a statecall that assigns to the slot.
  [[nodiscard]] std::optional<SourceRange> changing(VarId variable) const {
    for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
      for (std::uint32_t e = 0; e < a_.nodes[i].edge_count; ++e) {
        const auto& edge = a_.edges[a_.nodes[i].first_edge + e];
        const auto* assign = std::get_if<Assign>(&edge.action);
        if (assign == nullptr || !assign->stored || assign->target != variable) continue;
        if (component_[i] == component_[raw(edge.target)]) return head_of(component_[i], i);
      }
    }
    return std::nullopt;
  }

 private:
  struct Frame {
    std::uint32_t node;
    std::uint32_t next_edge;
  };

  void open(std::uint32_t node, std::vector<Frame>& frames) {
    order_[node] = low_[node] = ++visited_;
    stack_.push_back(node);
    frames.push_back({node, 0});
  }

  void search(std::uint32_t root) {
    std::vector<Frame> frames;
    open(root, frames);
    while (!frames.empty()) {
      auto& [node, next_edge] = frames.back();
      if (next_edge < a_.nodes[node].edge_count) {
        const auto to = raw(a_.edges[a_.nodes[node].first_edge + next_edge++].target);
        if (order_[to] == 0) {
          open(to, frames);
        } else if (component_[to] == 0) {
          low_[node] = std::min(low_[node], order_[to]);
        }
        continue;
      }
      const auto done = node;
      frames.pop_back();
      if (!frames.empty())
        low_[frames.back().node] = std::min(low_[frames.back().node], low_[done]);
      if (low_[done] == order_[done]) close(done);
    }
  }

  void close(std::uint32_t head) {
    ++components_;
    for (std::uint32_t node = 0;;) {
      node = stack_.back();
      stack_.pop_back();
      component_[node] = components_;
      if (node == head) return;
    }
  }

  /// Statements nest, so the loop is the widest range in the component around the assignment.
  [[nodiscard]] SourceRange head_of(std::uint32_t component, std::uint32_t node) const {
    auto best = a_.nodes[node].range;
    for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
      const auto& range = a_.nodes[i].range;
      if (component_[i] != component || range.file != best.file) continue;
      if (range.begin <= best.begin && range.end >= best.end) best = range;
    }
    return best;
  }

  const Automaton& a_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> component_;  // 0: still open
  std::vector<std::uint32_t> stack_;
  std::uint32_t visited_ = 0;
  std::uint32_t components_ = 0;
};

}  // namespace

Obstacle explain_size(const Automaton& a, std::size_t states, std::size_t bound,
                      const std::vector<const Configuration*>& met) {
  Obstacle o;
  o.kind = Obstacle::Kind::state_bound;
  o.limit = bound;
  o.where = a.range;
  const auto size =
      states > bound ? fmt::format("automaton '{}' has more than {} states", a.name, bound)
                     : fmt::format("automaton '{}' needs too much memory for its states", a.name);
  const auto culprit = find_culprit(a, met);
  if (culprit.variable && culprit.distinct >= 16) {
    blame(a, culprit, size, o);
  } else {
    o.message = size + ": its alternatives combine in too many ways";
    o.hint = "raise the bound (--state-bound), or let alternatives start with different statecalls";
  }
  return o;
}

Obstacle explain_configurations(const Automaton& a, bool too_many, std::size_t bound,
                                const std::vector<const Configuration*>& met) {
  Obstacle o;
  o.kind = Obstacle::Kind::state_bound;
  o.limit = bound;
  o.where = a.range;
  const auto size =
      too_many
          ? fmt::format("automaton '{}' has more than {} configurations", a.name, bound)
          : fmt::format("automaton '{}' has too many moves between its configurations", a.name);
  const auto culprit = find_culprit(a, met);
  if (culprit.variable && culprit.distinct >= 16) {
    blame(a, culprit, size, o);
  } else {
    o.message = size;
    o.hint = "raise the bound (--configuration-bound), or split the automaton";
  }
  return o;
}

Obstacle explain_closure(const Automaton& a, const TooLarge& found) {
  Obstacle o;
  o.limit = found.limit;
  o.where = found.where;
  if (found.variable) {
    const auto& variable = a[*found.variable];
    const bool unbounded = variable.kind != Variable::Kind::counter && !variable.bounds;
    const auto loop = SilentLoops(a).changing(*found.variable);
    if (loop && unbounded) {
      o.kind = Obstacle::Kind::endless_loop;
      o.variable = found.variable;
      o.where = *loop;
      o.message = fmt::format(
          "this loop of automaton '{}' can pass without a statecall, and '{}' takes more than {} "
          "values in it",
          a.name, variable.name, found.limit);
      o.hint = "bound the variable by a guard or a range, or wait for a statecall in the loop";
      return o;
    }
  }
  o.kind = Obstacle::Kind::state_bound;
  const auto size = fmt::format(
      "automaton '{}' can be at too many places at once: one step has more than {} outcomes",
      a.name, found.limit);
  if (found.variable && a[*found.variable].kind != Variable::Kind::resume) {
    o.variable = found.variable;
    o.where = a[*found.variable].range;
    o.message = fmt::format("{}, with different values of '{}'", size, a[*found.variable].name);
    o.hint = "use a smaller range or bound, or wait for a statecall between its changes";
  } else {
    o.message = size;
    o.hint = "let alternatives start with different statecalls";
  }
  return o;
}

}  // namespace spl
