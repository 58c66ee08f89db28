// The bastion: who may come, what comes of it, how it ends. Sans-IO over a xenrt::Stack; the same
// in the unikernel and in a process.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bastion/connection.hpp"
#include "bastion/log_files.hpp"
#include "bastion/syslog.hpp"
#include "ssh/penalties.hpp"
#include "ssh/startups.hpp"

namespace bastion {

/// What the server asks of its host.
struct ServerHost {
  std::function<std::int64_t()> unix_milliseconds;
  /// The console.
  std::function<void(std::string_view line)> print;
};

class Server final : private EventTarget, private Observed {
 public:
  /// All must outlive it.
  Server(xenrt::Stack& stack, const Config& config, const ssh::CryptoProvider& crypto,
         ServerHost host);
  ~Server();

  /// Listens. What went wrong, or empty.
  [[nodiscard]] std::string start(xenrt::Instant now);
  /// Each event of the stack. Then, when there are no more, turn().
  void handle(const xenrt::Event& event, xenrt::Instant now);
  /// Moves what can be moved. Returns whether there is more to do at once.
  bool turn(xenrt::Instant now);

  /// Takes no new connections; those there are end within the grace period.
  void begin_shutdown(xenrt::Instant now);
  [[nodiscard]] std::size_t connected() const { return connections_.size(); }
  /// After begin_shutdown(): nobody is connected any more.
  [[nodiscard]] bool drained() const { return shutting_down_ && connections_.empty(); }

  [[nodiscard]] Log& log() { return log_; }

 private:
  struct Guest {
    std::unique_ptr<Connection> connection;
    std::string address, source;
    bool starting = true;  // counted by startups_
  };

  void handle(const xenrt::Event& event) override;
  void accept(const xenrt::Event& event);
  void turn_away(xenrt::ConnectionId tcp, const std::string& peer, std::string_view why);
  std::string_view why_not(const std::string& address, const std::string& source);
  void reap(std::uint32_t id);
  [[nodiscard]] unsigned percent();

  // Observed.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> status() const override;
  [[nodiscard]] std::vector<ConnectionView> connections() const override;
  [[nodiscard]] std::vector<PlaceView> places(std::uint32_t id) const override;
  [[nodiscard]] std::string metrics() const override;
  [[nodiscard]] std::string log(std::size_t lines) const override;
  [[nodiscard]] Gauges gauges() const;

  xenrt::Stack& stack_;
  const Config& config_;
  const ssh::CryptoProvider& crypto_;
  ServerHost host_;
  Events events_;
  Log log_;
  std::vector<std::unique_ptr<RemoteLogger>> remote_;
  Metrics metrics_;
  TextFiles files_;
  ssh::BufferPool buffers_;
  std::unique_ptr<Common> common_;
  ssh::Startups startups_;
  ssh::Penalties penalties_;
  std::map<std::uint32_t, Guest> connections_;
  std::uint32_t last_id_ = 0;
  std::set<std::uint32_t> awake_;  // to be pumped
  std::optional<xenrt::ListenerId> listener_;
  std::optional<xenrt::TimerId> grace_;
  xenrt::Instant started_{}, now_{};
  bool shutting_down_ = false;
};

}  // namespace bastion
