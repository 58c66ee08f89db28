// Internal: models of a part of the automata.
//
// A property that a finite prefix of a run can violate (or witness) is searched for in a model of
// only those automata that it reads. The others are taken to accept everything at any time, so the
// model has every run of the policy, moment by moment, and more: that nothing is found proves the
// property of the policy. A run that is found counts only if the interpreter, which has all
// automata, accepts it; otherwise the question is asked of the whole policy. Properties of endless
// runs always are: an automaton that is left out may be the reason why a run must go on, or end.
#pragma once

#include <vector>

#include "model.hpp"

namespace spl::promela {

/// Which automata the formula does not read: neither a variable, nor `finished`, nor a statecall of
/// theirs. Empty if it reads all.
[[nodiscard]] std::vector<bool> not_read(const Program& program, const ResolvedFormula& formula);

/// What stands for an automaton that is left out: one state, which accepts those of its statecalls
/// that an automaton of the model has too. All others are the option `other` of the model.
[[nodiscard]] ObservedAutomaton anything(const Program& program, AutomatonId automaton,
                                         const std::vector<bool>& left_out);

}  // namespace spl::promela
