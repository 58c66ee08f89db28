// Internal: the nodes of a drawing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "graph/flow_graph.hpp"
#include "graph/legend.hpp"
#include "graph/palette.hpp"
#include "graph/taken.hpp"
#include "spl/graph.hpp"

namespace spl::graph {

/// Of one automaton. What it refers to must outlive it.
struct Picture {
  const Program& program;
  const Automaton& automaton;
  const SourceMap& sources;
  const GraphStyle& style;
  const FlowGraph& graph;
  const Taken& taken;
};

/// "ping.spl:12", or nothing.
[[nodiscard]] std::string place(const SourceMap& sources, SourceRange range);

class Boxes {
 public:
  /// Notes in `signs` what occurs.
  Boxes(const Picture& picture, std::set<Sign>& signs);

  /// The statement that draws a shown node.
  [[nodiscard]] std::string node(NodeId n);
  /// The wait points in a box, ascending.
  [[nodiscard]] const std::vector<NodeId>& members(NodeId n) const { return members_[raw(n)]; }
  /// A row of the automaton's title: by which of its reasons it refuses the run's next step.
  [[nodiscard]] std::string refusal_note() const;

 private:
  [[nodiscard]] const char* hex(Colour c) const { return shade(c, style_.theme); }
  [[nodiscard]] std::string wait_box(NodeId n);
  [[nodiscard]] std::string row(NodeId n);
  [[nodiscard]] std::string end_mark(NodeId n) const;
  [[nodiscard]] std::string tooltip(NodeId n) const;
  [[nodiscard]] bool consumed(NodeId n) const;
  [[nodiscard]] bool is_here(NodeId n) const;
  [[nodiscard]] bool refuses(NodeId n) const;

  const Program& p_;
  const Automaton& a_;
  const SourceMap& sources_;
  const GraphStyle& style_;
  const FlowGraph& graph_;
  const Taken& taken_;
  std::set<Sign>& signs_;
  std::vector<std::vector<NodeId>> members_;
  const Interpreter::AutomatonRefusal* refusal_ = nullptr;
};

}  // namespace spl::graph
