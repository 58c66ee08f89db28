// places_of_states(): the lists per state, flat, with their first indices.
#include "state_places.hpp"

#include <algorithm>

namespace spl::cpp {
namespace {

std::optional<std::uint32_t> number_of(PlaceTable& places, SourceRange range) {
  if (!range.valid()) return std::nullopt;
  return places.add(range, false);
}

void add_waiting(StatePlaces& out, const Automaton& automaton, const Dfa& dfa, PlaceTable& places) {
  std::vector<std::size_t> last_state;  // per place: 1 + the last state that listed it
  std::size_t number = 0;
  out.waiting_first.push_back(0);
  for (const auto& state : dfa.states) {
    ++number;
    for (const auto id : state.waiting) {
      const auto& node = automaton[id];
      if (!node.range.valid()) continue;
      const auto place = places.add(node.range, node.kind == Node::Kind::final);
      // Copies of one statement (calls) are one place.
      if (place >= last_state.size()) last_state.resize(place + std::size_t{1}, 0);
      if (last_state[place] == number) continue;
      last_state[place] = number;
      out.waiting.push_back(place);
    }
    out.waiting_first.push_back(static_cast<std::uint32_t>(out.waiting.size()));
  }
}

void add_refused(StatePlaces& out, const MonitorAutomaton& automaton, PlaceTable& places) {
  const auto& dfa = automaton.machine;
  std::vector<Refusal> ranks;
  if (automaton.is_set()) {
    for (const auto& state : dfa.states) {
      for (const auto& move : state.refused) ranks.push_back(move.refusal);
    }
    std::sort(ranks.begin(), ranks.end());
    ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  }
  out.refused_first.push_back(0);
  for (const auto& state : dfa.states) {
    for (const auto& move : state.refused) {
      const auto rank = std::lower_bound(ranks.begin(), ranks.end(), move.refusal) - ranks.begin();
      out.refused.push_back({move.statecall, move.refusal.reason,
                             number_of(places, move.refusal.where),
                             static_cast<std::uint32_t>(rank)});
    }
    out.refused_first.push_back(static_cast<std::uint32_t>(out.refused.size()));
  }
}

}  // namespace

StatePlaces places_of_states(const Context& context, std::size_t a, PlaceTable& places) {
  const auto& dfa = context.automata[a].machine;
  StatePlaces out;
  add_waiting(out, context.program.automata[a], dfa, places);
  add_refused(out, context.automata[a], places);
  if (const auto& dead = dfa.states[0].dead) {
    out.dead = dead->reason;
    out.dead_place = number_of(places, dead->where);
  }
  return out;
}

}  // namespace spl::cpp
