// Coverage of nodes and edges, turned into coverage of the text.
#include "passes/lint_reach.hpp"

namespace spl::lints {

void Reach::add(const Automaton& a, const Coverage* coverage) {
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
    const auto& node = a.nodes[i];
    if (coverage != nullptr && !coverage->nodes[i]) continue;
    statements_.insert({node.range, 0});
    for (std::uint32_t e = 0; e < node.edge_count; ++e) {
      const auto& edge = a.edges[node.first_edge + e];
      if (!std::holds_alternative<Guard>(edge.action)) continue;
      if (coverage != nullptr && !coverage->edges[node.first_edge + e]) continue;
      guards_.insert({edge.range, e});
    }
  }
  for (std::uint32_t h = 0; h < a.handles.size(); ++h) {
    const auto range = a.handles[h].range;
    if (coverage == nullptr || coverage->handles[h]) fired_.insert({range, 0});
    if (coverage != nullptr && coverage->passed[h]) passed_.insert({range, 0});
  }
}

}  // namespace spl::lints
