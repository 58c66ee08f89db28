// Starting, reloading, stopping. See server.hpp; signal(7), sd_notify(3).
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "monitor/files.hpp"
#include "monitor/server.hpp"
#include "monitor/systemd.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh::host::monitor {
namespace {

/// How long connections may go on after SIGTERM, and how long they are then given to say goodbye.
constexpr Time kDrain = std::chrono::seconds(20);
constexpr Time kGoodbye = std::chrono::seconds(3);

/// Whom workers become. The package makes the first one; Debian's openssh-server the second.
Account unprivileged(Log& log) {
  for (const char* name : {"statecall-sshd", "sshd"}) {
    if (auto account = find_account(name)) {
      return *account;
    }
  }
  log.error("there is neither a user statecall-sshd nor sshd: workers run as nobody");
  if (auto account = find_account("nobody")) {
    return *account;
  }
  return fake_account("nobody");
}

std::string empty_directory() {
  return places(false).runtime + "/empty";
}

/// Each connection has a descriptor here for a moment, in its worker for its life, and its programs
/// have more.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

PenaltySettings penalty_settings(const config::ServerOptions& options) {
  const config::PerSourcePenalties& from = options.per_source_penalties;
  PenaltySettings to;
  to.enabled = from.enabled;
  to.crash = from.crash;
  to.auth_failure = from.auth_fail;
  to.no_auth = from.no_auth;
  to.grace_exceeded = from.grace_exceeded;
  to.refuse_connection = from.refuse_connection;
  to.max = from.max;
  to.min = from.min;
  to.max_sources = std::size_t{from.max_sources4} + from.max_sources6;
  to.deny_all_on_overflow = !from.overflow4_permissive || !from.overflow6_permissive;
  to.exempt = options.per_source_penalty_exempt_list;
  return to;
}

}  // namespace

Server::Server(CommandLine command, std::shared_ptr<const Settings> settings, Log& log)
    : command_(std::move(command)),
      settings_(std::move(settings)),
      log_(log),
      children_(loop_),
      context_{loop_, log_, children_, metrics_, libcrypto_provider(), command_.user_mode},
      workers_(
          context_, worker_command(),
          {[this](std::size_t worker, RequestMessage m) { return message(worker, std::move(m)); },
           [this](std::size_t worker, const std::string& why, bool expected) {
             worker_lost(worker, why, expected);
           }}),
      listeners_(context_,
                 [this](UniqueFd socket, Peer peer) { accepted(std::move(socket), peer); }),
      random_(static_cast<std::minstd_rand::result_type>(std::random_device{}())) {}

Server::~Server() = default;

std::vector<std::string> Server::confinement() const {
  std::vector<std::string> arguments;
  if (!command_.sandbox) {
    arguments.emplace_back("--no-sandbox");
  }
  if (::geteuid() == 0) {
    const Account account = unprivileged(log_);
    arguments.push_back(fmt::format("--worker-identity={}:{}", account.uid, account.gid));
    arguments.push_back(fmt::format("--worker-directory={}", empty_directory()));
  }
  return arguments;
}

Workers::Command Server::worker_command() {
  Workers::Command command;
  command.arguments = confinement();
  command.arguments.emplace_back("--worker");
  command.debugger = [this](const std::string& name) {
    return debugger_ ? debugger_->add_source(name) : UniqueFd();
  };
  return command;
}

Result<void> Server::start_debugger(const config::ServerOptions& options) {
  DebuggerProcess::Settings settings{*options.debugger, options.debugger_any_address,
                                     confinement()};
  auto started = DebuggerProcess::start(context_, settings, [this] { look(); });
  if (!started) {
    return failure(fmt::format("debugger at {}: {}", config::to_string(*options.debugger),
                               started.error().text));
  }
  debugger_ = std::move(*started);
  context_.debugger = debugger_.get();
  log_.write(LogLevel::info, fmt::format("Debugger at {}", debugger_->url()),
             {{"event", "debugger"}, {"url", debugger_->url()}});
  return {};
}

void Server::look() {
  for (const auto& [id, entry] : connections_) {
    entry.connection->look();
  }
}

void Server::apply(const Settings& settings) {
  const config::ServerOptions& options = settings.global;
  startups_.set_limits({options.max_startups.start, options.max_startups.rate,
                        options.max_startups.full, options.per_source_max_startups.value_or(0)});
  penalties_.set(penalty_settings(options));
  workers_.set_options(worker_options(settings));
}

Result<void> Server::start(std::vector<UniqueFd> adopted) {
  raise_descriptor_limit();
  if (::geteuid() == 0) {
    if (auto made = make_directories(empty_directory(), 0755); !made) {
      return made;
    }
  }
  signals_ = loop_.on_signal({SIGHUP, SIGTERM, SIGINT}, [this](int signal) {
    signal == SIGHUP ? reload() : stop_signal(signal);
  });
  const config::ServerOptions& options = settings_->global;
  if (options.debugger) {  // before workers, which are given a way to it
    if (auto started = start_debugger(options); !started) {
      return started;
    }
  }
  const unsigned wanted = command_.workers != 0 ? command_.workers : options.workers;
  const unsigned count = wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  if (auto started = workers_.start(count); !started) {
    return started;
  }
  apply(*settings_);
  adopted_ = !adopted.empty();
  if (adopted_) {
    listeners_.adopt(std::move(adopted));
  } else if (auto open = listeners_.open(options.listen, options.address_family); !open) {
    return open;
  }
  if (options.metrics_address) {
    const auto as = ::geteuid() == 0 ? std::optional(unprivileged(log_)) : std::nullopt;
    if (auto started = MetricsProcess::start(metrics_process_, context_, *options.metrics_address,
                                             as, [this] { return metrics_text(); });
        !started) {
      return failure(fmt::format("metrics at {}: {}", config::to_string(*options.metrics_address),
                                 started.error().text));
    }
  }
  if (!options.pid_file.empty()) {
    std::ofstream(options.pid_file) << ::getpid() << '\n';
  }
  notify_service_manager("READY=1");
  return {};
}

int Server::run() {
  loop_.run();
  if (!settings_->global.pid_file.empty()) {
    ::unlink(settings_->global.pid_file.c_str());
  }
  return exit_status_;
}

void Server::reload() {
  if (stopping_) {
    return;
  }
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  notify_service_manager(
      fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                  std::uint64_t(now.tv_sec) * 1000000 + std::uint64_t(now.tv_nsec) / 1000));
  log_.info("Received SIGHUP; reading the configuration again.");
  std::string report;
  auto settings = read_settings(command_, report);
  if (settings) {
    if (auto keys = load_keys(**settings, command_, false, log_); !keys) {
      settings = tl::unexpected<Error>(keys.error());
    }
  }
  log_lines(report);
  if (!settings) {
    log_.error("{}; the old one stays", settings.error().text);
  } else {
    settings_ = std::move(*settings);
    if (auto logging = log_.configure(log_settings(settings_->global, command_)); !logging) {
      log_.error("{}", logging.error().text);
    }
    apply(*settings_);
    if (!adopted_) {
      const auto& options = settings_->global;
      if (auto open = listeners_.open(options.listen, options.address_family); !open) {
        log_.error("{}", open.error().text);
      }
    }
  }
  notify_service_manager("READY=1");
}

void Server::stop_signal(int signal) {
  if (stopping_) {
    log_.info("Received signal {} again; terminating.", signal);
    loop_.stop();
    return;
  }
  log_.info("Received signal {}; terminating.", signal);
  notify_service_manager("STOPPING=1");
  drain();
}

void Server::drain() {
  stopping_ = true;
  listeners_.close();
  // Whoever is not logged in has nothing to lose.
  for (auto& [id, entry] : connections_) {
    if (!entry.logged_in) {
      entry.connection->disconnect(DisconnectReason::by_application, "the server is stopping");
    }
  }
  if (!connections_.empty()) {
    log_.info("{} connections go on for at most {} s", connections_.size(),
              std::chrono::duration_cast<std::chrono::seconds>(kDrain).count());
  }
  workers_.drain();
  drain_timer_ = loop_.after(kDrain, [this] {
    for (auto& [id, entry] : connections_) {
      entry.connection->disconnect(DisconnectReason::by_application, "the server is stopping");
    }
    drain_timer_ = loop_.after(kGoodbye, [this] { loop_.stop(); });
  });
  stop_if_done();
}

void Server::stop_if_done() {
  if (stopping_ && connections_.empty()) {
    loop_.stop();
  }
}

}  // namespace ssh::host::monitor
