// The control flow of automata as DOT, to be drawn by Graphviz's dot: folded to what a person wants
// to see, and with ids by which the parts of the drawing are found again in its SVG.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/source.hpp"

namespace spl {

/// An arrow of a drawing. In the SVG it is the group whose id is `id`: "edge.AUTOMATON.K", K from 0
/// within each automaton. A node N of an automaton is the group "node.AUTOMATON.N"; the dot that an
/// automaton starts from is "node.AUTOMATON.start".
struct GraphEdge {
  std::string id;
  AutomatonId automaton{};
  /// nullopt: from the start. An arrow into a handle block begins at some node that its during
  /// covers; it can be taken from all of them.
  std::optional<NodeId> from;
  NodeId to{};
  /// What is consumed by going this way: that of the wait point it leaves. nullopt: nothing.
  std::optional<StatecallId> statecall;
};

struct GraphDrawing {
  std::string dot;               // one digraph
  std::vector<GraphEdge> edges;  // by automaton as asked for, then by K
};

/// Draws some automata of a program, in this order. Deterministic; equal arguments give equal
/// texts. Silent nodes that say nothing are left out, so not every node of an automaton is in the
/// drawing; every wait point that a run can come to is.
[[nodiscard]] GraphDrawing draw_graph(const Program& program,
                                      const std::vector<AutomatonId>& automata,
                                      const SourceMap& sources);

}  // namespace spl
