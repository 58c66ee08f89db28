// Internal: whether a drawing goes to the right or down.
#pragma once

#include <vector>

#include "graph/flow_graph.hpp"
#include "spl/graph.hpp"

namespace spl::graph {

/// By a rough estimate of both layouts: names are long, so that much of a policy's shape is not
/// what its drawing has.
[[nodiscard]] bool goes_down(const Program& program, const std::vector<AutomatonId>& automata,
                             const std::vector<FlowGraph>& graphs, const GraphStyle& style);

}  // namespace spl::graph
