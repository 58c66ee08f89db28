// The connection protocol as a server lives it: channels, their flow control and requests, global
// requests (RFC 4254 and OpenSSH's additions). What may come when is connection.spl's and
// channel.spl's affair.
#pragma once

#include <optional>

#include "connection/channels.hpp"
#include "connection/requests.hpp"
#include "link/context.hpp"

namespace ssh::connection {

class Connection {
 public:
  explicit Connection(Context& context);

  void on(const wire::GlobalRequest& message, ByteView session_id);
  void on(const wire::RequestSuccess&) { alive(); }
  void on(const wire::RequestFailure&) { alive(); }
  void on(const wire::ChannelSuccess&) { alive(); }
  void on(const wire::ChannelFailure&) { alive(); }
  void on(const wire::ChannelOpen& message);
  void on(const wire::ChannelOpenConfirmation& message);
  void on(const wire::ChannelOpenFailure& message);
  void on(const wire::ChannelWindowAdjust& message);
  void on(const wire::ChannelData& message);
  void on(const wire::ChannelExtendedData& message);
  void on(const wire::ChannelEof& message);
  void on(const wire::ChannelClose& message);
  void on(const wire::ChannelRequest& message);

  /// The policy's monitor for a message that names that channel; without a channel, or for one that
  /// is not there, a monitor that has seen nothing yet: it takes nothing but what a channel's life
  /// begins with.
  ChannelGate* gate_of(std::optional<ChannelId> channel);
  void add_places(std::vector<PolicyPlace>& to) const;
  /// For the connection and all of its channels: see Gate.
  void set_tap(Tap* tap);

  /// The client is logged in: tell it our host keys (OpenSSH's PROTOCOL section 2.5).
  void announce_host_keys();
  void host_keys_proved(const Result<std::vector<Bytes>>& signatures);
  void answer_global_request(bool success, std::uint32_t port);
  void answer_channel_request(bool success);
  void confirm(ChannelId channel);
  void refuse(ChannelId channel, OpenFailureReason reason, std::string_view description);
  std::optional<ChannelId> open(std::string_view type, ByteView data);

  std::size_t room(ChannelId channel) const;
  std::size_t write(ChannelId channel, ByteView data, bool is_stderr);
  void eof(ChannelId channel);
  void exit_status(ChannelId channel, std::uint32_t status);
  void exit_signal(ChannelId channel, std::string_view signal, bool core_dumped,
                   std::string_view message);
  void close(ChannelId channel);
  void consumed(ChannelId channel, std::size_t bytes);

  /// Channels that both ends have closed are gone, once nothing of theirs is held back any more.
  void sweep();
  /// There is room in the output, or in a window: those who waited are told.
  void wake();
  /// The client's silence (ClientAliveInterval): when to ask next, and asking.
  std::optional<Time> alive_time() const;
  void ask_if_alive();
  void heard() { last_heard_ = context_.now; }

 private:
  struct PendingGlobal {
    bool want_reply = false;
    bool tells_port = false;
  };
  struct PendingRequest {
    ChannelId channel = 0;
    bool want_reply = false;
  };

  void alive() { unanswered_ = 0; }
  void prove_host_keys(const wire::GlobalRequest& message, ByteView session_id);
  void fail_global(bool want_reply);
  bool take_from_window(Channel& channel, std::size_t bytes);
  void adjust_window(Channel& channel);
  void malformed(const Error& error);
  void remove(const Channel& channel);

  Context& context_;
  Channels channels_;
  ChannelGate nobody_;
  PendingGlobal pending_global_;
  PendingRequest pending_request_;
  bool no_more_sessions_ = false;
  bool any_closing_ = false;
  mutable bool any_starved_ = false;
  Time last_heard_;
  unsigned unanswered_ = 0;
};

}  // namespace ssh::connection
