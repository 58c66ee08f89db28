#include "graph/direction.hpp"

#include <algorithm>

namespace spl::graph {
namespace {

// In points.
constexpr double kColumn = 6.8;
constexpr double kLine = 15;
constexpr double kGap = 14;
constexpr double kRank = 32;
constexpr double kPageShape = 1.5;  // width : height of what is looked at

struct Size {
  double width = 0;
  double height = 0;
};

Size size_of(const Program& program, const Automaton& a, const FlowGraph& graph,
             const std::vector<std::vector<NodeId>>& members, NodeId n, std::size_t names) {
  if (a[n].kind != Node::Kind::wait) return {kGap, kGap};
  Size size{0, 8};
  std::size_t shown = 0;
  for (const auto m : members[raw(n)]) {
    if (names != 0 && ++shown > names) break;
    const auto length = static_cast<double>(program.vocabulary.name(a[m].statecall).size());
    size.width = std::max(size.width, kColumn * (length + 6));
    size.height += kLine * static_cast<double>(1 + graph.effects[raw(m)].size());
  }
  return size;
}

/// How far each shown node is from the start or the entry of a handle, in arrows.
std::vector<std::uint32_t> ranks(const Automaton& a, const FlowGraph& graph) {
  std::vector<std::vector<std::uint32_t>> next(a.nodes.size());
  std::vector<std::uint32_t> rank(a.nodes.size(), 0);
  std::vector<std::uint32_t> work;
  std::vector<bool> seen(a.nodes.size(), false);
  for (const auto& e : graph.edges) {
    if (e.kind == FlowEdge::Kind::step) {
      next[raw(e.from)].push_back(raw(e.to));
    } else if (!seen[raw(e.to)]) {
      seen[raw(e.to)] = true;
      work.push_back(raw(e.to));
    }
  }
  for (std::size_t i = 0; i < work.size(); ++i) {
    for (const auto n : next[work[i]]) {
      if (seen[n]) continue;
      seen[n] = true;
      rank[n] = rank[work[i]] + 1;
      work.push_back(n);
    }
  }
  return rank;
}

/// The drawing of one automaton, going to the right and going down.
std::pair<Size, Size> estimate(const Program& program, const Automaton& a, const FlowGraph& graph,
                               std::size_t names) {
  std::vector<std::vector<NodeId>> members(a.nodes.size());
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
    members[raw(graph.drawn_as[i])].push_back(NodeId{i});
  }
  const auto rank = ranks(a, graph);
  std::vector<Size> most(a.nodes.size() + 1);
  std::vector<Size> sum(a.nodes.size() + 1);
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
    if (!graph.shown[i]) continue;
    const auto size = size_of(program, a, graph, members, NodeId{i}, names);
    auto& largest = most[rank[i]];
    largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
    sum[rank[i]].width += size.width + kGap;
    sum[rank[i]].height += size.height + kGap;
  }
  Size right;
  Size down;
  for (std::size_t r = 0; r < most.size(); ++r) {
    if (most[r].width == 0) continue;
    right.width += most[r].width + kRank;
    right.height = std::max(right.height, sum[r].height);
    down.height += most[r].height + kRank;
    down.width = std::max(down.width, sum[r].width);
  }
  return {right, down};
}

}  // namespace

bool goes_down(const Program& program, const std::vector<AutomatonId>& automata,
               const std::vector<FlowGraph>& graphs, const GraphStyle& style) {
  if (style.direction != GraphStyle::Direction::automatic) {
    return style.direction == GraphStyle::Direction::down;
  }
  Size right;
  Size down;
  for (std::size_t i = 0; i < automata.size(); ++i) {
    const auto [r, d] =
        estimate(program, program.automata[index(automata[i])], graphs[i], style.names);
    right = {std::max(right.width, r.width), right.height + r.height};
    down = {down.width + d.width, std::max(down.height, d.height)};
  }
  const auto page = [](const Size& s) { return std::max(s.width / kPageShape, s.height); };
  return page(down) < page(right);
}

}  // namespace spl::graph
