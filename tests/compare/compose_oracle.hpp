// The reference for `splc compose`: what docs/comparing.md says, followed literally on two
// interpreters and two queues, breadth first. For small policies.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "spl/automaton.hpp"
#include "spl/compose.hpp"

namespace spl::test {

/// Per failure (in the order of kComposeFailures): the length of a shortest run to it, if any.
struct ComposeAnswers {
  std::array<std::optional<std::uint64_t>, 4> shortest;
  std::uint64_t states = 0;
};

/// Pairs by names alone. nullopt: too many states, or a role sends what the other does not mention.
[[nodiscard]] std::optional<ComposeAnswers> explore_composition(const Program& client,
                                                                const Program& server,
                                                                const ComposeOptions& options,
                                                                std::uint64_t max_states);

}  // namespace spl::test
