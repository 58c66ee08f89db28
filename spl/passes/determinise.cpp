// Subset construction: states are sets of configurations, register values folded in.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>

#include "passes/slice.hpp"
#include "spl/dfa.hpp"

namespace spl {

std::optional<std::uint32_t> Dfa::next(std::uint32_t state, StatecallId s) const {
  const auto& moves = states[state].transitions;
  const auto found =
      std::lower_bound(moves.begin(), moves.end(), s,
                       [](const Transition& t, StatecallId x) { return t.statecall < x; });
  if (found == moves.end() || found->statecall != s) return std::nullopt;
  return found->target;
}

Refusal Dfa::why_refused(std::uint32_t state, StatecallId s) const {
  const auto& here = states[state];
  if (here.dead) return *here.dead;
  for (const auto& move : here.refused) {
    if (move.statecall == s) return move.refusal;
  }
  return {};
}

namespace {

struct SetHash {
  std::size_t operator()(const ConfigurationSet& set) const {
    std::uint64_t h = set.size();
    for (const auto& c : set) {
      h = (h ^ raw(c.at)) * 0x9e3779b97f4a7c15U;
      for (const auto v : c.values) {
        h = (h ^ static_cast<std::uint32_t>(v)) * 0xff51afd7ed558ccdU;
        h ^= h >> 29U;
      }
    }
    return h;
  }
};

/// The slot whose values multiply the states most, over all sets found so far.
struct Culprit {
  std::optional<VarId> variable;
  std::size_t distinct = 0;
};

Culprit find_culprit(const Automaton& a, const std::vector<const ConfigurationSet*>& sets) {
  Culprit best;
  for (std::uint32_t v = 0; v < a.variables.size(); ++v) {
    std::set<std::int32_t> values;
    for (const auto* set : sets) {
      for (const auto& c : *set) values.insert(c.values[v]);
    }
    if (values.size() > best.distinct) best = {VarId{v}, values.size()};
  }
  return best;
}

Obstacle state_bound(const Automaton& a, std::size_t limit,
                     const std::vector<const ConfigurationSet*>& sets) {
  Obstacle o;
  o.kind = Obstacle::Kind::state_bound;
  o.limit = limit;
  o.where = a.range;
  const auto culprit = find_culprit(a, sets);
  const auto size = fmt::format("automaton '{}' has more than {} states", a.name, limit);
  if (!culprit.variable || culprit.distinct < 16) {
    o.message = size + ": its alternatives combine in too many ways";
    o.hint = "raise the bound (--states), or let alternatives start with different statecalls";
    return o;
  }
  const auto& variable = a[*culprit.variable];
  o.variable = culprit.variable;
  o.distinct_values = culprit.distinct;
  o.where = variable.range;
  if (variable.kind == Variable::Kind::counter) {
    o.message = fmt::format("{}: the repetitions of this 'multiple' alone take {} values", size,
                            culprit.distinct);
    o.hint = "use a smaller bound, or raise the bound on states (--states)";
  } else {
    o.message = fmt::format("{}: variable '{}' alone takes {} values", size, variable.name,
                            culprit.distinct);
    o.hint = variable.bounds ? "use a smaller range, or raise the bound on states (--states)"
                             : fmt::format("give it a range: int (0..N) {}", variable.name);
  }
  return o;
}

Obstacle endless_loop(const Automaton& a, const TooLarge& found) {
  Obstacle o;
  o.kind = Obstacle::Kind::endless_loop;
  o.limit = found.limit;
  o.variable = found.variable;
  o.where = found.where;
  const auto name = found.variable ? fmt::format("'{}' takes", a[*found.variable].name)
                                   : std::string("its variables take");
  o.message = fmt::format(
      "this loop of automaton '{}' can pass without a statecall, and {} more than {} values in it",
      a.name, name, found.limit);
  o.hint = "bound the variable by a guard or a range, or wait for a statecall in the loop";
  return o;
}

class Subsets {
 public:
  Subsets(const Automaton& automaton, std::size_t bound, Coverage* coverage)
      : a_(automaton), stepper_(automaton, Stepper::kDefaultLimit, coverage), bound_(bound) {}

  std::variant<SubsetAutomaton, Obstacle> run() {
    auto start = stepper_.start();
    if (start.too_large) return endless_loop(a_, *start.too_large);
    out_.dfa.automaton = a_.id;
    out_.dfa.alphabet = a_.alphabet;
    intern(std::move(start.configurations));
    out_.dfa.states[0].dead = start.refusal;
    for (std::uint32_t i = 0; i < sets_.size(); ++i) {
      if (sets_.size() > bound_) return state_bound(a_, bound_, sets_);
      for (auto& [statecall, result] : stepper_.all_ticks(*sets_[i])) {
        if (result.too_large) return endless_loop(a_, *result.too_large);
        if (result.refusal) {
          out_.dfa.states[i].refused.push_back({statecall, *result.refusal});
        } else {
          const auto target = intern(std::move(result.configurations));
          out_.dfa.states[i].transitions.push_back({statecall, target});
        }
      }
    }
    for (const auto* set : sets_) out_.sets.push_back(*set);
    return std::move(out_);
  }

 private:
  std::uint32_t intern(ConfigurationSet set) {
    const auto next = static_cast<std::uint32_t>(sets_.size());
    const auto [at, added] = ids_.emplace(std::move(set), next);
    if (added) {
      sets_.push_back(&at->first);
      Dfa::State state;
      state.finished = is_finished(a_, at->first);
      for (const auto& c : at->first) state.waiting.push_back(c.at);
      state.waiting.erase(std::unique(state.waiting.begin(), state.waiting.end()),
                          state.waiting.end());
      out_.dfa.states.push_back(std::move(state));
    }
    return at->second;
  }

  const Automaton& a_;
  Stepper stepper_;
  std::size_t bound_;
  std::unordered_map<ConfigurationSet, std::uint32_t, SetHash> ids_;
  std::vector<const ConfigurationSet*> sets_;  // keys of ids_: addresses are stable
  SubsetAutomaton out_;
};

}  // namespace

std::variant<SubsetAutomaton, Obstacle> determinise(const Automaton& automaton,
                                                    std::size_t state_bound,
                                                    const std::vector<VarId>& observed,
                                                    Coverage* coverage) {
  const auto sliced = slice(automaton, observed);
  return Subsets(sliced, state_bound, coverage).run();
}

}  // namespace spl
