// The log for another host: RFC 5424 over UDP (RFC 5426) or TCP (RFC 6587, octet counting). What a
// server of TCP does not take waits, up to a bound; then lines are lost, and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "bastion/events.hpp"
#include "bastion/log.hpp"

namespace bastion {

class RemoteLogger final : private EventTarget {
 public:
  RemoteLogger(xenrt::Stack& stack, Events& events, RemoteLog where, std::string hostname)
      : stack_(stack), events_(events), where_(where), hostname_(std::move(hostname)) {}
  ~RemoteLogger();

  /// Only keeps it: the stack may be in the middle of something.
  void write(const LogLine& line);
  /// Connects, if that is due, and sends what it can. `now` must not go back.
  void pump(xenrt::Instant now);
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

  static constexpr std::size_t kMostWaiting = 64 * 1024;

 private:
  void handle(const xenrt::Event& event) override;
  void send_datagrams();
  void try_again();

  xenrt::Stack& stack_;
  Events& events_;
  RemoteLog where_;
  std::string hostname_;
  std::string waiting_;  // for TCP: whole messages, but for what of the first has gone
  std::deque<std::string> datagrams_;  // for UDP
  std::size_t waiting_bytes_ = 0;      // of them
  std::optional<xenrt::ConnectionId> tcp_;
  bool connected_ = false;
  xenrt::Instant now_{}, next_try_{};
  std::optional<xenrt::TimerId> timer_;
  std::uint64_t lost_ = 0;
};

/// One message without its frame: facility "auth" (4).
[[nodiscard]] std::string syslog_message(const LogLine& line, const std::string& hostname);

}  // namespace bastion
