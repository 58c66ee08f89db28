// Mealy machines as tools for learning automata write them: GraphViz, one edge a transition,
// labelled "INPUT / OUTPUT".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/source.hpp"
#include "spl/text_error.hpp"

namespace spl {

struct MealyTransition {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string input;
  std::string output;  // all of it, blanks around it cut off
  SourceRange range;   // of the label
};

struct MealyMachine {
  std::vector<std::string> states;  // by the names of their nodes, in the order of the file
  std::uint32_t initial = 0;
  std::vector<MealyTransition> transitions;  // in the order of the file
};

inline constexpr std::size_t kMaxMealyErrors = 20;

/// Reads a machine. The initial state is `start` if given; else the target of the edge without a
/// label that leaves a node without incoming edges (`__start0 -> s0`); else the first state. A
/// label is divided at the first " / ", or else at the first '/'. After kMaxMealyErrors errors the
/// rest is not looked at.
[[nodiscard]] std::variant<MealyMachine, std::vector<TextError>> read_mealy(
    FileId file, const SourceMap& sources, std::optional<std::string_view> start = std::nullopt);

}  // namespace spl
