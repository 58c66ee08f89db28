// See connection.hpp: channels from their opening to their end. Global requests are in
// global_requests.cpp, what the host sends in sending.cpp.
#include "connection/connection.hpp"

#include <algorithm>

namespace ssh::connection {

Connection::Connection(Context& context)
    : context_(context), channels_(context.options->max_channels), last_heard_(context.now) {
  context.link.set_channels(channels_);
}

ChannelGate* Connection::gate_of(std::optional<ChannelId> channel) {
  ChannelGate* gate = channel ? channels_.find_gate(*channel) : nullptr;
  if (gate != nullptr) return gate;
  nobody_ = {};
  return &nobody_;
}

void Connection::add_places(std::vector<PolicyPlace>& to) const {
  channels_.each([&](const Channel& channel) {
    for (auto place : places_of(channel.gate)) {
      place.channel = channel.id;
      to.push_back(place);
    }
  });
}

void Connection::malformed(const Error& error) {
  context_.end(DisconnectReason::protocol_error, error.text);
}

void Connection::on(const wire::ChannelOpen& message) {
  const auto opening = read_opening(message.type, message.data);
  if (!opening) return malformed(opening.error());
  Channel* channel = channels_.add();
  if (channel == nullptr) {
    context_.gate.forget(nobody_);
    context_.link.send(
        Kind::open_failure,
        wire::ChannelOpenFailure{message.sender,
                                 static_cast<std::uint32_t>(OpenFailureReason::resource_shortage),
                                 "too many channels",
                                 {}});
    return;
  }
  channel->peer = message.sender;
  channel->peer_window = message.window;
  channel->peer_packet = message.max_packet;
  channel->gate = nobody_;  // which has been asked for this message, and begins the channel's life
  if (!*opening) {
    refuse(channel->id, OpenFailureReason::unknown_channel_type, "unknown channel type");
  } else if (std::holds_alternative<OpenSession>(**opening) && no_more_sessions_) {
    refuse(channel->id, OpenFailureReason::administratively_prohibited, "no more sessions");
  } else {
    context_.emit(event::ChannelOpen{channel->id, **opening});
  }
}

void Connection::confirm(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || channel->confirmed || channel->by_server) return;
  const auto& options = *context_.options;
  channel->confirmed = true;
  channel->window = channel->window_size = options.window;
  context_.link.send_on(id, Kind::open_confirmation,
                        wire::ChannelOpenConfirmation{channel->peer, channel->id, options.window,
                                                      options.max_packet});
}

void Connection::refuse(ChannelId id, OpenFailureReason reason, std::string_view description) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || channel->confirmed || channel->by_server) return;
  context_.link.send_on(
      id, Kind::open_failure,
      wire::ChannelOpenFailure{channel->peer, static_cast<std::uint32_t>(reason), description, {}});
  channel->close_sent = channel->close_received = true;  // it never lived
  any_closing_ = true;
}

std::optional<ChannelId> Connection::open(std::string_view type, ByteView data) {
  Channel* channel = channels_.add();
  if (channel == nullptr) return std::nullopt;
  const auto& options = *context_.options;
  channel->by_server = true;
  channel->window = channel->window_size = options.window;
  context_.link.send_on(
      channel->id, Kind::open_by_server,
      wire::ChannelOpen{type, channel->id, options.window, options.max_packet, data});
  return channel->id;
}

void Connection::on(const wire::ChannelOpenConfirmation& message) {
  Channel& channel = *channels_.find(message.recipient);
  channel.peer = message.sender;
  channel.peer_window = message.window;
  channel.peer_packet = message.max_packet;
  channel.confirmed = true;
  context_.emit(event::ChannelConfirmed{channel.id});
}

void Connection::on(const wire::ChannelOpenFailure& message) {
  context_.emit(event::ChannelRefused{message.recipient, std::string(message.description)});
  remove(*channels_.find(message.recipient));
}

void Connection::on(const wire::ChannelWindowAdjust& message) {
  Channel& channel = *channels_.find(message.recipient);
  // RFC 4254 section 5.2: the window never exceeds 2^32 - 1.
  if (channel.peer_window + message.bytes > 0xffffffffU)
    return malformed({"a window larger than 2^32 - 1"});
  channel.peer_window += message.bytes;
  if (channel.starved) wake();
}

bool Connection::take_from_window(Channel& channel, std::size_t bytes) {
  if (bytes > channel.window) {
    malformed({"more data than the channel's window allows"});
    return false;
  }
  channel.window -= static_cast<std::uint32_t>(bytes);
  return true;
}

void Connection::on(const wire::ChannelData& message) {
  Channel& channel = *channels_.find(message.recipient);
  if (!take_from_window(channel, message.data.size())) return;
  if (channel.close_sent) return;
  context_.emit(event::ChannelData{channel.id, message.data, false});
}

void Connection::on(const wire::ChannelExtendedData& message) {
  Channel& channel = *channels_.find(message.recipient);
  if (!take_from_window(channel, message.data.size())) return;
  // No program of a server reads such a stream (RFC 4254 section 5.2 defines stderr alone).
  consumed(channel.id, message.data.size());
}

void Connection::on(const wire::ChannelEof& message) {
  context_.emit(event::ChannelEof{message.recipient});
}

void Connection::on(const wire::ChannelClose& message) {
  Channel& channel = *channels_.find(message.recipient);
  channel.close_received = true;
  any_closing_ = true;
  close(channel.id);  // RFC 4254 section 5.3
}

void Connection::on(const wire::ChannelRequest& message) {
  const Channel& channel = *channels_.find(message.recipient);
  const auto request = read_channel_request(message.type, message.data);
  if (!request) return malformed(request.error());
  pending_request_ = {channel.id, message.want_reply};
  if (!*request) return answer_channel_request(false);
  context_.awaiting = Awaiting::channel_request;
  context_.emit(event::ChannelRequest{channel.id, **request});
}

void Connection::answer_channel_request(bool success) {
  const auto pending = std::exchange(pending_request_, {});
  const Channel* channel = channels_.find(pending.channel);
  if (!pending.want_reply || channel == nullptr || channel->close_sent) return;
  if (success) {
    context_.link.send_on(channel->id, Kind::channel_success, wire::ChannelSuccess{channel->peer});
  } else {
    context_.link.send_on(channel->id, Kind::channel_failure, wire::ChannelFailure{channel->peer});
  }
}

void Connection::remove(const Channel& channel) {
  context_.gate.forget(channel.gate);
  channels_.remove(channel.id);
}

void Connection::set_tap(Tap* tap) {
  context_.gate.set_tap(tap);
  channels_.each([&](const Channel& channel) { context_.gate.tell(channel.gate); });
}

void Connection::sweep() {
  if (!any_closing_ || context_.link.holding()) return;
  any_closing_ = false;
  channels_.each([&](const Channel& channel) {
    if (!channel.close_sent || !channel.close_received) return;
    const ChannelId id = channel.id;
    const bool lived = channel.confirmed;
    remove(channel);
    if (lived) context_.emit(event::ChannelClosed{id});
  });
}

}  // namespace ssh::connection
