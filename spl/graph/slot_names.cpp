// SlotNames: puts the names of the calls around a place over the slots, prints, and takes them off.
#include "graph/slot_names.hpp"

#include <algorithm>

namespace spl::graph {
namespace {

/// Copying a variable to a parameter of the same name, or back.
bool same_name(const Automaton& a, const Assign& assign) {
  const auto& value = a[assign.value];
  return value.op == ExprNode::Op::variable && a[value.variable].name == a[assign.target].name;
}

}  // namespace

SlotNames::SlotNames(const Automaton& automaton) : automaton_(automaton) {
  // Only what printing needs.
  named_.variables = automaton.variables;
  named_.exprs = automaton.exprs;
  // Where no call around has the slot, it counts.
  for (auto i = automaton.parameters; i < named_.variables.size(); ++i) {
    named_.variables[i].name = "repetitions";
  }
  outside_calls_ = named_.variables;
  for (std::uint32_t i = 0; i < automaton.calls.size(); ++i) {
    calls_at_.emplace(std::pair(automaton.calls[i].parent, automaton.calls[i].range), CallId{i});
  }
}

void SlotNames::name_params(CallId id) {
  const auto& call = automaton_.calls[raw(id)];
  for (std::size_t i = 0; i < call.params.size(); ++i) {
    auto& variable = named_.variables[raw(call.params[i])];
    variable.name = call.routine->params[i].name.text;
    variable.type = call.routine->params[i].type;
  }
}

std::string SlotNames::text(const Node& from, const Edge& edge) {
  const auto* assign = std::get_if<Assign>(&edge.action);
  if (assign == nullptr && !std::holds_alternative<Guard>(edge.action)) return {};
  std::vector<CallId> scope;
  for (auto call = from.call; call != CallId::none; call = automaton_.calls[raw(call)].parent) {
    scope.push_back(call);
  }
  if (assign != nullptr) {  // passing arguments concerns the call's own parameters, too
    const auto [first, last] = calls_at_.equal_range({from.call, from.range});
    for (auto it = first; it != last; ++it) scope.push_back(it->second);
  }
  for (const auto call : scope) name_params(call);
  std::string result;
  if (assign == nullptr || !same_name(named_, *assign)) result = to_string(named_, edge.action);
  for (const auto call : scope) {
    for (const auto slot : automaton_.calls[raw(call)].params) {
      named_.variables[raw(slot)] = outside_calls_[raw(slot)];
    }
  }
  return result;
}

}  // namespace spl::graph
