// The situations of a policy: the states of the monitors' DFAs, and which values the parameters can
// have in them.
#include <algorithm>
#include <deque>
#include <set>

#include "spl/debug/view.hpp"

namespace spl::debug {
namespace {

std::vector<VarId> parameters(const Automaton& automaton) {
  std::vector<VarId> all;
  for (std::uint32_t v = 0; v < automaton.parameters; ++v) all.push_back(VarId{v});
  return all;
}

/// The values of a parameter in some configurations. Empty if there are too many.
class Values {
 public:
  void add(std::int32_t value) {
    if (values_.size() <= kMaxValues) values_.insert(value);
  }
  [[nodiscard]] std::vector<std::int32_t> list() const {
    if (values_.size() > kMaxValues) return {};
    return {values_.begin(), values_.end()};
  }

 private:
  std::set<std::int32_t> values_;
};

/// Walks the DFA together with one that keeps all parameters apart: which values can be there when
/// the first is in a state.
std::vector<std::vector<Values>> values_of(const Automaton& automaton, const Dfa& dfa,
                                           const SubsetAutomaton& full) {
  std::vector<std::vector<Values>> values(dfa.states.size(),
                                          std::vector<Values>(automaton.parameters));
  // A state of the second belongs to one of the first.
  std::vector<bool> seen(full.dfa.states.size());
  std::deque<std::pair<std::uint32_t, std::uint32_t>> todo{{0, 0}};
  seen[0] = true;
  while (!todo.empty()) {
    const auto [state, fine] = todo.front();
    todo.pop_front();
    for (const auto& configuration : full.sets[fine]) {
      for (std::uint32_t v = 0; v < automaton.parameters; ++v) {
        values[state][v].add(configuration.values[v]);
      }
    }
    for (const auto& move : full.dfa.states[fine].transitions) {
      const auto next = dfa.next(state, move.statecall);
      if (!next || seen[move.target]) continue;
      seen[move.target] = true;
      todo.emplace_back(*next, move.target);
    }
  }
  return values;
}

std::optional<NumberedAutomaton> numbered(const Automaton& automaton, std::size_t state_bound) {
  const auto subset = determinise(automaton, state_bound);
  const auto* found = std::get_if<SubsetAutomaton>(&subset);
  if (found == nullptr) return std::nullopt;
  NumberedAutomaton out{minimise(found->dfa, Preserve::wait_points), {}};
  // All values apart may be too many; then they are not known.
  const auto fine = determinise(automaton, state_bound, parameters(automaton));
  std::vector<std::vector<Values>> values(out.dfa.states.size(),
                                          std::vector<Values>(automaton.parameters));
  if (const auto* full = std::get_if<SubsetAutomaton>(&fine)) {
    values = values_of(automaton, out.dfa, *full);
  }
  for (std::size_t i = 0; i < out.dfa.states.size(); ++i) {
    const auto& state = out.dfa.states[i];
    Situation situation{state.waiting, {}, {}, state.finished};
    for (const auto& move : state.transitions) situation.allowed.push_back(move.statecall);
    for (const auto& one : values[i]) situation.values.push_back(one.list());
    out.situations.push_back(std::move(situation));
  }
  return out;
}

bool leaves_values_open(const NumberedAutomaton& automaton) {
  return std::ranges::any_of(automaton.situations, [](const Situation& situation) {
    return std::ranges::any_of(situation.values,
                               [](const auto& values) { return values.size() != 1; });
  });
}

}  // namespace

PolicyView::PolicyView(const CheckedPolicy& policy, const Program& program,
                       const SourceMap& sources, std::size_t state_bound, Numbers numbers)
    : policy_(&policy), program_(&program), sources_(&sources) {
  for (const auto& automaton : program.automata) {
    auto& added = automata_.emplace_back(numbered(automaton, state_bound));
    if (numbers == Numbers::values && added && leaves_values_open(*added)) added.reset();
  }
}

Situation PolicyView::situation(AutomatonId id, const ConfigurationSet& set) const {
  const auto& automaton = program_->automata[index(id)];
  Situation out;
  for (const auto& configuration : set) {  // ascending by node
    if (out.nodes.empty() || out.nodes.back() != configuration.at) {
      out.nodes.push_back(configuration.at);
    }
  }
  for (std::uint32_t v = 0; v < automaton.parameters; ++v) {
    Values values;
    for (const auto& configuration : set) values.add(configuration.values[v]);
    out.values.push_back(values.list());
  }
  for (const auto& [statecall, result] : Stepper(automaton).all_ticks(set)) {
    if (!result.refusal && !result.too_large) out.allowed.push_back(statecall);
  }
  out.finished = is_finished(automaton, set);
  return out;
}

// ---- runs
// ----------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kMaxKept = 8U << 20U;  // values of all configurations that are remembered

}  // namespace

Numbering::Numbering(const PolicyView& view, Announce announce)
    : view_(&view),
      announce_(std::move(announce)),
      known_(view.automata().size()),
      next_(view.automata().size()) {}

std::optional<std::uint32_t> Numbering::number(AutomatonId automaton, const ConfigurationSet& set) {
  auto& known = known_[index(automaton)];
  if (const auto found = known.find(set); found != known.end()) return found->second;
  const auto slots = view_->program().automata[index(automaton)].variables.size();
  const auto size = set.size() * (slots + 1) + 1;
  if (values_ + size > kMaxKept) return std::nullopt;
  values_ += size;
  auto& next = next_[index(automaton)];
  const bool fine = announce_(automaton, next, view_->situation(automaton, set));
  const auto id = fine ? std::optional(next++) : std::nullopt;
  known.emplace(set, id);
  return id;
}

Follower::Follower(const PolicyView& view, Numbering& numbering)
    : view_(&view),
      numbering_(&numbering),
      interpreter_(view.program()),
      states_(view.automata().size(), 0) {
  for (std::uint32_t a = 0; a < states_.size(); ++a) {
    if (!view_->automata()[a]) look(AutomatonId{a});
  }
}

Interpreter::Verdict Follower::tick(StatecallId statecall) {
  auto verdict = interpreter_.tick(statecall);
  if (verdict.outcome != Interpreter::Outcome::accepted) return verdict;
  for (const auto id : view_->program().mentioned_by[index(statecall)]) {
    auto& state = states_[index(id)];
    const auto& numbered = view_->automata()[index(id)];
    if (!numbered) {
      look(id);
    } else if (const auto next = numbered->dfa.next(state, statecall)) {
      state = *next;
    }
  }
  return verdict;
}

void Follower::look(AutomatonId automaton) {
  states_[index(automaton)] =
      numbering_->number(automaton, interpreter_.configurations(automaton)).value_or(0xffffffffU);
}

}  // namespace spl::debug
