// statecall-sshd: reads the command line, and then is the monitor, or, as a process of the
// monitor's, a worker. See ssh-server/README.md.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "control/control.hpp"
#include "debug/process.hpp"
#include "monitor/command_line.hpp"
#include "monitor/files.hpp"
#include "monitor/identity.hpp"
#include "monitor/server.hpp"
#include "monitor/systemd.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace {

using namespace ssh::host;
using namespace ssh::host::monitor;

constexpr int kFailed = 1;

int complain(const std::string& text) {
  fmt::print(stderr, "statecall-sshd: {}\n", text);
  return kFailed;
}

int print_effective(const CommandLine& command, const Settings& settings) {
  if (command.connection.empty()) {
    fmt::print("{}", ssh::config::print_effective(settings.global));
    return 0;
  }
  const auto facts = parse_connection(command.connection);
  if (!facts) {
    return complain(facts.error().text);
  }
  fmt::print("{}", ssh::config::print_effective(ssh::config::effective(settings.config, *facts)));
  return 0;
}

/// The parent waits until the child listens, or says on standard error why it does not.
class Daemon {
 public:
  /// In the parent, never returns.
  static Daemon become() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      std::exit(complain("no pipe"));
    }
    const pid_t child = ::fork();
    if (child < 0) {
      std::exit(complain("cannot fork"));
    }
    if (child > 0) {
      ::close(ends[1]);
      char ready = 0;
      ::_exit(::read(ends[0], &ready, 1) == 1 ? 0 : kFailed);
    }
    ::close(ends[0]);
    ::setsid();
    [[maybe_unused]] const int changed = ::chdir("/");
    Daemon daemon;
    daemon.ready_.reset(ends[1]);
    return daemon;
  }

  void listening() {
    const UniqueFd null(::open("/dev/null", O_RDWR));
    for (int fd = 0; fd <= 2; ++fd) {
      ::dup2(null.get(), fd);
    }
    [[maybe_unused]] const ssize_t told = ::write(ready_.get(), "r", 1);
    ready_.reset();
  }

 private:
  UniqueFd ready_;
};

/// The first of the files that would let this account in, if there is none of them yet.
std::string missing_keys(const ssh::config::ServerOptions& options, const Account& self) {
  std::string first;
  for (const std::string& name : options.authorized_keys_files) {
    const auto expanded = ssh::config::expand_tokens(name, {self.name, self.home, self.uid});
    if (!expanded || name == "none") {
      continue;
    }
    const std::string path = expanded->starts_with('/') ? *expanded : self.home + "/" + *expanded;
    if (::access(path.c_str(), R_OK) == 0) {
      return {};
    }
    if (first.empty()) {
      first = path;
    }
  }
  return first;
}

/// For somebody who runs it for the first time.
void greet(const Server& server, const Settings& settings) {
  const auto self = own_account();
  if (!self) {
    return;
  }
  for (const std::string& name : server.listeners().names()) {
    fmt::print("Listening on {}.\n", name);
  }
  for (std::size_t i = 0; i < settings.keys->size(); ++i) {
    const auto& key = settings.keys->key(i);
    fmt::print("Host key {} {}\n", key.type(), ssh::fingerprint(key.public_blob()));
  }
  if (const std::string keys = missing_keys(settings.global, *self); !keys.empty()) {
    fmt::print(
        "There is no {} yet, so nobody can log in. To let yourself in:\n"
        "  test -f ~/.ssh/id_ed25519 || ssh-keygen -t ed25519\n"
        "  cat ~/.ssh/id_ed25519.pub >> {} && chmod 600 {}\n",
        keys, keys, keys);
  }
  const auto ports = server.listeners().ports();
  if (!ports.empty()) {
    fmt::print("Try it:\n  ssh -p {} {}@localhost\n", ports.front(), self->name);
  }
  std::fflush(stdout);
}

int serve(const CommandLine& command, const std::shared_ptr<Settings>& settings, Log& log,
          std::vector<UniqueFd> adopted) {
  const bool foreground = command.foreground || command.user_mode || command.debug > 0 ||
                          under_service_manager() || !adopted.empty();
  std::optional<Daemon> daemon;
  if (!foreground) {
    daemon = Daemon::become();
  }
  Server server(command, settings, log);
  if (auto started = server.start(std::move(adopted)); !started) {
    log.error("{}", started.error().text);
    return complain(started.error().text);
  }
  if (const std::string url = server.debugger_url();
      foreground && !url.empty() &&
      log_settings(settings->global, command).sink != Log::Sink::standard_error) {
    fmt::print(stderr, "Debugger at {}\n", url);
  }
  if (daemon) {
    daemon->listening();
  } else if (command.user_mode) {
    greet(server, *settings);
  }
  return server.run();
}

/// False: the keys are those that the first start makes, and it has not been yet.
bool any_key(const Settings& settings, const CommandLine& command) {
  const auto& files = settings.global.host_keys;
  return files != standard_host_keys(places(command.user_mode).keys) ||
         std::any_of(files.begin(), files.end(),
                     [](const std::string& file) { return ::access(file.c_str(), F_OK) == 0; });
}

int run(const CommandLine& command) {
  auto adopted = sockets_of_service_manager();
  if (!command.user_mode && ::geteuid() != 0 && !command.test && !command.print) {
    return complain("not root: for a server of your own, use --user-mode");
  }
  std::string report;
  auto settings = read_settings(command, report);
  fmt::print(stderr, "{}", report);
  if (!settings) {
    return complain(settings.error().text);
  }
  Log log;
  if (command.print) {
    return print_effective(command, **settings);
  }
  if (!command.test) {
    if (auto configured = log.configure(log_settings((*settings)->global, command)); !configured) {
      return complain(configured.error().text);
    }
  }
  // Before the first start there are no keys yet, and that is no mistake.
  if (command.test && !any_key(**settings, command)) {
    return 0;
  }
  if (auto keys = load_keys(**settings, command, !command.test, log); !keys) {
    return complain(keys.error().text);
  }
  return command.test ? 0 : serve(command, *settings, log, std::move(adopted));
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto parsed = parse_command_line(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) {
    return *status;
  }
  const auto& command = std::get<CommandLine>(parsed);
  if (command.debugger) {
    return ssh::debugger::run_debugger(command.worker_options);
  }
  return command.worker ? run_worker(command.worker_options) : run(command);
}
