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

namespace ssh {

using ChannelGate = channel_policy::Monitor;

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

  bool refused() const { return refusal_ != nullptr; }
  const Refusal& refusal() const { return *refusal_; }

 private:
  bool refuse(policy::Statecall statecall, const ChannelGate* channel);

#ifndef SSH_UNPOLICED
  policy::BasicMonitor<spl::rt::FlightRecorder<16>> monitor_;
#endif
  std::unique_ptr<const Refusal> refusal_;
};

}  // namespace ssh
