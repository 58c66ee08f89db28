// Where everything the server says goes out: the second of the two places where statecalls are
// announced. While keys are exchanged, what belongs to the layers above is held back (RFC 4253
// section 7.1) and announced when it goes.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "policy/gate.hpp"
#include "ssh/session.hpp"
#include "wire/packets.hpp"

namespace ssh {

/// Finds the policy's monitor of a channel, or null if the channel is gone.
class ChannelGates {
 public:
  virtual ~ChannelGates() = default;
  virtual ChannelGate* find_gate(ChannelId channel) = 0;
};

class Link {
 public:
  Link(Gate& gate, Random& random, BufferPool* pool) : gate_(gate), output_(random, pool) {}

  void set_channels(ChannelGates& channels) { channels_ = &channels; }

  /// Called when USERAUTH_SUCCESS has gone out, which may have been held back: what follows it is
  /// compressed.
  void when_success_is_sent(std::function<void()> then) { success_sent_ = std::move(then); }

  /// Extra arguments go to encode().
  template <typename Message, typename... More>
  void send(Kind kind, const Message& message, More... more) {
    put(kind, std::nullopt, [&](wire::Writer& w) { encode(w, message, more...); });
  }
  /// A message of a channel, for its policy, too. (Some that open one do not say so by their type.)
  template <typename Message>
  void send_on(ChannelId channel, Kind kind, const Message& message) {
    put(kind, channel, [&](wire::Writer& w) { encode(w, message); });
  }
  /// The last message there is, even after a refusal: the one message that needs no leave.
  void goodbye(const wire::Disconnect& message);

  /// Nothing more is sent: the peer has gone, or has been told so.
  void be_silent() { silent_ = true; }

  void hold() { holding_ = true; }
  /// Sends what was held back.
  void release();
  bool holding() const { return holding_; }
  /// More is held back than a client that goes on with the exchange could cause.
  bool overflown() const { return held_bytes_ > kMostHeld; }

  wire::PacketOutput& output() { return output_; }
  const wire::PacketOutput& output() const { return output_; }

 private:
  static constexpr std::size_t kMostHeld = 1U << 20;
  static constexpr std::size_t kEntry = 32;  // what an allocation takes beside its bytes, about

  struct Held {
    Kind kind;
    std::optional<ChannelId> channel;
    Bytes payload;
  };

  template <typename Encode>
  void put(Kind kind, std::optional<ChannelId> channel, Encode&& encode_to) {
    if (silent_) return;
    if (holding_ && waits_for_keys(kind)) {
      Held held{kind, channel, {}};
      wire::Writer w(held.payload);
      encode_to(w);
      // An entry takes memory, too: there may be many of one byte.
      held_bytes_ += held.payload.size() + sizeof(Held) + kEntry;
      held_.push_back(std::move(held));
      return;
    }
    if (!admitted(kind, channel)) return;
    wire::Writer w(output_.begin());
    encode_to(w);
    finish(kind);
  }

  bool admitted(Kind kind, std::optional<ChannelId> channel);
  void finish(Kind kind);
  static bool waits_for_keys(Kind kind);

  Gate& gate_;
  ChannelGates* channels_ = nullptr;
  std::function<void()> success_sent_;
  wire::PacketOutput output_;
  std::vector<Held> held_;
  std::size_t held_bytes_ = 0;
  bool holding_ = false;
  bool silent_ = false;
};

}  // namespace ssh
