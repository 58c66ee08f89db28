// The channels of one connection: who they are, what may still flow, and each one's policy.
#pragma once

#include <memory>
#include <vector>

#include "link/link.hpp"

namespace ssh::connection {

struct Channel {
  ChannelId id = 0;
  std::uint32_t peer = 0;  // the client's number
  ChannelGate gate;
  bool confirmed = false;
  bool by_server = false;
  bool eof_sent = false, close_sent = false, close_received = false;
  bool open() const { return confirmed && !close_sent; }

  // What the client may still send, and what of it has been dealt with but not told to the client.
  std::uint32_t window = 0;
  std::uint32_t window_size = 0;
  std::uint32_t consumed = 0;
  // What we may still send, and in pieces of what size.
  std::uint64_t peer_window = 0;
  std::uint32_t peer_packet = 0;
  /// A client that takes packets of no bytes has no window that is of use.
  bool flows() const { return peer_window > 0 && peer_packet > 0; }
  /// The host has seen too little room and waits for ChannelWritable.
  mutable bool starved = false;
};

/// Ids are the lowest that are free (RFC 4254 section 5.1 leaves them to each end).
class Channels final : public ChannelGates {
 public:
  explicit Channels(std::size_t most) : most_(most) {}

  /// Null if there are as many as may be.
  Channel* add();
  void remove(ChannelId id);
  Channel* find(ChannelId id) const;
  ChannelGate* find_gate(ChannelId id) override;

  template <typename F>
  void each(F&& f) const {
    for (const auto& channel : slots_) {
      if (channel) f(*channel);
    }
  }

 private:
  std::size_t most_;
  std::vector<std::unique_ptr<Channel>> slots_;
};

}  // namespace ssh::connection
