// A run is followed twice: backwards to see which of the configurations that the automaton held at
// a time lead to its end, and forwards to see by which silent ways.
#include "graph/taken.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spl::graph {

void StepList::add(std::uint32_t step) {
  if (step == 0 || (count != 0 && last == step)) return;
  ++count;
  last = step;
  if (first.size() < kKept) first.push_back(step);
}

std::string StepList::text() const {
  auto out = fmt::format("{}", fmt::join(first, ", "));
  if (count > first.size()) out += fmt::format(", … ({} times)", count);
  return out;
}

namespace {

ConfigurationSet common(const ConfigurationSet& x, const ConfigurationSet& y) {
  ConfigurationSet both;
  std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  return both;
}

/// Leaves in each set what leads to the last one.
std::vector<ConfigurationSet> leading_to_the_end(const Automaton& a, const GraphRun::Moves& moves) {
  const Stepper stepper(a);
  auto live = moves.sets;
  for (auto i = moves.steps.size(); i-- > 0;) {
    std::erase_if(live[i], [&](const Configuration& c) {
      const auto next = stepper.tick_one(c, moves.steps[i].statecall).configurations;
      return common(next, live[i + 1]).empty();
    });
  }
  return live;
}

/// The ways of one step from one configuration.
class Tracer {
 public:
  Tracer(const Automaton& a, const FlowGraph& graph, Taken& taken)
      : a_(a), graph_(graph), taken_(taken) {}

  void start(const ConfigurationSet& live) {
    Coverage coverage(a_);
    static_cast<void>(Stepper(a_, Stepper::kDefaultLimit, &coverage).start());
    begin(coverage, std::nullopt, 0);
    source({FlowEdge::Kind::start, 0, a_.start}, false);
    finish(live);
  }

  void step(const Configuration& c, const GraphStep& step, const ConfigurationSet& live) {
    Coverage coverage(a_);
    const auto next =
        Stepper(a_, Stepper::kDefaultLimit, &coverage).tick_one(c, step.statecall).configurations;
    const auto targets = common(next, live);
    begin(coverage, step.statecall, step.number);
    const auto& node = a_[c.at];
    if (node.kind == Node::Kind::wait && node.statecall == step.statecall) {
      consume(c.at);
    }
    for (auto id = node.context; id != ContextId::none; id = a_[id].parent) {
      const auto& allowed = a_[id].allowed;
      if (std::binary_search(allowed.begin(), allowed.end(), step.statecall) &&
          std::binary_search(targets.begin(), targets.end(), c)) {
        taken_.allowed[id].add(step.number);
      }
    }
    for (std::uint32_t h = 0; h < a_.handles.size(); ++h) {
      if (!coverage.handles[h]) continue;
      source({FlowEdge::Kind::handle, h, a_.handles[h].entry}, true);
    }
    finish(targets);
  }

 private:
  /// A silent step of the automaton, a node's consuming its statecall, or a way in.
  using Link = Taken::Way;

  void begin(const Coverage& coverage, std::optional<StatecallId> statecall, std::uint32_t step) {
    coverage_ = &coverage;
    statecall_ = statecall;
    step_ = step;
    links_.clear();
    consumed_.clear();
    reached_.clear();
  }

  void consume(NodeId wait) {
    if (consumed_.insert(wait).second) {
      source({FlowEdge::Kind::step, raw(wait), a_[wait].next}, false);
    }
  }

  /// Notes a link, and all that is reached by it. While `entering` a handle block, its statecall is
  /// still to be consumed.
  void source(Link first, bool entering) {
    std::vector<std::pair<Link, bool>> work{{first, entering}};
    while (!work.empty()) {
      const auto [way, inward] = work.back();
      work.pop_back();
      links_[way.to].insert(way);
      if (!reached_.emplace(way.to, inward).second) continue;
      const auto& node = a_[way.to];
      if (inward && node.kind == Node::Kind::wait && node.statecall == statecall_) {
        consumed_.insert(way.to);
        work.push_back({{FlowEdge::Kind::step, raw(way.to), node.next}, false});
      }
      for (std::uint32_t e = 0; e < node.edge_count; ++e) {
        const auto id = node.first_edge + e;
        if (!coverage_->edges[id]) continue;
        work.push_back({{FlowEdge::Kind::step, raw(way.to), a_.edges[id].target}, inward});
      }
    }
  }

  void finish(const ConfigurationSet& targets) {
    // Backwards from where the run goes on; what ends a handle goes on at some such place.
    std::set<NodeId> useful;
    std::vector<NodeId> work;
    const auto use = [&](NodeId id) {
      if (useful.insert(id).second) work.push_back(id);
    };
    for (const auto& c : targets) use(c.at);
    for (const auto& [id, inward] : reached_) {
      if (a_[id].kind == Node::Kind::resume) use(id);
    }
    std::map<NodeId, std::set<Link>> onward;
    std::set<Link> entries;
    while (!work.empty()) {
      const auto at = work.back();
      work.pop_back();
      for (const auto& link : links_[at]) {
        if (link.kind != FlowEdge::Kind::step) {
          entries.insert(link);
          continue;
        }
        const NodeId from{link.from};
        onward[from].insert(link);
        if (!consumed_.contains(from) || reached_.contains({from, true})) use(from);
      }
    }
    for (const auto& link : entries) mark(link, onward);
    for (const auto& [from, links] : onward) {
      if (consumed_.contains(from)) taken_.consumed[from].add(step_);
      if (!graph_.shown[raw(drawn(from))]) continue;
      for (const auto& link : links) mark({link.kind, raw(drawn(from)), link.to}, onward);
    }
  }

  [[nodiscard]] NodeId drawn(NodeId id) const { return graph_.drawn_as[raw(id)]; }

  /// Past the nodes that are not shown.
  void mark(Link way, const std::map<NodeId, std::set<Link>>& onward) {
    std::set<NodeId> seen;
    std::vector<NodeId> work{way.to};
    while (!work.empty()) {
      const auto at = work.back();
      work.pop_back();
      if (!seen.insert(at).second) continue;
      if (graph_.shown[raw(drawn(at))]) {
        way.to = drawn(at);
        taken_.ways[way].add(step_);
        continue;
      }
      const auto more = onward.find(at);
      if (more == onward.end()) continue;
      for (const auto& link : more->second) work.push_back(link.to);
    }
  }

  const Automaton& a_;
  const FlowGraph& graph_;
  Taken& taken_;
  const Coverage* coverage_ = nullptr;
  std::optional<StatecallId> statecall_;
  std::uint32_t step_ = 0;
  std::map<NodeId, std::set<Link>> links_;  // by where they lead
  std::set<NodeId> consumed_;
  std::set<std::pair<NodeId, bool>> reached_;
};

}  // namespace

Taken taken_by(const Automaton& automaton, const FlowGraph& graph, const GraphRun::Moves& moves) {
  Taken taken;
  if (moves.sets.empty() || moves.sets.front().empty()) return taken;  // refused before any step
  const auto live = leading_to_the_end(automaton, moves);
  Tracer tracer(automaton, graph, taken);
  tracer.start(live.front());
  for (std::size_t i = 0; i < moves.steps.size(); ++i) {
    for (const auto& c : live[i]) tracer.step(c, moves.steps[i], live[i + 1]);
  }
  for (const auto& c : live.back()) taken.ends.insert(c.at);
  return taken;
}

}  // namespace spl::graph
