// What the debugger's process knows of the policies: names, and which numbers exist.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "debugger/records.hpp"

namespace ssh::debugger {

struct PolicyFacts {
  std::string_view name;  // as readers of the stream know it
  std::uint32_t automata = 0;
  std::uint32_t statecalls = 0;
  std::string_view (*automaton)(std::uint32_t) = nullptr;
  std::string_view (*statecall)(std::uint32_t) = nullptr;
  /// Whether that automaton has such a state.
  bool (*has_state)(std::uint32_t automaton, std::uint32_t state) = nullptr;
};

const PolicyFacts& facts(Policy policy);

/// The descriptions (docs/debugger.md) that the program was built with: name -> JSON.
std::map<std::string, std::string> descriptions();

}  // namespace ssh::debugger
