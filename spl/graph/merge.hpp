// Internal: wait points that are drawn as one.
#pragma once

#include <vector>

#include "graph/flow_graph.hpp"

namespace spl::graph {

/// Says an arrow's assignments in the box that it alone leaves, then puts wait points between the
/// same places into one box: in the same frame, entered from the same places under the same labels,
/// and left for the same places. Wherever one of them is waited at, all are. The edges of all but
/// one are dropped. True if anything was merged.
bool merge_wait_points(const Automaton& a, std::vector<FlowEdge>& edges, FlowGraph& graph);
/// One arrow instead of several between the same places; its labels are joined by "or".
void merge_arrows(std::vector<FlowEdge>& edges);

}  // namespace spl::graph
