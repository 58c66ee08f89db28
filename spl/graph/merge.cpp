#include "graph/merge.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace spl::graph {
namespace {

using Labels = std::vector<std::string>;

/// What two wait points must have in common.
struct Surroundings {
  ContextId context{};
  HandleId handle{};
  std::vector<std::tuple<FlowEdge::Kind, NodeId, HandleId, Labels>> in;
  std::vector<std::pair<NodeId, Labels>> out;
  friend auto operator<=>(const Surroundings&, const Surroundings&) = default;
};

bool is_wait(const Automaton& a, NodeId id) {
  return a[id].kind == Node::Kind::wait;
}

bool leaves_wait(const Automaton& a, const FlowEdge& e) {
  return e.kind == FlowEdge::Kind::step && is_wait(a, e.from);
}

void say_in_box(const Automaton& a, std::vector<FlowEdge>& edges, FlowGraph& graph) {
  std::vector<std::vector<NodeId>> members(a.nodes.size());
  for (std::uint32_t n = 0; n < a.nodes.size(); ++n) {
    members[raw(graph.box_of(NodeId{n}))].push_back(NodeId{n});
  }
  std::vector<std::uint32_t> ways(a.nodes.size(), 0);
  for (const auto& e : edges) {
    if (e.kind == FlowEdge::Kind::step) ++ways[raw(e.from)];
  }
  for (auto& e : edges) {
    if (!leaves_wait(a, e) || ways[raw(e.from)] != 1) continue;
    const bool guarded = std::any_of(e.labels.begin(), e.labels.end(),
                                     [](const auto& label) { return label.starts_with('['); });
    if (guarded) continue;
    // What leaves a box is done after each of its wait points.
    for (const auto member : members[raw(e.from)]) {
      auto& effects = graph.effects[raw(member)];
      effects.insert(effects.end(), e.labels.begin(), e.labels.end());
    }
    e.labels.clear();
  }
}

/// What one of several ways says must not look like several of them.
void in_one_line(Labels& labels) {
  if (labels.size() < 2) return;
  std::string joined;
  for (const auto& label : labels) joined += (joined.empty() ? "" : " ") + label;
  labels = {std::move(joined)};
}

}  // namespace

bool merge_wait_points(const Automaton& a, std::vector<FlowEdge>& edges, FlowGraph& graph) {
  say_in_box(a, edges, graph);
  std::map<NodeId, Surroundings> points;
  for (const auto& e : edges) {
    if (is_wait(a, e.to)) {
      points[e.to].in.emplace_back(e.kind, e.kind == FlowEdge::Kind::step ? e.from : NodeId{},
                                   e.handle, e.labels);
    }
    if (leaves_wait(a, e)) points[e.from].out.emplace_back(e.to, e.labels);
  }
  std::map<Surroundings, NodeId> first;
  bool merged = false;
  for (auto& [id, around] : points) {
    around.context = a[id].context;
    around.handle = a[id].handle;
    std::sort(around.in.begin(), around.in.end());
    std::sort(around.out.begin(), around.out.end());
    const auto [at, is_new] = first.emplace(std::move(around), id);
    if (is_new) continue;
    merged = true;
    graph.drawn_as[raw(id)] = at->second;
  }
  if (!merged) return false;
  std::erase_if(edges, [&](const FlowEdge& e) {
    const bool from_other = e.kind == FlowEdge::Kind::step && graph.drawn_as[raw(e.from)] != e.from;
    return from_other || graph.drawn_as[raw(e.to)] != e.to;
  });
  return true;
}

void merge_arrows(std::vector<FlowEdge>& edges) {
  std::map<std::tuple<FlowEdge::Kind, NodeId, HandleId, NodeId>, std::size_t> first;
  std::vector<bool> gone(edges.size(), false);
  std::vector<bool> several(edges.size(), false);
  std::vector<bool> or_nothing(edges.size(), false);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    auto& e = edges[i];
    const auto from = e.kind == FlowEdge::Kind::step ? e.from : NodeId{};
    const auto [at, is_new] = first.emplace(std::tuple(e.kind, from, e.handle, e.to), i);
    if (is_new) {
      or_nothing[i] = e.labels.empty();
      continue;
    }
    gone[i] = true;
    auto& labels = edges[at->second].labels;
    if (!several[at->second]) in_one_line(labels);
    several[at->second] = true;
    in_one_line(e.labels);
    if (e.labels.empty()) {
      or_nothing[at->second] = true;
    } else {
      labels.push_back((labels.empty() ? "" : "or ") + e.labels.front());
    }
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (or_nothing[i] && !edges[i].labels.empty()) edges[i].labels.emplace_back("or nothing");
  }
  std::size_t at = 0;
  std::erase_if(edges, [&](const FlowEdge&) { return gone[at++]; });
}

}  // namespace spl::graph
