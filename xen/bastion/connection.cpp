// The client's socket and the clock; see connection.hpp. The events are in connection_events.cpp.
#include "bastion/connection.hpp"

#include <array>

namespace bastion {
namespace {

using xenrt::Event;
using xenrt::Instant;

constexpr std::size_t kAtOnce = 16 * 1024;
/// Of the memory for channels every connection may have so much, however many there are.
constexpr std::size_t kLeastShare = 64 * 1024;
/// So often a connection may fill and empty its buffers before others have their turn.
constexpr int kRounds = 4;
/// For a client to take the rest of what was to be sent, and to close.
constexpr auto kFlushTime = std::chrono::seconds(5);

}  // namespace

Connection::Connection(const Common& common, std::uint32_t id, xenrt::ConnectionId tcp,
                       std::string peer, Instant now)
    : common_(common),
      id_(id),
      tcp_(tcp),
      peer_(std::move(peer)),
      began_(now),
      now_(now),
      last_moved_(now),
      session_(common.options, now),
      login_(common.config, common.crypto, common.log, peer_) {
  common_.events.add(tcp_, *this);
  wake();
}

Connection::~Connection() {
  report_end();
  channels_.clear();
  lingering_.clear();
  for (const auto& forward : forwards_) {
    common_.events.remove(forward.listener);
    common_.stack.close(forward.listener);
  }
  if (timer_) {
    common_.events.remove(*timer_);
    common_.stack.cancel(*timer_);
  }
  common_.events.remove(tcp_);
  if (gone_) return;
  if (shut_down_) {
    common_.stack.close(tcp_);
  } else {
    common_.stack.abort(tcp_);
  }
}

void Connection::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::accepted:
      forwarded(event);
      break;
    case Event::Kind::peer_closed:
      peer_closed_ = true;
      break;
    case Event::Kind::closed:
      gone_ = true;
      if (reason_.empty()) reason_ = std::string("connection lost: ") + to_string(event.reason);
      break;
    case Event::Kind::timer:
      timer_.reset();
      timer_at_.reset();
      timer_due_ = true;
      break;
    default:
      break;
  }
  wake();
}

void Connection::disconnect(std::string_view why) {
  session_.disconnect(ssh::DisconnectReason::by_application, why);
  wake();
}

/// What this connection may hold of what its channels have to say, in each direction.
std::size_t Connection::share() const {
  return std::max(kLeastShare, common_.config.channel_memory / (2 * common_.connections()));
}

std::size_t Connection::held() const {
  std::size_t sum = 0;
  for (const auto& [id, channel] : channels_) sum += channel->held();
  for (const auto& channel : lingering_) sum += channel->held();
  return sum;
}

std::size_t Connection::room(ssh::ChannelId channel) const {
  const auto unsent = session_.output().size();
  return unsent >= share() ? 0 : std::min(session_.channel_room(channel), share() - unsent);
}

// A client that asks and does not take the answers is not heard until it does; nor is one whose
// channels hold more than their share for hosts that do not take it.
bool Connection::read() {
  if (gone_ || !session_.wants_input()) return false;
  if (session_.output().size() >= share() || held() >= share()) return false;
  std::array<std::uint8_t, kAtOnce> buffer;
  const auto n = common_.stack.read(tcp_, buffer);
  if (n == 0) {
    if (!peer_closed_ || session_.closed()) return false;
    session_.receive_end(now_);
  } else if (!session_.closed()) {
    session_.receive(std::span(buffer).first(n), now_);
  }
  // The bytes are the session's until it has no more events.
  while (auto event = session_.poll()) {
    std::visit([this](const auto& what) { on(what); }, *event);
  }
  return n != 0;
}

bool Connection::flush() {
  const auto output = session_.output();
  if (gone_ || output.empty()) return false;
  const auto n = common_.stack.write(tcp_, output);
  session_.consume_output(n);
  return n != 0;
}

bool Connection::pump_channels() {
  bool any = false;
  std::erase_if(channels_, [](const auto& entry) { return entry.second->refused(); });
  for (auto& [id, channel] : channels_) any = channel->pump() || any;
  std::erase_if(lingering_, [&](const auto& channel) {
    any = channel->pump() || any;
    return !channel->let_go();
  });
  return any;
}

bool Connection::pump(Instant now) {
  now_ = now;
  if (std::exchange(timer_due_, false)) timer();
  bool more = true;
  for (int round = 0; more && round < kRounds; ++round) {
    while (auto event = session_.poll()) {
      std::visit([this](const auto& what) { on(what); }, *event);
    }
    more = pump_channels();
    more = flush() || more;
    more = read() || more;
  }
  if (std::exchange(moved_, false)) last_moved_ = now;
  if (gone_ || session_.closed()) finish();
  if (!over_) set_timer();
  return more && !over_;
}

// The client gets what is left to send, then we close; one that does not take it does not keep us.
void Connection::finish() {
  report_end();
  if (!closing_) {
    closing_ = now_ + kFlushTime;
    channels_.clear();
    lingering_.clear();
  }
  if (!gone_ && session_.output().empty() && !std::exchange(shut_down_, true)) {
    common_.stack.shutdown(tcp_);
  }
  // Closed with bytes that were not read, TCP resets the connection, and the client may never see
  // what we said last (RFC 1122, section 4.2.2.13).
  std::array<std::uint8_t, kAtOnce> rest;
  while (!gone_ && common_.stack.read(tcp_, rest) != 0) {
  }
  over_ = gone_ || (shut_down_ && peer_closed_) || now_ >= *closing_;
}

std::optional<Instant> Connection::deadline() const {
  if (closing_) return closing_;
  auto at = session_.next_timeout();
  if (const auto idle = common_.config.idle_timeout; idle.count() != 0 && logged_in_) {
    at = std::min(at.value_or(Instant::max()), last_moved_ + idle);
  }
  return at;
}

// A deadline that moves away costs nothing: the timer goes off at the old one and is set again.
void Connection::set_timer() {
  const auto at = deadline();
  if (!at || (timer_at_ && *timer_at_ <= *at)) return;
  if (timer_) {
    common_.events.remove(*timer_);
    common_.stack.cancel(*timer_);
  }
  timer_ = common_.stack.set_timer(*at);
  timer_at_ = at;
  common_.events.add(*timer_, *this);
}

void Connection::timer() {
  if (closing_) return;  // finish() looks at the clock
  const auto idle = common_.config.idle_timeout;
  if (idle.count() != 0 && logged_in_ && now_ >= last_moved_ + idle) {
    reason_ = "idle for too long";
    disconnect(reason_);
    return;
  }
  const auto at = session_.next_timeout();
  if (!at || now_ < *at) return;
  grace_exceeded_ = !logged_in_ && now_ - began_ >= common_.config.login_grace;
  session_.handle_timeout(now_);
}

Connection::End Connection::end() const {
  return {logged_in_, login_.tried(), grace_exceeded_};
}

void Connection::report_end() {
  if (std::exchange(reported_, true)) return;
  const auto& counters = session_.counters();
  common_.metrics.bytes_in += counters.bytes_in;
  common_.metrics.bytes_out += counters.bytes_out;
  common_.metrics.key_exchanges += counters.key_exchanges;
  common_.log.write(logged_in_ ? LogLevel::info : LogLevel::debug,
                    who() + ": the connection is over" + (reason_.empty() ? "" : ": " + reason_));
}

ConnectionView Connection::view(Instant now) const {
  ConnectionView view;
  view.id = id_;
  view.peer = peer_;
  if (logged_in_) view.user = login_.identity()->user->name;
  if (const auto info = common_.stack.info(tcp_)) view.tcp_state = info->state;
  view.seconds = std::chrono::duration_cast<std::chrono::seconds>(now - began_).count();
  view.bytes_in = session_.counters().bytes_in;
  view.bytes_out = session_.counters().bytes_out;
  for (const auto& [id, channel] : channels_) view.channels.push_back(channel->describe());
  for (const auto& forward : forwards_) {
    view.channels.push_back("listens at " + std::to_string(forward.port));
  }
  return view;
}

std::vector<PlaceView> Connection::places() const {
  std::vector<PlaceView> places;
  for (const auto& place : session_.policy_places()) {
    places.push_back({place.automaton, place.file, place.text, place.line,
                      place.channel ? "channel " + std::to_string(*place.channel) : "ssh"});
  }
  for (const auto& place : common_.stack.policy_places(tcp_)) {
    places.push_back({place.automaton, place.file, place.text, place.line, "tcp"});
  }
  return places;
}

std::string Connection::who() const {
  return (logged_in_ ? login_.identity()->user->name + " from " : std::string()) + peer_ + " (" +
         std::to_string(id_) + ")";
}

}  // namespace bastion
