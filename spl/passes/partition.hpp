// Internal to the passes: partition refinement.
#pragma once

#include <cstdint>
#include <vector>

namespace spl {

/// A labelled edge of a graph over dense node numbers.
struct LabelledEdge {
  std::uint32_t from = 0;
  std::uint32_t label = 0;
  std::uint32_t to = 0;
};

/// The coarsest refinement of `classes` (dense numbers, one per node) in which any two nodes of one
/// class have, for every label, edges to the same set of classes: Myhill-Nerode equivalence if the
/// graph is deterministic, bisimilarity if not. O(m log n) in the deterministic case (Hopcroft's
/// smaller half, as in Valmari and Lehtinen, "Efficient minimization of DFAs with partial
/// transition functions", STACS 2008). Returns the class of each node; numbers are dense, their
/// order is not meaningful.
[[nodiscard]] std::vector<std::uint32_t> refine(std::vector<std::uint32_t> classes,
                                                std::vector<LabelledEdge> edges,
                                                bool deterministic);

}  // namespace spl
