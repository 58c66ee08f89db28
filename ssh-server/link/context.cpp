// See context.hpp. Invariant: after the end nothing but Closed is emitted, once.
#include "link/context.hpp"

#include <algorithm>

namespace ssh {

std::optional<SessionEvent> Context::take_event() {
  if (taken_ == events_.size()) {
    events_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  return std::move(events_[taken_++]);
}

void Context::end(DisconnectReason reason, std::string_view description, bool orderly) {
  if (over_) return;
  link.goodbye({static_cast<std::uint32_t>(reason), description, {}});
  end_silently(std::string(description), orderly);
}

void Context::end_silently(std::string reason, bool orderly) {
  if (over_) return;
  link.be_silent();
  // Some reasons quote the client, and a log has one line for each.
  std::ranges::replace_if(
      reason, [](char c) { return c < ' ' || c > '~'; }, '?');
  emit(event::Closed{std::move(reason), orderly});
  over_ = true;
}

void Context::check_refusal() {
  if (over_ || !gate.refused()) return;
  const Refusal& r = gate.refusal();
  emit(event::Refused{r.automaton, r.statecall, r.text, r.json, r.inbound});
  // Of the policy the peer learns no more than that it was refused.
  end(DisconnectReason::protocol_error, "refused by policy: " + r.statecall);
}

}  // namespace ssh
