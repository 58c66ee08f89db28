#include "bastion/jump.hpp"

#include <array>

namespace bastion {
namespace {

using xenrt::Event;

constexpr std::size_t kAtOnce = 16 * 1024;
/// A channel that has much to say lets others have their turn.
constexpr int kRounds = 8;

std::string place(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

Jump::Jump(ChannelHost& host, Net net, ssh::ChannelId id, const ssh::OpenDirectTcp& to,
           const JumpRules& rules)
    : Channel(host, id), net_(std::move(net)), host_name_(to.host) {
  if (to.port == 0 || to.port > 65535 || to.host.empty() || to.host.size() > 255) {
    refuse(ssh::OpenFailureReason::connect_failed, "there is no such place");
    return;
  }
  port_ = static_cast<std::uint16_t>(to.port);
  start(rules);
}

Jump::Jump(ChannelHost& host, Net net, ssh::ChannelId id, xenrt::ConnectionId tcp, std::string from)
    : Channel(host, id),
      net_(std::move(net)),
      host_name_(std::move(from)),
      tcp_(tcp),
      incoming_(true) {
  net_.events.add(tcp, *this);
}

Jump::~Jump() {
  if (query_) net_.events.remove(*query_);
  if (!tcp_) return;
  net_.events.remove(*tcp_);
  // What the client has sent, and said is all, still goes out. A client that vanishes resets.
  if (shut_down_) {
    net_.stack.close(*tcp_);
  } else {
    net_.stack.abort(*tcp_);
  }
}

bool Jump::let_go() {
  client_eof_ = closed_ = gone_ = true;
  pump_out();
  return tcp_ && open_ && !shut_down_;
}

std::string Jump::describe() const {
  if (incoming_) return "forwarded from " + host_name_;
  return (open_ ? "jump to " : "jump begun to ") + place(host_name_, port_);
}

void Jump::refuse(ssh::OpenFailureReason reason, std::string why) {
  closed_ = true;
  const bool forbidden = reason == ssh::OpenFailureReason::administratively_prohibited;
  ++(forbidden ? net_.metrics.jumps_refused : net_.metrics.jumps_failed);
  net_.log.write(LogLevel::info,
                 net_.who + ": no jump to " + place(harmless(host_name_), port_) + ": " + why);
  host_.session().refuse_channel(id(), reason, why);
  host_.wake();
}

void Jump::start(const JumpRules& rules) {
  const auto verdict = rules.judge(host_name_, port_);
  if (verdict == Destinations::Verdict::refused) {
    refuse(ssh::OpenFailureReason::administratively_prohibited, "not a place where you may go");
    return;
  }
  if (const auto address = xenrt::IpAddress::parse(host_name_)) {
    connect(*address);
    return;
  }
  rules_ = verdict == Destinations::Verdict::depends_on_address ? &rules : nullptr;
  const auto query = net_.stack.resolve(host_name_);
  if (!query) {
    refuse(ssh::OpenFailureReason::connect_failed, "the name cannot be resolved now");
    return;
  }
  query_ = *query;
  net_.events.add(*query_, *this);
}

void Jump::resolved(const Event& event) {
  query_.reset();
  if (!event.address) {
    refuse(ssh::OpenFailureReason::connect_failed, "there is no such name");
  } else if (rules_ != nullptr && !rules_->allows_address(*event.address, port_)) {
    refuse(ssh::OpenFailureReason::administratively_prohibited, "not a place where you may go");
  } else {
    connect(*event.address);
  }
}

void Jump::connect(const xenrt::IpAddress& address) {
  const auto connection = net_.stack.connect({address, port_});
  if (!connection) {
    refuse(ssh::OpenFailureReason::connect_failed, to_string(connection.error));
    return;
  }
  tcp_ = *connection;
  net_.events.add(*tcp_, *this);
}

void Jump::confirmed() {
  open_ = true;
  ++net_.metrics.jumps;
}

void Jump::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::resolved:
      resolved(event);
      break;
    case Event::Kind::connected:
      open_ = true;
      ++net_.metrics.jumps;
      net_.log.write(LogLevel::info, net_.who + ": " + describe());
      host_.session().confirm_channel(id());
      break;
    case Event::Kind::peer_closed:
      peer_closed_ = true;
      break;
    case Event::Kind::closed:
      net_.events.remove(*tcp_);
      tcp_.reset();
      if (!open_ && !incoming_) {
        refuse(ssh::OpenFailureReason::connect_failed, to_string(event.reason));
      } else {
        tcp_is_gone();
      }
      break;
    default:
      break;
  }
  host_.wake();
}

void Jump::data(ssh::ByteView bytes) {
  host_.moved();
  if (!tcp_) {
    host_.session().channel_consumed(id(), bytes.size());
    return;
  }
  ssh::append(pending_, bytes);
}

void Jump::eof() {
  client_eof_ = true;
}

/// From the client to TCP.
bool Jump::pump_out() {
  if (!tcp_ || !open_) return false;
  bool any = false;
  if (sent_ < pending_.size()) {
    const auto n = net_.stack.write(*tcp_, ssh::ByteView(pending_).subspan(sent_));
    sent_ += n;
    any = n != 0;
    if (any && !gone_) host_.session().channel_consumed(id(), n);
  }
  if (sent_ == pending_.size()) {
    if (pending_.capacity() > 4 * kAtOnce) {
      pending_ = {};
    } else {
      pending_.clear();
    }
    sent_ = 0;
    if (client_eof_ && !std::exchange(shut_down_, true)) net_.stack.shutdown(*tcp_);
  }
  return any;
}

/// From TCP to the client.
bool Jump::pump_in() {
  if (!tcp_ || !open_ || closed_) return false;
  std::array<std::uint8_t, kAtOnce> buffer;
  bool any = false;
  for (int round = 0; round < kRounds; ++round) {
    const auto room = std::min(host_.session().channel_room(id()), buffer.size());
    if (room == 0) return any;
    const auto n = net_.stack.read(*tcp_, std::span(buffer).first(room));
    if (n == 0) break;
    host_.session().channel_write(id(), std::span(buffer).first(n));
    host_.moved();
    any = true;
  }
  if (!any && peer_closed_ && !std::exchange(eof_sent_, true)) {
    host_.session().channel_eof(id());
  }
  return any;
}

void Jump::tcp_is_gone() {
  if (!gone_) host_.session().channel_consumed(id(), pending_.size() - sent_);
  pending_ = {};
  sent_ = 0;
  if (!std::exchange(closed_, true)) host_.session().channel_close(id());
}

void Jump::finish() {
  if (closed_ || !eof_sent_ || !shut_down_) return;
  closed_ = true;
  host_.session().channel_close(id());
}

bool Jump::pump() {
  const bool out = pump_out();
  const bool in = pump_in();
  finish();
  return in || out;
}

}  // namespace bastion
