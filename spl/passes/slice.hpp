// Internal to the passes: which slots can matter.
#pragma once

#include <vector>

#include "spl/automaton.hpp"

namespace spl {

/// A copy of the automaton in which every slot that cannot influence acceptance is held at its
/// start value 0: none of its values reaches a guard, a checked or faulting assignment, or a slot
/// in `observed`.
[[nodiscard]] Automaton slice(const Automaton& automaton, const std::vector<VarId>& observed);

}  // namespace spl
