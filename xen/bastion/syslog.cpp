#include "bastion/syslog.hpp"

#include <algorithm>
#include <array>

namespace bastion {
namespace {

using xenrt::Event;

constexpr auto kTryAgain = std::chrono::seconds(5);
/// RFC 5426 section 3.2: what every receiver should take.
constexpr std::size_t kLongestDatagram = 2048;

xenrt::ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string syslog_message(const LogLine& line, const std::string& hostname) {
  constexpr unsigned kAuth = 4;
  constexpr std::array<unsigned, 4> kSeverities{3, 4, 6, 7};
  const unsigned priority = kAuth * 8 + kSeverities[static_cast<std::size_t>(line.level)];
  std::string text = line.text;
  std::ranges::replace(text, '\n', ' ');
  return "<" + std::to_string(priority) + ">1 " + timestamp(line.milliseconds) + " " +
         (hostname.empty() ? "-" : hostname) + " statecall-bastion - - - " + text;
}

RemoteLogger::~RemoteLogger() {
  if (timer_) {
    events_.remove(*timer_);
    stack_.cancel(*timer_);
  }
  if (!tcp_) return;
  events_.remove(*tcp_);
  stack_.close(*tcp_);
}

void RemoteLogger::write(const LogLine& line) {
  auto message = syslog_message(line, hostname_);
  if (where_.tcp) {
    message = std::to_string(message.size()) + " " + message;
  } else {
    message.resize(std::min(message.size(), kLongestDatagram));
  }
  if (waiting_.size() + waiting_bytes_ + message.size() > kMostWaiting) {
    ++lost_;
  } else if (where_.tcp) {
    waiting_ += message;
  } else {
    waiting_bytes_ += message.size();
    datagrams_.push_back(std::move(message));
  }
}

void RemoteLogger::send_datagrams() {
  for (const auto& message : datagrams_) {
    if (!stack_.send_datagram(where_.to, bytes_of(message))) ++lost_;
  }
  datagrams_.clear();
  waiting_bytes_ = 0;
}

void RemoteLogger::try_again() {
  if (timer_) return;
  next_try_ = now_ + kTryAgain;
  timer_ = stack_.set_timer(next_try_);
  events_.add(*timer_, *this);
}

void RemoteLogger::pump(xenrt::Instant now) {
  now_ = now;
  send_datagrams();
  if (waiting_.empty()) return;
  if (!tcp_) {
    if (now < next_try_) return;
    const auto connection = stack_.connect(where_.to);
    if (!connection) {
      try_again();
      return;
    }
    tcp_ = *connection;
    events_.add(*tcp_, *this);
  }
  if (!connected_) return;
  waiting_.erase(0, stack_.write(*tcp_, bytes_of(waiting_)));
}

void RemoteLogger::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::connected:
      connected_ = true;
      break;
    case Event::Kind::readable: {
      std::array<std::uint8_t, 512> ignored;
      while (tcp_ && stack_.read(*tcp_, ignored) != 0) {
      }
      break;
    }
    case Event::Kind::peer_closed:
      events_.remove(*tcp_);
      stack_.close(*tcp_);
      [[fallthrough]];
    case Event::Kind::closed: {
      if (event.kind == Event::Kind::closed) events_.remove(*tcp_);
      tcp_.reset();
      connected_ = false;
      try_again();
      break;
    }
    case Event::Kind::timer:
      timer_.reset();
      break;
    default:
      break;
  }
  pump(now_);
}

}  // namespace bastion
