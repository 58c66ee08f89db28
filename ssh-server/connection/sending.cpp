// What the host sends on a channel, and flow control: RFC 4254 sections 5.2, 5.3 and 6.10.
#include <algorithm>

#include "connection/connection.hpp"

namespace ssh::connection {
namespace {

/// So much waits for the peer to take it, over all channels, before no channel has room.
constexpr std::size_t kMostWaiting = 256 * 1024;
/// A client's max_packet is not believed beyond this.
constexpr std::size_t kLargestData = 64 * 1024;
/// What a packet of data takes beside the data, at most: header, padding, authentication code.
constexpr std::uint64_t kAroundData = 128;

/// How much data fits into so many bytes of output. A client that wants it in packets of one byte
/// does not get a hundred times as much memory.
std::uint64_t data_within(std::uint64_t output, std::uint64_t packet) {
  return packet >= kAroundData * 16 ? output : output * packet / (packet + kAroundData);
}

}  // namespace

std::size_t Connection::room(ChannelId id) const {
  const Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->open() || channel->eof_sent) return 0;
  const std::size_t waiting = context_.link.output().data().size();
  std::size_t room = 0;
  if (channel->flows() && !context_.link.holding() && waiting < kMostWaiting && !context_.over()) {
    room = static_cast<std::size_t>(std::min<std::uint64_t>(
        channel->peer_window, data_within(kMostWaiting - waiting, channel->peer_packet)));
  }
  if (room == 0) {
    channel->starved = true;
    any_starved_ = true;
  }
  return room;
}

std::size_t Connection::write(ChannelId id, ByteView data, bool is_stderr) {
  std::size_t left = std::min(data.size(), room(id));
  const std::size_t written = left;
  Channel* channel = channels_.find(id);
  while (left > 0 && !context_.gate.refused()) {
    const std::size_t piece = std::min({left, std::size_t{channel->peer_packet}, kLargestData});
    if (is_stderr) {
      context_.link.send_on(id, Kind::channel_extended_data,
                            wire::ChannelExtendedData{channel->peer, 1, data.first(piece)});
    } else {
      context_.link.send_on(id, Kind::channel_data,
                            wire::ChannelData{channel->peer, data.first(piece)});
    }
    channel->peer_window -= piece;
    data = data.subspan(piece);
    left -= piece;
  }
  return written;
}

void Connection::eof(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->open() || channel->eof_sent) return;
  channel->eof_sent = true;
  context_.link.send_on(id, Kind::channel_eof, wire::ChannelEof{channel->peer});
}

void Connection::exit_status(ChannelId id, std::uint32_t status) {
  const Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->open()) return;
  Bytes data;
  wire::Writer(data).u32(status);
  context_.link.send_on(id, Kind::channel_request_exit_status,
                        wire::ChannelRequest{channel->peer, "exit-status", false, data});
}

void Connection::exit_signal(ChannelId id, std::string_view signal, bool core_dumped,
                             std::string_view message) {
  const Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->open()) return;
  Bytes data;
  wire::Writer(data).string(signal).boolean(core_dumped).string(message).string("");
  context_.link.send_on(id, Kind::channel_request_exit_signal,
                        wire::ChannelRequest{channel->peer, "exit-signal", false, data});
}

void Connection::close(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->open()) return;
  channel->close_sent = true;
  any_closing_ = true;
  context_.link.send_on(id, Kind::channel_close, wire::ChannelClose{channel->peer});
}

void Connection::consumed(ChannelId id, std::size_t bytes) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr) return;
  channel->consumed += static_cast<std::uint32_t>(bytes);
  if (channel->consumed >= channel->window_size / 2) adjust_window(*channel);
}

void Connection::adjust_window(Channel& channel) {
  if (!channel.open() || channel.close_received) return;
  // The client has used up nearly all it was given: the path holds more than the window.
  std::uint32_t more = channel.consumed;
  if (channel.window < channel.window_size / 8) {
    const std::uint32_t larger = std::min(channel.window_size * 2, context_.options->window_limit);
    if (larger > channel.window_size) {
      more += larger - channel.window_size;
      channel.window_size = larger;
    }
  }
  channel.window += more;
  channel.consumed = 0;
  context_.link.send_on(channel.id, Kind::channel_window_adjust,
                        wire::ChannelWindowAdjust{channel.peer, more});
}

void Connection::wake() {
  if (!any_starved_ || context_.link.holding() || context_.over()) return;
  if (context_.link.output().data().size() > kMostWaiting / 2) return;
  bool left = false;
  channels_.each([&](Channel& channel) {
    if (!channel.starved) return;
    if (channel.flows() || !channel.open()) {
      channel.starved = false;
      context_.emit(event::ChannelWritable{channel.id});
    } else {
      left = true;
    }
  });
  any_starved_ = left;
}

}  // namespace ssh::connection
