// The monitor as a whole: it accepts connections, gives them to workers, and keeps the books.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "monitor/connection.hpp"
#include "monitor/debugger_process.hpp"
#include "monitor/listen.hpp"
#include "monitor/metrics_process.hpp"
#include "monitor/settings.hpp"
#include "monitor/workers.hpp"
#include "ssh/penalties.hpp"
#include "ssh/startups.hpp"

namespace ssh::host::monitor {

class Server {
 public:
  Server(CommandLine command, std::shared_ptr<const Settings> settings, Log& log);
  ~Server();

  /// Everything is open and runs. `adopted`: sockets of the service manager's.
  Result<void> start(std::vector<UniqueFd> adopted);
  /// Until it is told to end. Returns the exit status.
  int run();

  const Listeners& listeners() const { return listeners_; }
  /// Of the debugger's page; empty: there is none.
  std::string debugger_url() const { return debugger_ ? debugger_->url() : std::string(); }

 private:
  struct Entry {
    std::unique_ptr<Connection> connection;
    std::size_t worker = 0;
    std::string source;
    bool logged_in = false;
    Time began{};
    Loop::Handle grace;
  };
  using Entries = std::map<ConnectionId, Entry>;

  void accepted(UniqueFd socket, Peer peer);
  /// Whether it is turned away, and said so in the log.
  bool turned_away(const Peer& peer, const std::string& source);
  Result<void> message(std::size_t worker, RequestMessage message);
  void logged_in(ConnectionId id);
  void ended(Entries::iterator entry, const request::Ended& how);
  void log_end(const Entry& entry, const request::Ended& how);
  void punish(const Entry& entry);
  void leave_startups(Entry& entry);
  void worker_lost(std::size_t worker, const std::string& why, bool expected);
  void log_lines(const std::string& text);

  void apply(const Settings& settings);
  void reload();
  void stop_signal(int signal);
  void drain();
  void stop_if_done();
  std::string metrics_text() const;
  Workers::Command worker_command();
  std::vector<std::string> confinement() const;
  Result<void> start_debugger(const config::ServerOptions& options);
  void look();
  void tell_end(const Connection& connection, std::string_view reason);

  CommandLine command_;
  std::shared_ptr<const Settings> settings_;
  Log& log_;
  Loop loop_;
  Children children_;
  Metrics metrics_;
  Context context_;
  std::unique_ptr<DebuggerProcess> debugger_;
  Workers workers_;
  Listeners listeners_;
  Startups startups_;
  Penalties penalties_;
  Entries connections_;
  ConnectionId next_connection_ = 1;
  std::optional<MetricsProcess> metrics_process_;
  std::minstd_rand random_;
  bool adopted_ = false;
  bool stopping_ = false;
  int exit_status_ = 0;
  Loop::Handle signals_, drain_timer_;
};

}  // namespace ssh::host::monitor
