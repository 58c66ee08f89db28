// Internal: what a run takes of a drawing.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/flow_graph.hpp"
#include "spl/graph.hpp"

namespace spl::graph {

/// At which steps, in ascending order: how many, and the first few of them.
struct StepList {
  static constexpr std::size_t kKept = 4;
  std::uint32_t count = 0;
  std::uint32_t last = 0;
  std::vector<std::uint32_t> first;

  /// Step 0 is the start: it is taken, but has no number.
  void add(std::uint32_t step);
  /// "1, 4, 9"; "1, 4, 9, 12, ... (37 times)"; empty for the start alone.
  [[nodiscard]] std::string text() const;
};

struct Taken {
  /// An arrow: from a shown node, the start, or into a handle block.
  struct Way {
    FlowEdge::Kind kind{};
    std::uint32_t from = 0;  // node or handle; start: 0
    NodeId to{};
    friend auto operator<=>(const Way&, const Way&) = default;
  };
  std::map<Way, StepList> ways;
  std::map<NodeId, StepList> consumed;    // wait points
  std::map<ContextId, StepList> allowed;  // always_allow
  std::set<NodeId> ends;                  // where it waits in the end
};

/// `moves` is the run of `automaton`. Alternatives that the automaton followed for a while, but not
/// to the end of the run, are left out.
[[nodiscard]] Taken taken_by(const Automaton& automaton, const FlowGraph& graph,
                             const GraphRun::Moves& moves);

}  // namespace spl::graph
