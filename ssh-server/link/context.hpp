// What the layers of one session share: its options, the way out, the events for the host, and how
// it ends.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "link/link.hpp"

namespace ssh {

/// What the session waits for the host to answer, handling nothing else.
enum class Awaiting : std::uint8_t {
  nothing,
  signature,
  proofs,
  authentication,
  channel_request,
  global_request
};

class Context {
 public:
  Context(std::shared_ptr<const SessionOptions> with, Time start, Tap* tap)
      : options(std::move(with)),
        link(gate, options->crypto->random(), options->buffers),
        now(start) {
    if (tap != nullptr) gate.set_tap(tap);
  }

  const std::shared_ptr<const SessionOptions> options;
  Gate gate;
  Link link;
  Time now;
  Awaiting awaiting = Awaiting::nothing;
  SessionCounters counters;
  /// Of the last key exchange: how the client wants keys of that type to sign.
  std::string host_key_algorithm;

  bool over() const { return over_; }
  /// For the host; nothing after the end.
  void emit(SessionEvent event) {
    if (!over_) events_.push_back(std::move(event));
  }
  std::optional<SessionEvent> take_event();

  /// The peer is at fault, or the host wants it: DISCONNECT, then Closed.
  void end(DisconnectReason reason, std::string_view description, bool orderly = false);
  /// Without a word to the peer, who has ended it or is gone.
  void end_silently(std::string reason, bool orderly);
  /// If the policy has refused something: the end, with its explanation.
  void check_refusal();

 private:
  std::vector<SessionEvent> events_;
  std::size_t taken_ = 0;
  bool over_ = false;
};

}  // namespace ssh
