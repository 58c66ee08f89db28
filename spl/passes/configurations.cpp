// keep_configurations(): the way out for automata whose DFA is too large. Their configurations are
// few, only the sets of them are many; so a monitor keeps the set, as bits, and moves its members.
//
// Invariant: a set of states of the result stands for a set of configurations, and a tick moves it
// as section 5 of the language says: the union of what the members move to, and refused if one of
// them has a refused move, whatever the others do.
#include "spl/configurations.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "passes/members.hpp"
#include "passes/obstacle.hpp"
#include "passes/partition.hpp"
#include "passes/slice.hpp"

namespace spl {
namespace {

/// More moves than this make a table that nobody wants.
constexpr std::size_t kMaxMoves = 1U << 20U;

class Exploration {
 public:
  Exploration(const Automaton& automaton, std::size_t bound)
      : a_(automaton), members_(automaton, nullptr), bound_(bound) {}

  std::variant<MonitorAutomaton, Obstacle> run() {
    auto start = members_.stepper().start();
    if (start.too_large) return explain_closure(a_, *start.too_large);
    out_.machine.automaton = a_.id;
    out_.machine.alphabet = a_.alphabet;
    if (start.configurations.empty()) {
      out_.machine.states.emplace_back().dead = start.refusal;
      return std::move(out_);
    }
    for (const auto id : members_.intern(std::move(start.configurations))) {
      out_.alive_at_start.push_back(number(id));
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
      expand(i);
      if (members_.too_large()) return explain_closure(a_, *members_.too_large());
      if (order_.size() > bound_ || moves_ > kMaxMoves) {
        return explain_configurations(a_, order_.size() > bound_, bound_, members_.all());
      }
    }
    return std::move(out_);
  }

 private:
  std::uint32_t number(ConfigurationId id) {
    const auto [at, added] = numbers_.emplace(id, static_cast<std::uint32_t>(order_.size()));
    if (added) {
      order_.push_back(id);
      auto& state = out_.machine.states.emplace_back();
      state.waiting = {members_[id].at};
      state.finished = is_finished(a_, {members_[id]});
    }
    return at->second;
  }

  void expand(std::size_t i) {
    auto moves = members_.moves(order_[i]);
    std::sort(moves.begin(), moves.end());
    for (auto move = moves.begin(); move != moves.end() && !members_.too_large();) {
      const auto statecall = move->statecall;
      IdSet set;
      std::optional<Refusal> refusal;
      for (; move != moves.end() && move->statecall == statecall; ++move) {
        const auto& landing = members_.landing(move->after);
        set.insert(set.end(), landing.set.begin(), landing.set.end());
        if (landing.refusal && (!refusal || *landing.refusal < *refusal)) refusal = landing.refusal;
      }
      tidy(set);
      if (refusal) {
        out_.machine.states[i].refused.push_back({statecall, *refusal});
        continue;
      }
      moves_ += set.size();
      if (moves_ > kMaxMoves) return;
      for (const auto id : set) {
        const auto target = number(id);  // may move out_.machine.states
        out_.machine.states[i].transitions.push_back({statecall, target});
      }
    }
    auto& transitions = out_.machine.states[i].transitions;
    std::sort(transitions.begin(), transitions.end());
  }

  const Automaton& a_;
  Members members_;
  std::size_t bound_;
  std::size_t moves_ = 0;
  std::unordered_map<ConfigurationId, std::uint32_t> numbers_;
  std::vector<ConfigurationId> order_;
  MonitorAutomaton out_;
};

/// Configurations that wait at one place and are bisimilar are one; in order of the text, so that a
/// walk over a set meets its places in that order.
MonitorAutomaton merge_equal(const MonitorAutomaton& automaton) {
  const auto& dfa = automaton.machine;
  using Key = std::tuple<NodeId, bool, std::vector<RefusedMove>>;
  std::map<Key, std::uint32_t> keys;
  std::vector<std::uint32_t> classes;
  std::vector<LabelledEdge> edges;
  for (std::uint32_t q = 0; q < dfa.states.size(); ++q) {
    const auto& state = dfa.states[q];
    const auto next = static_cast<std::uint32_t>(keys.size());
    classes.push_back(
        keys.emplace(Key{state.waiting[0], state.finished, state.refused}, next).first->second);
    for (const auto& t : state.transitions) edges.push_back({q, index(t.statecall), t.target});
  }
  classes = refine(std::move(classes), std::move(edges), false);

  std::map<std::uint32_t, std::uint32_t> first;  // per class
  for (std::uint32_t q = 0; q < classes.size(); ++q) first.emplace(classes[q], q);
  std::vector<std::uint32_t> representatives;
  for (const auto& [unused, q] : first) representatives.push_back(q);
  std::sort(representatives.begin(), representatives.end(), [&](auto a, auto b) {
    return std::tuple(dfa.states[a].waiting[0], a) < std::tuple(dfa.states[b].waiting[0], b);
  });
  std::vector<std::uint32_t> number(classes.size());  // by class
  for (std::uint32_t i = 0; i < representatives.size(); ++i) {
    number[classes[representatives[i]]] = i;
  }
  const auto unique = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  MonitorAutomaton out;
  out.machine.automaton = dfa.automaton;
  out.machine.alphabet = dfa.alphabet;
  for (const auto q : representatives) {
    auto& state = out.machine.states.emplace_back(dfa.states[q]);
    for (auto& t : state.transitions) t.target = number[classes[t.target]];
    unique(state.transitions);
  }
  for (const auto q : automaton.alive_at_start) out.alive_at_start.push_back(number[classes[q]]);
  unique(out.alive_at_start);
  return out;
}

}  // namespace

std::vector<MonitorAutomaton> monitor_automata(std::span<const Dfa> dfas) {
  std::vector<MonitorAutomaton> automata;
  for (const auto& dfa : dfas) automata.push_back({dfa, {}});
  return automata;
}

std::variant<MonitorAutomaton, Obstacle> keep_configurations(const Automaton& automaton,
                                                             std::size_t bound) {
  const auto sliced = slice(automaton, {});
  auto result = Exploration(sliced, bound).run();
  const auto* found = std::get_if<MonitorAutomaton>(&result);
  if (found != nullptr && found->is_set()) result = merge_equal(*found);
  return result;
}

}  // namespace spl
