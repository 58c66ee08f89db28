// Internal to the passes: why an automaton has no DFA, told so that its author can act on it.
#pragma once

#include <vector>

#include "spl/dfa.hpp"

namespace spl {

/// `states` states were made when a bound was reached: `bound` itself, or that on memory. `met` are
/// the configurations met so far.
[[nodiscard]] Obstacle explain_size(const Automaton& automaton, std::size_t states,
                                    std::size_t bound,
                                    const std::vector<const Configuration*>& met);

/// The same for keep_configurations(): more of them than `bound`, or `too_many` is false and their
/// moves are too many.
[[nodiscard]] Obstacle explain_configurations(const Automaton& automaton, bool too_many,
                                              std::size_t bound,
                                              const std::vector<const Configuration*>& met);

/// A closure did not end within its limit. A loop that can pass without a statecall and changes a
/// variable without a range is to blame (endless_loop), if there is one; else it is size.
[[nodiscard]] Obstacle explain_closure(const Automaton& automaton, const TooLarge& found);

}  // namespace spl
