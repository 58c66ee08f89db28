// Internal: what the signs of a drawing mean.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "spl/graph.hpp"

namespace spl::graph {

/// In the order of the legend.
enum class Sign : std::uint8_t {
  start,
  wait,
  several,
  effect,
  guard,
  choice,
  end,
  abort,
  allow,
  during,
  handle,
  resume,
  taken,
  here,
  refused
};

/// An HTML-like label that explains these signs.
[[nodiscard]] std::string legend(const std::set<Sign>& signs, GraphStyle::Theme theme);

}  // namespace spl::graph
