#include "support/conversation.hpp"

#include <algorithm>

namespace ssh::test {
namespace {

using S = Statecall;

std::string_view name(S s) {
  return to_string(s);
}

std::optional<channel_policy::Statecall> of_channel(S s) {
  const auto found = channel_policy::parse_statecall(to_string(s));
  return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

bool is_opening(S s) {
  return s == S::Receive_Connection_Open_Session || s == S::Receive_Connection_Open_Direct ||
         s == S::Receive_Connection_Open_Other;
}

bool names_channel(S s) {
  return name(s).find("_Channel_") != std::string_view::npos ||
         s == S::Receive_Connection_OpenConfirmation || s == S::Receive_Connection_OpenFailure;
}

void Conversation::announce(S statecall, std::optional<ChannelId> channel) {
  trace_.push_back(statecall);
  const auto accepted = [](auto verdict) { return !spl::rt::is_refusal(verdict); };
  bool good = accepted(monitor_.tick(statecall));
  if (channel) {
    if (const auto s = of_channel(statecall)) {
      had_channel_ = true;
      good = accepted(channels_[*channel].tick(*s)) && good;
    }
  }
  if (!good && fault_.empty()) {
    fault_ = "not allowed, but done: ";
    for (const S s : trace_) fault_ += std::string(name(s)) + " ";
  }
  if (statecall == S::Transmit_Transport_KexInit) holding_ = true;
  if (statecall == S::Transmit_Transport_NewKeys) holding_ = false;
  if (statecall == S::Transmit_Transport_ExtInfo) ext_info_ = false;
}

void Conversation::forget(ChannelId id) {
  const auto found = channels_.find(id);
  // Over, but for what ends the connection.
  if (found != channels_.end() &&
      found->second.would_accept(channel_policy::Statecall::Receive_Transport_Disconnect) &&
      found->second.allowed().size() <= 2) {
    if (id == 0) last_ = found->second;
    channels_.erase(found);
  }
}

void Conversation::say(S s, std::uint8_t option, wire::KexFamily family) {
  const bool in_channel = is_opening(s) || names_channel(s);
  const ChannelId channel = is_opening(s) ? next_id() : channel_for(s).value_or(0);
  announce(s, in_channel ? std::optional(channel) : std::nullopt);
  if (in_channel) forget(channel);
  switch (s) {
    case S::Receive_Transport_Version:
      version_in_ = true;
      break;
    case S::Receive_Transport_KexInit:
      if (first_) announce((option & kStrict) != 0 ? S::Notify_Kex_Strict : S::Notify_Kex_Plain);
      family_ = family;
      guess_ = (option & kGuess) != 0;
      ext_info_ = first_ && (option & kExtInfo) != 0;
      break;
    case S::Receive_Transport_NewKeys:
      family_.reset();
      first_ = false;
      break;
    case S::Receive_Kex_WrongGuess:
      guess_ = false;
      break;
    case S::Receive_Transport_Disconnect:
      closed_ = true;
      break;
    default:
      break;
  }
}

void Conversation::hear(S s, std::optional<ChannelId> channel) {
  announce(s, channel);
  if (channel) forget(*channel);
  if (s == S::Transmit_Transport_Disconnect) closed_ = true;
}

const channel_policy::Monitor& Conversation::channel() const {
  const auto found = channels_.find(0);
  return found == channels_.end() ? last_ : found->second;
}

std::string Conversation::context() const {
  std::string text(1, family_ ? static_cast<char>('a' + static_cast<int>(*family_)) : '-');
  text += guess_ ? 'g' : '-';
  text += ext_info_ ? 'e' : '-';
  text += holding_ ? 'h' : '-';
  text += closed_ ? 'c' : '-';
  return text;
}

bool Conversation::channel_accepts(ChannelId id, S statecall) const {
  const auto found = channels_.find(id);
  const auto s = of_channel(statecall);
  return found != channels_.end() && s && found->second.would_accept(*s);
}

ChannelId Conversation::next_id() const {
  ChannelId id = 0;
  while (channels_.contains(id)) ++id;
  return id;
}

std::optional<ChannelId> Conversation::channel_for(S statecall) const {
  const auto s = of_channel(statecall);
  for (const auto& [id, monitor] : channels_) {
    if (s && monitor.would_accept(*s)) return id;
  }
  return std::nullopt;
}

bool Conversation::can_say(S s) const {
  if (closed_ || !name(s).starts_with("Receive_")) return false;
  if (s == S::Receive_Transport_Version) return !version_in_;
  if (!version_in_) return false;
  using wire::KexFamily;
  const auto by = [&](KexFamily family) { return !guess_ && family_ == family; };
  switch (s) {
    case S::Receive_Kex_EcdhInit:
      return by(KexFamily::ecdh);
    case S::Receive_Kex_DhInit:
      return by(KexFamily::dh);
    case S::Receive_Kex_HybridInit:
      return by(KexFamily::hybrid);
    case S::Receive_Kex_GexRequest:
    case S::Receive_Kex_GexInit:
      return by(KexFamily::group_exchange);
    case S::Receive_Kex_WrongGuess:
      return guess_;
    case S::Receive_Kex_Unexpected:
      return !guess_;
    default:
      return true;
  }
}

bool Conversation::accepted(S s) const {
  return monitor_.would_accept(s) && (!names_channel(s) || channel_for(s).has_value());
}

bool Conversation::strict_is_possible() const {
  auto after = monitor_;
  after.tick(S::Receive_Transport_KexInit);
  return !first_ || after.would_accept(S::Notify_Kex_Strict);
}

}  // namespace ssh::test
