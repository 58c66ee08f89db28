// Printing a policy as a PROMELA model (language.md sections 7 and 8).
//
// The model has one location variable per automaton and one option per statecall, which moves all
// automata that have it in one atomic step. Its behaviour is that of observe() (spl/dfa.hpp): the
// printer lays out and computes nothing. How models look is described in docs/verification.md.
#pragma once

#include <string>
#include <variant>

#include "spl/automaton.hpp"
#include "spl/dfa.hpp"
#include "spl/property.hpp"
#include "spl/source.hpp"

namespace spl::promela {

/// Why a policy or a property has no (finite) model: what observe() said of one automaton.
struct ModelError {
  std::string message;  // one line
  std::string hint;     // may be empty
  SourceRange where;
};

/// The whole policy with every property as a claim of that property's name:
/// `spin -search -ltl NAME model.pml` checks one by hand.
[[nodiscard]] std::variant<std::string, ModelError> print_model(
    const Program& program, const SourceMap& sources, std::size_t state_bound = kDefaultStateBound);

/// The model that verify() builds for one property: only the variables and statecalls which that
/// property reads are kept. The property need not be one of the program's (--ltl).
[[nodiscard]] std::variant<std::string, ModelError> print_model(
    const Program& program, const SourceMap& sources, const Property& property,
    std::size_t state_bound = kDefaultStateBound);

}  // namespace spl::promela
