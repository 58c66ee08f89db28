// Folding: a silent node with one way on and nothing to say is bypassed; one with a single way in
// is absorbed into what leads to it. What is left of the silent nodes are places where several ways
// meet or part. Every step keeps the paths between wait points and what is written along them.
#include "graph/flow_graph.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "graph/merge.hpp"
#include "graph/slot_names.hpp"

namespace spl::graph {
namespace {

/// Deeper frames than this are drawn as part of the one around them.
constexpr std::uint32_t kMaxFrames = 64;
/// Past so many steps, silent nodes are not sorted into frames: nobody reads such a drawing.
constexpr std::size_t kMaxPlacing = 50'000'000;

/// The value of a guard that is the same everywhere, such as the way out of `while (true)`.
std::optional<bool> constant_guard(const Automaton& a, const Action& action) {
  const auto* guard = std::get_if<Guard>(&action);
  if (guard == nullptr) return std::nullopt;
  bool holds = true;
  auto at = guard->condition;
  for (; a[at].op == ExprNode::Op::logical_not; at = a[at].left) holds = !holds;
  if (a[at].op != ExprNode::Op::literal) return std::nullopt;
  return (a[at].value != 0) == holds;
}

std::vector<FlowEdge> all_edges(const Automaton& a) {
  SlotNames names(a);
  std::vector<FlowEdge> edges;
  edges.push_back({FlowEdge::Kind::start, {}, HandleId::none, a.start, {}});
  for (std::uint32_t h = 0; h < a.handles.size(); ++h) {
    edges.push_back({FlowEdge::Kind::handle, {}, HandleId{h}, a.handles[h].entry, {}});
  }
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
    const auto& node = a.nodes[i];
    if (node.kind == Node::Kind::wait) {
      edges.push_back({FlowEdge::Kind::step, NodeId{i}, HandleId::none, node.next, {}});
    }
    for (std::uint32_t e = 0; e < node.edge_count; ++e) {
      const auto& edge = a.edges[node.first_edge + e];
      const auto constant = constant_guard(a, edge.action);
      if (constant == false) continue;
      FlowEdge flow{FlowEdge::Kind::step, NodeId{i}, HandleId::none, edge.target, {}};
      auto text = constant ? std::string() : names.text(node, edge);
      if (!text.empty()) flow.labels.push_back(std::move(text));
      edges.push_back(std::move(flow));
    }
  }
  return edges;
}

class Folder {
 public:
  explicit Folder(const Automaton& a) : a_(a), edges_(all_edges(a)) {}

  /// With a graph, wait points are merged, and what is drawn as what is noted there.
  std::vector<FlowEdge> run(FlowGraph* merging) {
    constexpr int kMaxRounds = 8;
    bool merged = true;
    for (int round = 0; round < 3 || (merged && round < kMaxRounds); ++round) {
      bypass();
      merged = merging != nullptr && merge_wait_points(a_, edges_, *merging);
      absorb();
      tidy();
    }
    if (merging != nullptr) merge_arrows(edges_);
    return std::move(edges_);
  }

 private:
  [[nodiscard]] bool silent(NodeId id) const { return a_[id].kind == Node::Kind::silent; }
  [[nodiscard]] static bool is_step(const FlowEdge& e) { return e.kind == FlowEdge::Kind::step; }

  void index_edges() {
    out_.assign(a_.nodes.size(), {});
    in_.assign(a_.nodes.size(), 0);
    for (std::uint32_t i = 0; i < edges_.size(); ++i) {
      if (is_step(edges_[i])) out_[raw(edges_[i].from)].push_back(i);
      ++in_[raw(edges_[i].to)];
    }
  }

  /// Where an arrow to `id` really leads, past silent nodes with a single unlabelled way on.
  void bypass() {
    index_edges();
    std::vector<std::uint32_t> target(a_.nodes.size());
    for (std::uint32_t i = 0; i < target.size(); ++i) {
      const auto& out = out_[i];
      const bool passes = silent(NodeId{i}) && out.size() == 1 && edges_[out[0]].labels.empty();
      target[i] = passes ? raw(edges_[out[0]].to) : i;
    }
    for (auto& edge : edges_) {
      auto at = raw(edge.to);
      std::size_t steps = 0;
      while (target[at] != at && steps++ < target.size()) {
        target[at] = target[target[at]];  // halve the way for those who come after
        at = target[at];
      }
      edge.to = NodeId{at};
    }
    drop_unreached();
  }

  /// Steps out of nodes that no arrow leads to any more.
  void drop_unreached() {
    index_edges();
    std::vector<bool> reached(a_.nodes.size(), false);
    std::vector<std::uint32_t> work;
    const auto reach = [&](NodeId id) {
      if (reached[raw(id)]) return;
      reached[raw(id)] = true;
      work.push_back(raw(id));
    };
    for (const auto& edge : edges_) {
      if (!is_step(edge)) reach(edge.to);
    }
    while (!work.empty()) {
      const auto at = work.back();
      work.pop_back();
      for (const auto e : out_[at]) reach(edges_[e].to);
    }
    std::erase_if(edges_, [&](const FlowEdge& e) { return is_step(e) && !reached[raw(e.from)]; });
  }

  /// A silent node with one way in: its ways on start where that way does.
  void absorb() {
    index_edges();
    std::vector<std::uint32_t> only_in(a_.nodes.size());
    for (std::uint32_t i = 0; i < edges_.size(); ++i) only_in[raw(edges_[i].to)] = i;
    std::vector<bool> gone(edges_.size(), false);
    for (std::uint32_t n = 0; n < a_.nodes.size(); ++n) {
      if (!silent(NodeId{n}) || in_[n] != 1 || out_[n].empty()) continue;
      const auto into = edges_[only_in[n]];
      // One arrow out of a start or a handle, and no label written more than once.
      const bool single = out_[n].size() == 1;
      if (into.from == NodeId{n} || (!single && (!is_step(into) || !into.labels.empty()))) continue;
      gone[only_in[n]] = true;
      for (const auto e : out_[n]) {
        auto& edge = edges_[e];
        edge.kind = into.kind;
        edge.from = into.from;
        edge.handle = into.handle;
        edge.labels.insert(edge.labels.begin(), into.labels.begin(), into.labels.end());
        if (is_step(edge)) out_[raw(edge.from)].push_back(e);
      }
      if (is_step(into)) std::erase(out_[raw(into.from)], only_in[n]);
    }
    std::size_t at = 0;
    std::erase_if(edges_, [&](const FlowEdge&) { return gone[at++]; });
  }

  /// Drops what says nothing: arrows twice, and silent ways back to where they start.
  void tidy() {
    std::erase_if(edges_, [&](const FlowEdge& e) {
      return is_step(e) && e.from == e.to && e.labels.empty() && silent(e.from);
    });
    const auto key = [](const FlowEdge& e) {
      return std::tie(e.kind, e.from, e.handle, e.to, e.labels);
    };
    std::vector<std::uint32_t> order(edges_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto x, auto y) { return key(edges_[x]) < key(edges_[y]); });
    std::vector<bool> twice(edges_.size(), false);
    for (std::size_t i = 1; i < order.size(); ++i) {
      twice[order[i]] = key(edges_[order[i]]) == key(edges_[order[i - 1]]);
    }
    std::size_t at = 0;
    std::erase_if(edges_, [&](const FlowEdge&) { return twice[at++]; });
  }

  const Automaton& a_;
  std::vector<FlowEdge> edges_;
  std::vector<std::vector<std::uint32_t>> out_;
  std::vector<std::uint32_t> in_;
};

/// The frames, and which one each node stands in.
class Framing {
 public:
  Framing(const Automaton& a, FlowGraph& graph) : a_(a), graph_(graph) {}

  void run() {
    place_contexts();
    make_frames();
    std::vector<std::uint32_t> frame_of(a_.nodes.size(), Frame::kOutermost);
    std::vector<bool> placed(a_.nodes.size(), false);
    for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
      const auto& node = a_.nodes[i];
      if (node.kind == Node::Kind::silent || !graph_.shown[i]) continue;
      frame_of[i] =
          frame_at(node.kind == Node::Kind::wait ? node.context : ContextId::none, node.handle);
      placed[i] = true;
    }
    place_silent(frame_of, placed);
    for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
      if (!graph_.shown[i]) continue;
      auto& nodes =
          frame_of[i] == Frame::kOutermost ? graph_.outside : graph_.frames[frame_of[i]].nodes;
      nodes.push_back(NodeId{i});
    }
  }

 private:
  [[nodiscard]] std::uint32_t depth(HandleId h) const {
    std::uint32_t n = 0;
    for (; h != HandleId::none; h = a_[h].parent) ++n;
    return n;
  }
  [[nodiscard]] HandleId common(HandleId x, HandleId y) const {
    auto dx = depth(x);
    auto dy = depth(y);
    for (; dx > dy; --dx) x = a_[x].parent;
    for (; dy > dx; --dy) y = a_[y].parent;
    while (x != y) {
      x = a_[x].parent;
      y = a_[y].parent;
    }
    return x;
  }

  /// The handle block that holds each context: what the wait points it is in force at share.
  void place_contexts() {
    holder_.assign(a_.contexts.size(), HandleId::none);
    std::vector<bool> known(a_.contexts.size(), false);
    const auto meet = [&](ContextId c, HandleId h) {
      auto& holder = holder_[raw(c)];
      holder = known[raw(c)] ? common(holder, h) : h;
      known[raw(c)] = true;
    };
    for (const auto& node : a_.nodes) {
      if (node.kind == Node::Kind::wait && node.context != ContextId::none) {
        meet(node.context, node.handle);
      }
    }
    // Children have higher numbers than their parents.
    for (auto c = static_cast<std::uint32_t>(a_.contexts.size()); c-- > 0;) {
      const auto parent = a_.contexts[c].parent;
      if (parent != ContextId::none && known[c]) meet(parent, holder_[c]);
    }
  }

  [[nodiscard]] std::uint32_t frame_of_handle(HandleId h) const {
    if (h == HandleId::none) return Frame::kOutermost;
    return static_cast<std::uint32_t>(a_.contexts.size()) + raw(h);
  }
  [[nodiscard]] std::uint32_t frame_at(ContextId context, HandleId handle) const {
    if (context != ContextId::none && holder_[raw(context)] == handle) return raw(context);
    return frame_of_handle(handle);
  }

  void make_frames() {
    for (std::uint32_t c = 0; c < a_.contexts.size(); ++c) {
      const auto& context = a_.contexts[c];
      Frame frame;
      frame.kind = context.is_during ? Frame::Kind::during : Frame::Kind::allow;
      frame.context = ContextId{c};
      frame.parent = frame_at(context.parent, holder_[c]);
      graph_.frames.push_back(std::move(frame));
    }
    for (std::uint32_t h = 0; h < a_.handles.size(); ++h) {
      Frame frame;
      frame.kind = Frame::Kind::handle;
      frame.handle = HandleId{h};
      frame.parent = frame_at(a_[a_.handles[h].during].parent, a_.handles[h].parent);
      graph_.frames.push_back(std::move(frame));
    }
    for (std::uint32_t f = 0; f < graph_.frames.size(); ++f) {
      const auto parent = graph_.frames[f].parent;
      auto& siblings = parent == Frame::kOutermost ? graph_.outer : graph_.frames[parent].children;
      siblings.push_back(f);
    }
  }

  [[nodiscard]] std::vector<std::uint32_t> chain(std::uint32_t frame) const {
    std::vector<std::uint32_t> up;
    for (; frame != Frame::kOutermost && up.size() < kMaxFrames;
         frame = graph_.frames[frame].parent) {
      up.push_back(frame);
    }
    return up;
  }

  using Neighbours = std::vector<std::vector<std::uint32_t>>;

  /// The silent nodes that silent steps lead to from the placed nodes of `inside`.
  [[nodiscard]] static std::vector<bool> reach(const std::vector<std::uint32_t>& inside,
                                               const std::vector<bool>& placed,
                                               const Neighbours& next) {
    std::vector<bool> reached(next.size(), false);
    auto work = inside;
    while (!work.empty()) {
      const auto at = work.back();
      work.pop_back();
      for (const auto n : next[at]) {
        if (placed[n] || reached[n]) continue;
        reached[n] = true;
        work.push_back(n);
      }
    }
    return reached;
  }

  /// A silent node stands in the innermost frame that it is both left for and entered from.
  void place_silent(std::vector<std::uint32_t>& frame_of, const std::vector<bool>& placed) const {
    Neighbours before(a_.nodes.size());
    Neighbours after(a_.nodes.size());
    for (const auto& e : graph_.edges) {
      if (e.kind != FlowEdge::Kind::step) continue;
      after[raw(e.from)].push_back(raw(e.to));
      before[raw(e.to)].push_back(raw(e.from));
    }
    std::vector<std::vector<std::uint32_t>> inside(graph_.frames.size());
    for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
      if (!graph_.shown[i] || placed[i]) {
        for (const auto f : chain(frame_of[i])) inside[f].push_back(i);
      } else {
        frame_of[i] = frame_of_handle(a_.nodes[i].handle);
      }
    }
    if (graph_.frames.size() * (graph_.edges.size() + a_.nodes.size()) > kMaxPlacing) return;
    for (std::uint32_t f = 0; f < graph_.frames.size(); ++f) {
      const auto forward = reach(inside[f], placed, after);
      const auto backward = reach(inside[f], placed, before);
      const auto depth = chain(f).size();
      for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
        if (!forward[i] || !backward[i] || !graph_.shown[i]) continue;
        if (chain(frame_of[i]).size() < depth) frame_of[i] = f;
      }
    }
  }

  const Automaton& a_;
  FlowGraph& graph_;
  std::vector<HandleId> holder_;
};

}  // namespace

FlowGraph flow_graph(const Automaton& a, bool merge) {
  FlowGraph graph;
  graph.effects.resize(a.nodes.size());
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) graph.drawn_as.push_back(NodeId{i});
  graph.edges = Folder(a).run(merge ? &graph : nullptr);
  for (auto& drawn : graph.drawn_as) drawn = graph.box_of(drawn);
  graph.shown.assign(a.nodes.size(), false);
  for (const auto& edge : graph.edges) {
    if (edge.kind == FlowEdge::Kind::step) graph.shown[raw(edge.from)] = true;
    graph.shown[raw(edge.to)] = true;
  }
  Framing(a, graph).run();
  return graph;
}

}  // namespace spl::graph
