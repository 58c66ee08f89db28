// What the lints claim of a policy, against what the oracle has seen of it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "pipeline.hpp"

namespace spl::test {

/// What a complete walk of a policy's joint states has met.
struct Seen {
  std::set<std::string> accepted;     // statecalls
  std::set<std::uint32_t> finished;   // automata
  std::set<std::uint32_t> dead;       // automata whose start violates
  std::set<std::uint32_t> waited_at;  // where statements begin in the text
};

/// Runs the lints. Empty if none of them says that something never happens which has been seen, and
/// if they miss no automaton that never finishes.
[[nodiscard]] std::string false_claim(const Compiled& compiled, const Seen& seen);

}  // namespace spl::test
