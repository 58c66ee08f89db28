// A channel and a TCP connection put together: direct-tcpip (RFC 4254 section 7.2), where we
// connect, and forwarded-tcpip (section 7.1), where somebody has connected to us.
#pragma once

#include <optional>
#include <vector>

#include "bastion/channel.hpp"
#include "bastion/destinations.hpp"
#include "bastion/events.hpp"
#include "bastion/log.hpp"
#include "bastion/metrics.hpp"

namespace bastion {

/// Whether the user and his key allow a host by its name, and by its address.
class JumpRules {
 public:
  virtual Destinations::Verdict judge(std::string_view host, std::uint16_t port) const = 0;
  virtual bool allows_address(const xenrt::IpAddress& address, std::uint16_t port) const = 0;

 protected:
  ~JumpRules() = default;
};

class Jump final : public Channel, private EventTarget {
 public:
  /// What it needs besides its connection; all outlive it.
  struct Net {
    xenrt::Stack& stack;
    Events& events;
    Log& log;
    Metrics& metrics;
    std::string who;  // for the log
  };

  /// Connects to where the client wants, and answers the opening of the channel. The rules may be
  /// asked once more, when a name's address is known.
  Jump(ChannelHost& host, Net net, ssh::ChannelId id, const ssh::OpenDirectTcp& to,
       const JumpRules& rules);
  /// Takes a connection that came in at a forwarded port.
  Jump(ChannelHost& host, Net net, ssh::ChannelId id, xenrt::ConnectionId tcp, std::string from);
  ~Jump() override;

  void data(ssh::ByteView bytes) override;
  void eof() override;
  void confirmed() override;
  [[nodiscard]] bool refused() const override { return closed_ && !open_ && !incoming_; }
  bool let_go() override;
  [[nodiscard]] std::size_t held() const override { return pending_.size() - sent_; }
  bool pump() override;
  [[nodiscard]] std::string describe() const override;

 private:
  void handle(const xenrt::Event& event) override;
  void start(const JumpRules& rules);
  void resolved(const xenrt::Event& event);
  void connect(const xenrt::IpAddress& address);
  void refuse(ssh::OpenFailureReason reason, std::string why);
  bool pump_in();
  bool pump_out();
  void tcp_is_gone();
  void finish();

  Net net_;
  std::string host_name_;
  std::uint16_t port_ = 0;
  const JumpRules* rules_ = nullptr;  // until the address is known
  std::optional<xenrt::QueryId> query_;
  std::optional<xenrt::ConnectionId> tcp_;
  ssh::Bytes pending_;  // from the client, not taken by TCP yet; the window bounds it
  std::size_t sent_ = 0;
  bool incoming_ = false;
  bool open_ = false;  // both sides are
  bool client_eof_ = false, shut_down_ = false;
  bool peer_closed_ = false, eof_sent_ = false;
  bool closed_ = false;  // CLOSE is sent, or the opening refused
  bool gone_ = false;    // the session does not know the channel any more
};

}  // namespace bastion
