// What each transition of a learned machine announces, by the map of its symbols.
#pragma once

#include <vector>

#include "spl/maps.hpp"
#include "spl/mealy.hpp"
#include "spl/text_error.hpp"

namespace spl {

/// Any one of these sequences of statecalls.
using Choice = std::vector<std::vector<StatecallId>>;

struct SymbolStep {
  Choice input;
  std::vector<Choice> outputs;  // one after the other
  bool refusal = false;         // the machine says that it has not taken the input
  bool unsent = false;          // nothing happened
};

/// One for every transition of the machine. Symbols without a meaning are errors, each once, where
/// it first stands.
[[nodiscard]] std::vector<SymbolStep> symbol_steps(const MealyMachine& machine,
                                                   const SymbolMap& map,
                                                   std::vector<TextError>& errors);

}  // namespace spl
