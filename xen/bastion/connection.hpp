// One client: its TCP connection, its SSH session, its channels. Moves bytes and answers the
// session's questions; the order of messages is the policies' business.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bastion/channel.hpp"
#include "bastion/console.hpp"
#include "bastion/events.hpp"
#include "bastion/jump.hpp"
#include "bastion/login.hpp"
#include "bastion/metrics.hpp"
#include "ssh/sftp.hpp"

namespace bastion {

class Connection;

/// What all connections have in common; outlives them.
struct Common {
  const Config& config;
  const ssh::CryptoProvider& crypto;
  std::shared_ptr<const ssh::SessionOptions> options;
  xenrt::Stack& stack;
  Events& events;
  Log& log;
  Metrics& metrics;
  const Observed& observed;
  ssh::sftp::FileSystem& files;
  std::function<std::int64_t()> unix_time;  // seconds since 1970
  /// Connections that there are now, at least 1.
  std::function<std::size_t()> connections;
  /// The connection wants pump() to be called, soon and once.
  std::function<void(Connection&)> wake;
};

class Connection final : private EventTarget, private ChannelHost, private JumpRules {
 public:
  Connection(const Common& common, std::uint32_t id, xenrt::ConnectionId tcp, std::string peer,
             xenrt::Instant now);
  ~Connection();

  /// Moves what can be moved. Returns whether there is more to do at once.
  bool pump(xenrt::Instant now);
  /// Nothing will come of it any more.
  [[nodiscard]] bool over() const { return over_; }
  /// Says goodbye.
  void disconnect(std::string_view why);

  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] bool logged_in() const { return logged_in_; }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  [[nodiscard]] ConnectionView view(xenrt::Instant now) const;
  [[nodiscard]] std::vector<PlaceView> places() const;
  /// How it ended, for penalties.
  struct End {
    bool logged_in = false, tried = false, grace_exceeded = false;
  };
  [[nodiscard]] End end() const;

 private:
  struct Forward {
    xenrt::ListenerId listener{};
    std::string address;  // as the client spells it
    std::uint16_t port = 0;
  };

  void handle(const xenrt::Event& event) override;
  ssh::Session& session() override { return session_; }
  void wake() override { common_.wake(*this); }
  [[nodiscard]] std::size_t room(ssh::ChannelId channel) const override;
  void moved() override { moved_ = true; }
  [[nodiscard]] Destinations::Verdict judge(std::string_view host,
                                            std::uint16_t port) const override;
  [[nodiscard]] bool allows_address(const xenrt::IpAddress& address,
                                    std::uint16_t port) const override;

  // The socket and the clock: connection.cpp.
  [[nodiscard]] std::size_t share() const;
  [[nodiscard]] std::size_t held() const;
  bool read();
  bool flush();
  bool pump_channels();
  void finish();
  void set_timer();
  void timer();
  [[nodiscard]] std::optional<xenrt::Instant> deadline() const;
  void report_end();

  // Events of the session: connection_events.cpp.
  void on(const ssh::event::KeysAgreed& keys);
  void on(const ssh::event::SignExchangeHash& wanted);
  void on(const ssh::event::ProveHostKeys& wanted);
  void on(const ssh::event::Authenticate& wanted);
  void on(const ssh::event::LoggedIn& login);
  void on(const ssh::event::ChannelOpen& open);
  void on(const ssh::event::ChannelConfirmed& confirmed);
  void on(const ssh::event::ChannelRefused& refused);
  void on(const ssh::event::ChannelRequest& wanted);
  void on(const ssh::event::ChannelData& data);
  void on(const ssh::event::ChannelEof& eof);
  void on(const ssh::event::ChannelClosed& closed);
  void on(const ssh::event::ChannelWritable&) {}  // every channel is pumped anyway
  void on(const ssh::event::GlobalRequest& wanted);
  void on(const ssh::event::Refused& refused);
  void on(const ssh::event::Closed& closed);
  void open_session(ssh::ChannelId channel);
  void open_jump(ssh::ChannelId channel, const ssh::OpenDirectTcp& to);
  std::optional<std::uint16_t> listen(const ssh::TcpForwardRequest& request);
  bool stop_listening(const ssh::CancelTcpForwardRequest& request);
  void forwarded(const xenrt::Event& accepted);
  [[nodiscard]] Jump::Net net() const;
  [[nodiscard]] std::string who() const;

  const Common& common_;
  std::uint32_t id_;
  xenrt::ConnectionId tcp_;
  std::string peer_;
  xenrt::Instant began_, now_, last_moved_;
  ssh::Session session_;
  Login login_;
  std::map<ssh::ChannelId, std::unique_ptr<Channel>> channels_;
  std::vector<std::unique_ptr<Channel>> lingering_;
  std::vector<Forward> forwards_;
  std::optional<xenrt::TimerId> timer_;
  std::optional<xenrt::Instant> timer_at_;
  std::optional<xenrt::Instant> closing_;  // until when the client may take what is left
  std::string reason_;                     // of the end
  bool timer_due_ = false, logged_in_ = false, moved_ = false, grace_exceeded_ = false;
  bool peer_closed_ = false, gone_ = false, shut_down_ = false, over_ = false, reported_ = false;
};

}  // namespace bastion
