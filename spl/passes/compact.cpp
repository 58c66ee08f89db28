// Dead code: drops what no path reaches, renumbers nodes in the order of a depth-first walk, so
// that numbers follow the text, and marks where ways meet: the stepper relies on every cycle of
// silent moves having such a node.
#include <algorithm>

#include "spl/automaton.hpp"

namespace spl {
namespace {

constexpr std::uint32_t kDropped = 0xffffffffU;

class Compactor {
 public:
  explicit Compactor(Automaton& automaton) : a_(automaton) {}

  void run() {
    nodes_.assign(a_.nodes.size(), kDropped);
    contexts_.assign(a_.contexts.size(), kDropped);
    handles_.assign(a_.handles.size(), kDropped);
    walk();
    if (nodes_[raw(a_.final_node)] == kDropped) visit(a_.final_node);
    renumber_nodes();
    renumber_contexts();
    mark_joins();
  }

 private:
  void visit(NodeId id) {
    if (nodes_[raw(id)] != kDropped) return;
    nodes_[raw(id)] = static_cast<std::uint32_t>(order_.size());
    order_.push_back(id);
  }

  void push(NodeId id) {
    if (nodes_[raw(id)] == kDropped) stack_.push_back(id);
  }

  void walk() {
    stack_.push_back(a_.start);
    while (!stack_.empty()) {
      const auto id = stack_.back();
      stack_.pop_back();
      if (nodes_[raw(id)] != kDropped) continue;
      visit(id);
      const auto& node = a_[id];
      if (node.kind == Node::Kind::wait) {
        // Contexts come off the stack after the body's own nodes.
        keep_contexts(node.context);
        push(node.next);
      }
      for (auto e = node.first_edge + node.edge_count; e-- > node.first_edge;) {
        push(a_.edges[e].target);
      }
    }
  }

  /// The contexts in force at a reached wait point, and the handles that may fire there.
  void keep_contexts(ContextId id) {
    for (; id != ContextId::none && contexts_[raw(id)] == kDropped; id = a_[id].parent) {
      contexts_[raw(id)] = 0;  // numbered later
      for (auto h = a_[id].handles.rbegin(); h != a_[id].handles.rend(); ++h) {
        handles_[raw(*h)] = 0;
        push(a_[*h].entry);
      }
    }
  }

  void renumber_nodes() {
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    nodes.reserve(order_.size());
    for (const auto id : order_) {
      auto node = a_[id];
      const auto first = static_cast<std::uint32_t>(edges.size());
      for (std::uint32_t e = 0; e < node.edge_count; ++e) {
        edges.push_back(a_.edges[node.first_edge + e]);
        edges.back().target = map(edges.back().target);
      }
      node.first_edge = first;
      if (node.kind == Node::Kind::wait) node.next = map(node.next);
      nodes.push_back(node);
    }
    a_.nodes = std::move(nodes);
    a_.edges = std::move(edges);
    a_.start = map(a_.start);
    a_.final_node = map(a_.final_node);
  }

  void renumber_contexts() {
    std::uint32_t next = 0;
    for (auto& c : contexts_) c = c == kDropped ? kDropped : next++;
    next = 0;
    for (auto& h : handles_) h = h == kDropped ? kDropped : next++;
    const auto context = [&](ContextId id) {
      return id == ContextId::none ? id : ContextId{contexts_[raw(id)]};
    };
    const auto handle = [&](HandleId id) {
      return id == HandleId::none ? id : HandleId{handles_[raw(id)]};
    };
    std::vector<Context> contexts;
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      if (contexts_[i] == kDropped) continue;
      auto& c = contexts.emplace_back(std::move(a_.contexts[i]));
      c.parent = context(c.parent);
      for (auto& h : c.handles) h = handle(h);
      std::erase_if(c.resume_points, [&](NodeId n) { return nodes_[raw(n)] == kDropped; });
      for (auto& n : c.resume_points) n = map(n);
      std::sort(c.resume_points.begin(), c.resume_points.end());
    }
    std::vector<HandleBlock> handles;
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      if (handles_[i] == kDropped) continue;
      auto& h = handles.emplace_back(a_.handles[i]);
      h.parent = handle(h.parent);
      h.during = context(h.during);
      h.entry = map(h.entry);
    }
    a_.contexts = std::move(contexts);
    a_.handles = std::move(handles);
    for (auto& node : a_.nodes) {
      // A silent node may stand in a context none of whose wait points is reached.
      const bool needs_context = node.kind == Node::Kind::wait || node.kind == Node::Kind::resume;
      node.context = needs_context ? context(node.context) : ContextId::none;
      node.handle = handle(node.handle);
    }
  }

  void mark_joins() {
    std::vector<bool> entered(a_.nodes.size(), false);
    const auto enter = [&](NodeId id) {
      if (entered[raw(id)]) a_.nodes[raw(id)].join = true;
      entered[raw(id)] = true;
    };
    for (auto& node : a_.nodes) node.join = false;
    enter(a_.start);
    for (const auto& edge : a_.edges) enter(edge.target);
    for (const auto& node : a_.nodes) {
      if (node.kind == Node::Kind::wait) enter(node.next);
    }
    for (const auto& handle : a_.handles) enter(handle.entry);
  }

  [[nodiscard]] NodeId map(NodeId id) const { return NodeId{nodes_[raw(id)]}; }

  Automaton& a_;
  std::vector<std::uint32_t> nodes_;
  std::vector<std::uint32_t> contexts_;
  std::vector<std::uint32_t> handles_;
  std::vector<NodeId> order_;
  std::vector<NodeId> stack_;
};

}  // namespace

void compact(Automaton& automaton) {
  Compactor(automaton).run();
}

}  // namespace spl
