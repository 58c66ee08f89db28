// Where the session announces what it does: the only door between it and the policies. One Gate per
// connection runs the policy ssh.spl, one ChannelGate per channel channel.spl; a message of a
// channel is announced to both.
//
// Built with SSH_UNPOLICED every answer is yes: only to measure what the monitors cost, never to
// run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "channel.hpp"  // generated from channel.spl
#include "policy/statecalls.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "ssh/policy_place.hpp"
#include "ssh/tap.hpp"

namespace ssh {

struct ChannelGate {
  channel_policy::Monitor monitor;
  /// Given at its first statecall; 0: there was none.
  Tap::Life life = 0;
  /// Statecalls that were not refused.
  std::uint64_t seen = 0;
};

/// Where the automata of a channel wait now; `channel` is left empty.
std::vector<PolicyPlace> places_of(const ChannelGate& gate);

/// Why a message was refused.
struct Refusal {
  std::string automaton, statecall;
  std::string text, json;
  bool inbound = true;
};

class Gate {
 public:
  /// Announces a message that was received and decoded, or is about to be encoded and sent. false:
  /// it is refused, has changed nothing, and refusal() says why; from then on nothing is admitted
  /// any more.
  bool admit(Kind kind, Direction direction, ChannelGate* channel = nullptr);
  /// What the server has found out: whether key exchange is strict.
  bool notify(policy::Statecall notification);

  /// Where the automata wait now.
  std::vector<PolicyPlace> places() const;

  /// Somebody looks, or (null) nobody does any more. The connection's monitor is told of at once;
  /// tell() does it for a channel's.
  void set_tap(Tap* tap);
  void tell(const ChannelGate& channel);
  /// That channel is over.
  void forget(const ChannelGate& channel);

  bool refused() const { return refusal_ != nullptr; }
  const Refusal& refusal() const { return *refusal_; }

 private:
  bool tick(policy::Statecall statecall);
  bool refuse(policy::Statecall statecall, const ChannelGate* channel);
  std::uint64_t let_through() const;

#ifndef SSH_UNPOLICED
  policy::BasicMonitor<spl::rt::FlightRecorder<16>> monitor_;
#endif
  Tap* tap_ = nullptr;
  Tap::Life lives_ = 0;  // of channels, so far
  std::unique_ptr<const Refusal> refusal_;
};

}  // namespace ssh
