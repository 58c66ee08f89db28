// Internal to lowering: which statecalls an automaton's text mentions.
#pragma once

#include <vector>

#include "spl/sema.hpp"

namespace spl {

/// Everything that the text of the automaton and of the functions it calls mentions, reachable or
/// not; ascending, each once.
[[nodiscard]] std::vector<StatecallId> alphabet_of(const CheckedPolicy& policy,
                                                   const ast::Routine& automaton);

}  // namespace spl
