// See gate.hpp. Invariant: a message that either monitor refuses moves neither.
#include "policy/gate.hpp"

#include <array>
#include <optional>

#include "channel_source_map.hpp"
#include "ssh_source_map.hpp"

namespace ssh {
namespace {

using ChannelStatecall = channel_policy::Statecall;

/// The policies spell a statecall alike and number it each for itself.
constexpr auto kOfChannel = [] {
  std::array<std::optional<ChannelStatecall>, policy::Policy::statecall_count> table{};
  for (std::uint32_t s = 0; s < table.size(); ++s) {
    const auto found =
        channel_policy::parse_statecall(to_string(static_cast<policy::Statecall>(s)));
    if (found) table[s] = *found;
  }
  return table;
}();

consteval bool every_statecall_of_channels_is_known() {
  std::size_t found = 0;
  for (const auto& s : kOfChannel) {
    found += s ? 1 : 0;
  }
  return found == channel_policy::Policy::statecall_count;
}
static_assert(every_statecall_of_channels_is_known(),
              "channel.spl has a statecall that ssh.spl lacks");

template <typename Monitor, typename Statecall>
Refusal explain_refusal(const Monitor& monitor, Statecall statecall, bool inbound) {
  Refusal refusal;
  const auto explanation = explain(monitor, statecall);
  explanation.each_refusal([&](auto automaton, auto, const auto*) {
    if (refusal.automaton.empty()) refusal.automaton = to_string(automaton);
  });
  refusal.statecall = to_string(statecall);
  refusal.text = explanation.to_string();
  refusal.json = explanation.to_json();
  refusal.inbound = inbound;
  return refusal;
}

template <typename Automaton, typename Monitor>
void add_places(std::vector<PolicyPlace>& to, const Monitor& monitor, std::uint32_t automata) {
  for (std::uint32_t a = 0; a < automata; ++a) {
    const auto automaton = static_cast<Automaton>(a);
    each_waiting(monitor, automaton, [&](const spl::rt::Place& place) {
      to.push_back({to_string(automaton), place.file, place.line, place.text, {}});
    });
  }
}

}  // namespace

std::vector<PolicyPlace> places_of(const ChannelGate& gate) {
  std::vector<PolicyPlace> places;
  add_places<channel_policy::Automaton>(places, gate, channel_policy::Policy::automaton_count);
  return places;
}

#ifdef SSH_UNPOLICED

std::vector<PolicyPlace> Gate::places() const {
  return {};
}

bool Gate::admit(Kind, Direction, ChannelGate*) {
  return true;
}
bool Gate::notify(policy::Statecall) {
  return true;
}

#else

bool Gate::admit(Kind kind, Direction direction, ChannelGate* channel) {
  if (refusal_) return false;
  const auto statecall = statecall_of(kind, direction);
  if (channel != nullptr) {
    const auto of_channel = kOfChannel[static_cast<std::size_t>(statecall)];
    if (of_channel) {
      // Asked before either moves: the connection's answer depends on nothing that the channel's
      // tick would change.
      if (!monitor_.would_accept(statecall)) return refuse(statecall, nullptr);
      if (is_refusal(channel->tick(*of_channel))) return refuse(statecall, channel);
    }
  }
  if (is_refusal(monitor_.tick(statecall))) return refuse(statecall, nullptr);
  return true;
}

bool Gate::notify(policy::Statecall notification) {
  if (refusal_) return false;
  return !is_refusal(monitor_.tick(notification)) || refuse(notification, nullptr);
}

std::vector<PolicyPlace> Gate::places() const {
  std::vector<PolicyPlace> places;
  add_places<policy::Automaton>(places, monitor_, policy::Policy::automaton_count);
  return places;
}

bool Gate::refuse(policy::Statecall statecall, const ChannelGate* channel) {
  const bool inbound = to_string(statecall).starts_with("Receive_");
  if (channel != nullptr) {
    refusal_ = std::make_unique<const Refusal>(
        explain_refusal(*channel, *kOfChannel[static_cast<std::size_t>(statecall)], inbound));
  } else {
    refusal_ = std::make_unique<const Refusal>(explain_refusal(monitor_, statecall, inbound));
  }
  return false;
}

#endif

}  // namespace ssh
