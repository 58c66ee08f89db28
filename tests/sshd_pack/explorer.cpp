#include "explorer.hpp"

#include <stdexcept>

namespace ssh::test {
namespace {

using S = Statecall;

/// How many ways there are to say it.
std::uint8_t options_of(S said) {
  if (said == S::Receive_Transport_KexInit) return kKexOptions;
  const bool exec =
      said == S::Receive_Channel_Request_Exec || said == S::Receive_Channel_Request_Exec_NoReply;
  return exec ? static_cast<std::uint8_t>(Program::count) : 1;
}

bool makes_sense(Server server, const Conversation& here, Turn turn) {
  if (turn.said != S::Receive_Transport_KexInit) return true;
  if (methods_of(server)[turn.option & kMethod].empty()) return false;
  return (turn.option & kStrict) == 0 || here.strict_is_possible();
}

}  // namespace

std::vector<Turn> accepted_turns(Server server, const Conversation& here) {
  std::vector<Turn> turns;
  if (here.closed()) return turns;
  for (std::uint32_t s = 0; s < policy::Policy::statecall_count; ++s) {
    const auto said = static_cast<S>(s);
    if (!here.can_say(said) || !here.accepted(said)) continue;
    for (std::uint8_t option = 0; option < options_of(said); ++option) {
      if (makes_sense(server, here, {said, option})) turns.push_back({said, option});
    }
  }
  return turns;
}

std::vector<Place> explore(Server server, const Way& start, StateOf state_of,
                           const Wanted& wanted) {
  std::vector<Place> places;
  std::set<std::string> known;
  const auto visit = [&](Way way, Model model) {
    const auto& here = model.conversation();
    if (!here.fault().empty()) throw std::runtime_error("the model: " + here.fault());
    auto state = state_of(here);
    if (!known.insert(state + model.context()).second) return;
    places.push_back({std::move(way), std::move(model), std::move(state)});
  };
  Model first(server);
  for (const Turn turn : start) first.take(turn);
  visit(start, std::move(first));
  for (std::size_t next = 0; next < places.size(); ++next) {
    auto turns = accepted_turns(server, places[next].model.conversation());
    if (places[next].model.can_be_visited()) turns.push_back({kVisitor});
    for (const Turn turn : turns) {
      if (!wanted(places[next].model.conversation(), turn)) continue;
      Way way = places[next].way;
      Model model = places[next].model;
      way.push_back(turn);
      model.take(turn);
      visit(std::move(way), std::move(model));
    }
  }
  return places;
}

}  // namespace ssh::test
