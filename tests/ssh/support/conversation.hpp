// What has been said in one connection, judged by monitors of the test's own: in which joint state
// of the policies the server is, and whether it keeps to them, seen from outside. A value: a copy
// goes its own way.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel.hpp"  // generated from channel.spl
#include "ssh.hpp"      // generated from ssh.spl
#include "ssh/session.hpp"
#include "wire/messages.hpp"

namespace ssh::test {

using Statecall = policy::Statecall;

/// Of a client's KEXINIT: the number of the method, and the bits below.
inline constexpr std::uint8_t kMethod = 3, kGuess = 4, kStrict = 8, kExtInfo = 16;
inline constexpr std::uint8_t kKexOptions = 32;

bool is_opening(Statecall statecall);
/// Of messages that name a channel.
bool names_channel(Statecall statecall);

class Conversation {
 public:
  /// Whether the message can be made at all: before identification there are no packets, and a
  /// method's messages are named by the method that was agreed on.
  bool can_say(Statecall statecall) const;
  /// Whether the policies would let it through now.
  bool accepted(Statecall statecall) const;
  /// Whether a first KEXINIT may ask for strict key exchange: not after anything else was said.
  bool strict_is_possible() const;

  /// The client has said it and goes on with its part. `family`: of a KEXINIT, what both agree on.
  void say(Statecall statecall, std::uint8_t option = 0, wire::KexFamily family = {});
  /// The server has.
  void hear(Statecall statecall, std::optional<ChannelId> channel = {});

  /// What went wrong: somebody did what the policies do not allow.
  const std::string& fault() const { return fault_; }
  void set_fault(std::string text) {
    if (fault_.empty()) fault_ = std::move(text);
  }
  const policy::Monitor& monitor() const { return monitor_; }
  /// Of channel 0; when it is gone, as it was at its end.
  const channel_policy::Monitor& channel() const;
  bool has_channel(ChannelId id) const { return channels_.contains(id); }
  /// Whether that channel's policy would let it through.
  bool channel_accepts(ChannelId id, Statecall statecall) const;
  std::size_t channel_count() const { return channels_.size(); }
  bool had_channel() const { return had_channel_; }
  /// The first channel whose policy lets it through.
  std::optional<ChannelId> channel_for(Statecall statecall) const;
  /// For the next channel, whoever opens it.
  ChannelId next_id() const;
  /// What decides, beside the monitors, what can be said.
  std::string context() const;
  /// Everything announced so far.
  const std::vector<Statecall>& trace() const { return trace_; }

  bool identified() const { return version_in_; }
  /// The server has begun to change keys, and keeps what belongs to the layers above until it has.
  bool holding() const { return holding_; }
  /// No keys have been agreed on yet.
  bool first() const { return first_; }
  std::optional<wire::KexFamily> family() const { return family_; }
  /// The server owes an EXT_INFO with its first keys.
  bool ext_info() const { return ext_info_; }
  bool closed() const { return closed_; }
  void close() { closed_ = true; }

 private:
  void announce(Statecall statecall, std::optional<ChannelId> channel = {});
  void forget(ChannelId id);

  policy::Monitor monitor_;
  std::map<ChannelId, channel_policy::Monitor> channels_;
  channel_policy::Monitor last_;
  std::vector<Statecall> trace_;
  std::string fault_;
  std::optional<wire::KexFamily> family_;
  bool guess_ = false, version_in_ = false, holding_ = false, first_ = true, closed_ = false;
  bool had_channel_ = false, ext_info_ = false;
};

}  // namespace ssh::test
