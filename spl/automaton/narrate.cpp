// Tells a run step by step. The interpreter is the judge of what happens; this only says where in
// the policy it happened.
#include "spl/narrate.hpp"

#include <algorithm>
#include <set>

namespace spl {

std::string VariableValue::text() const {
  std::string out;
  for (const auto v : values) {
    if (!out.empty()) out += " or ";
    out += is_bool ? (v != 0 ? "true" : "false") : std::to_string(v);
  }
  return out;
}

namespace {

VariableValue blank(const Automaton& automaton, VarId variable) {
  VariableValue value;
  value.automaton = automaton.id;
  value.variable = variable;
  value.name = automaton.name + "." + automaton[variable].name;
  value.is_bool = automaton[variable].type == ast::Type::boolean;
  return value;
}

/// The wait points that silent moves may lead to, whatever the guards say.
std::vector<NodeId> first_waits(const Automaton& automaton, NodeId from) {
  std::vector<NodeId> waits;
  std::set<NodeId> seen{from};
  std::vector<NodeId> open{from};
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    const auto& node = automaton[at];
    if (node.kind == Node::Kind::wait) waits.push_back(at);
    if (node.kind != Node::Kind::silent) continue;
    for (std::uint32_t e = 0; e < node.edge_count; ++e) {
      const auto target = automaton[EdgeId{node.first_edge + e}].target;
      if (seen.insert(target).second) open.push_back(target);
    }
  }
  return waits;
}

}  // namespace

std::vector<VariableValue> initial_values(const Program& program) {
  std::vector<VariableValue> all;
  for (const auto& automaton : program.automata) {
    for (std::uint32_t v = 0; v < automaton.parameters; ++v) {
      all.push_back(blank(automaton, VarId{v}));
      all.back().values.push_back(automaton.variables[v].initial);
    }
  }
  return all;
}

Narrator::Narrator(const Program& program)
    : program_(&program), interpreter_(program), entrances_(program.automata.size()) {
  for (std::size_t a = 0; a < program.automata.size(); ++a) {
    const auto& automaton = program.automata[a];
    for (std::uint32_t h = 0; h < automaton.handles.size(); ++h) {
      for (const auto id : first_waits(automaton, automaton.handles[h].entry)) {
        entrances_[a].push_back({HandleId{h}, automaton[id].statecall, automaton[id].range});
      }
    }
    std::sort(entrances_[a].begin(), entrances_[a].end());
  }
}

void Narrator::consumers(const Automaton& automaton, const Configuration& from, StatecallId s,
                         std::vector<SourceRange>& out) const {
  const auto& node = automaton[from.at];
  if (node.kind == Node::Kind::wait && node.statecall == s) out.push_back(node.range);
  const auto& entrances = entrances_[index(automaton.id)];
  for (auto c = node.context; c != ContextId::none; c = automaton[c].parent) {
    const auto& context = automaton[c];
    const auto& allowed = context.allowed;
    if (std::binary_search(allowed.begin(), allowed.end(), s)) out.push_back(context.range);
    for (const auto handle : context.handles) {
      const Entrance least{handle, s, SourceRange{FileId{0}, 0, 0}};
      for (auto at = std::lower_bound(entrances.begin(), entrances.end(), least);
           at != entrances.end() && at->handle == handle && at->statecall == s; ++at) {
        out.push_back(at->range);
      }
    }
  }
}

void Narrator::add_places(std::uint32_t a, StatecallId s, std::vector<Place>& out) const {
  const auto& automaton = program_->automata[a];
  const Stepper stepper(automaton);
  std::vector<SourceRange> ranges;
  for (const auto& from : interpreter_.configurations(automaton.id)) {
    if (stepper.tick_one(from, s).configurations.empty()) continue;
    consumers(automaton, from, s, ranges);
  }
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  for (const auto& range : ranges) out.push_back({automaton.id, range});
}

Interpreter::Verdict Narrator::tick(StatecallId s, TraceStep& step) {
  step = {};
  step.statecall = s;
  std::vector<Place> places;
  const auto& moving = program_->mentioned_by[index(s)];
  for (const auto id : moving) add_places(index(id), s, places);
  auto verdict = interpreter_.tick(s);
  if (verdict.outcome != Interpreter::Outcome::accepted) return verdict;
  step.places = std::move(places);
  for (const auto id : moving) {
    for (std::uint32_t v = 0; v < program_->automata[index(id)].parameters; ++v) {
      step.variables.push_back(value(id, VarId{v}));
    }
  }
  return verdict;
}

VariableValue Narrator::value(AutomatonId id, VarId variable) const {
  const auto& automaton = program_->automata[index(id)];
  auto result = blank(automaton, variable);
  auto& all = result.values;
  for (const auto& c : interpreter_.configurations(id)) all.push_back(c.values[raw(variable)]);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.empty()) all.push_back(automaton[variable].initial);
  return result;
}

}  // namespace spl
