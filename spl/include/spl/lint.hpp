// The lints that need the automata: what no run reaches (diagnostics 45, 103-107, 111, 113).
#pragma once

#include <functional>

#include "spl/automaton.hpp"
#include "spl/diagnostic.hpp"

namespace spl {

/// Bounds on the exploration behind the lints; past them a lint that would need more says nothing.
struct LintLimits {
  std::size_t states_per_automaton = 65'536;
  std::uint64_t joint_states = 200'000;
  /// Asked before each automaton and before they are taken together, if there is one: once it says
  /// true, nothing more is explored, and what was reported is a part only.
  std::function<bool()> stopped;
};

/// Reports to `diagnostics`. endless_silent_loop is an error; the rest are warnings.
void lint(const Program& program, const CheckedPolicy& policy, Diagnostics& diagnostics,
          const LintLimits& limits = {});

}  // namespace spl
