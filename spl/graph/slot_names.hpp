// Guards and assignments with the names that the policy uses at that place: parameters of calls and
// counters of loops that are never active together share a slot, whose own name is made up of all
// of theirs.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "spl/automaton.hpp"

namespace spl::graph {

class SlotNames {
 public:
  explicit SlotNames(const Automaton& automaton);

  /// What an edge of `from` does; empty if that is no news to a reader (a copy of a variable to one
  /// of the same name, a slot that is given up).
  [[nodiscard]] std::string text(const Node& from, const Edge& edge);

 private:
  void name_params(CallId call);

  const Automaton& automaton_;
  Automaton named_;  // a copy whose variables are renamed for a moment
  std::vector<Variable> outside_calls_;
  std::multimap<std::pair<CallId, SourceRange>, CallId> calls_at_;  // by caller and call statement
};

}  // namespace spl::graph
