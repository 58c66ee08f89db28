// Internal: how an automaton's location and variables change by one statecall.
#pragma once

#include <string>
#include <vector>

#include "model.hpp"

namespace spl::promela {

/// States that one list of assignments takes where they have to go.
struct MoveGroup {
  std::vector<std::uint32_t> from;  // ascending
  std::string body;                 // "" if they stay
};

/// The moves of automaton `a` by a statecall, taking target number `choice` of each row that has so
/// many. Few groups: by common target, or by common difference, whichever needs fewer.
[[nodiscard]] std::vector<MoveGroup> group_moves(const Model& model, std::size_t a,
                                                 const std::vector<Row>& rows, std::size_t choice);

/// The groups as PROMELA statements, each line ended; "" if all stay.
[[nodiscard]] std::string print_moves(const Model& model, std::size_t a,
                                      const std::vector<MoveGroup>& groups);

/// Assignments that take automaton `a` to `target` from anywhere.
[[nodiscard]] std::string assign_all(const Model& model, std::size_t a, std::uint32_t target);

}  // namespace spl::promela
