// See gate.hpp. Invariant: a message that either monitor refuses moves neither.
#include "policy/gate.hpp"

#include <array>
#include <optional>

#include "channel_source_map.hpp"
#include "ssh/tell.hpp"
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
  add_places<channel_policy::Automaton>(places, gate.monitor,
                                        channel_policy::Policy::automaton_count);
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
void Gate::set_tap(Tap*) {}
void Gate::tell(const ChannelGate&) {}
void Gate::forget(const ChannelGate&) {}

#else

// Inside of admit(): a call more for each message could be measured.
[[gnu::always_inline]] inline bool Gate::tick(policy::Statecall statecall) {
  const auto verdict = monitor_.tick(statecall);
  if (is_refusal(verdict)) return refuse(statecall, nullptr);
  if (tap_ != nullptr) [[unlikely]] {
    tell_step(*tap_, 0, let_through(), statecall, monitor_, verdict);
  }
  return true;
}

bool Gate::admit(Kind kind, Direction direction, ChannelGate* channel) {
  if (refusal_) return false;
  const auto statecall = statecall_of(kind, direction);
  if (channel != nullptr) {
    const auto of_channel = kOfChannel[static_cast<std::size_t>(statecall)];
    if (of_channel) {
      // Asked before either moves: the connection's answer depends on nothing that the channel's
      // tick would change.
      if (!monitor_.would_accept(statecall)) return refuse(statecall, nullptr);
      if (channel->life == 0) {
        channel->life = ++lives_;
        if (tap_ != nullptr) tell(*channel);
      }
      const auto verdict = channel->monitor.tick(*of_channel);
      if (is_refusal(verdict)) return refuse(statecall, channel);
      ++channel->seen;
      if (tap_ != nullptr) [[unlikely]] {
        tell_step(*tap_, channel->life, channel->seen, *of_channel, channel->monitor, verdict);
      }
    }
  }
  return tick(statecall);
}

bool Gate::notify(policy::Statecall notification) {
  return !refusal_ && tick(notification);
}

// A refused statecall is one only if the monitor was ticked with it: see admit().
std::uint64_t Gate::let_through() const {
  return monitor_.observer().seen() - monitor_.observer().refused();
}

void Gate::set_tap(Tap* tap) {
  tap_ = tap;
  if (tap_ != nullptr) tap_->begin(0, let_through(), states_of(monitor_));
}

void Gate::tell(const ChannelGate& channel) {
  if (tap_ != nullptr && channel.life != 0) {
    tap_->begin(channel.life, channel.seen, states_of(channel.monitor));
  }
}

void Gate::forget(const ChannelGate& channel) {
  if (tap_ != nullptr && channel.life != 0) tap_->end(channel.life);
}

std::vector<PolicyPlace> Gate::places() const {
  std::vector<PolicyPlace> places;
  add_places<policy::Automaton>(places, monitor_, policy::Policy::automaton_count);
  return places;
}

bool Gate::refuse(policy::Statecall statecall, const ChannelGate* channel) {
  const bool inbound = to_string(statecall).starts_with("Receive_");
  if (channel != nullptr) {
    const auto of_channel = *kOfChannel[static_cast<std::size_t>(statecall)];
    refusal_ =
        std::make_unique<const Refusal>(explain_refusal(channel->monitor, of_channel, inbound));
    if (tap_ != nullptr) {
      tell_refusal(*tap_, channel->life, channel->seen + 1, of_channel, channel->monitor,
                   refusal_->text);
    }
  } else {
    refusal_ = std::make_unique<const Refusal>(explain_refusal(monitor_, statecall, inbound));
    if (tap_ != nullptr) {
      tell_refusal(*tap_, 0, let_through() + 1, statecall, monitor_, refusal_->text);
    }
  }
  return false;
}

#endif

}  // namespace ssh
