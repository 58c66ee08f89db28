// Internal: shortest endless runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model.hpp"

namespace spl::promela {

/// An endless run as the model would print it: lines, of which those from `loop` on repeat.
struct Lasso {
  std::vector<std::string> lines;
  std::size_t loop = 0;
};

struct LassoSearch {
  bool complete = false;  // what was found is shortest; nothing found means that there is none
  std::optional<Lasso> lasso;
};

/// The shortest run (steps until it repeats, and of the repetition) that the claim accepts.
[[nodiscard]] LassoSearch shortest_lasso(const Model& model, const Claim& claim);

}  // namespace spl::promela
