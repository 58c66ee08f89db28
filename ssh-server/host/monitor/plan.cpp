// Which program, with what environment: see programs.hpp. sshd(8), session.c of OpenSSH for the
// order in which sources of the environment count.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "monitor/programs.hpp"
#include "ssh/patterns.hpp"

namespace ssh::host::monitor {
namespace {

constexpr std::string_view kRootPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::string_view kPath = "/usr/local/bin:/usr/bin:/bin:/usr/games";
constexpr std::size_t kMostVariables = 256;
constexpr std::string_view kInternalSftp = "internal-sftp";

bool is_internal_sftp(std::string_view command) {
  return command == kInternalSftp || command.starts_with("internal-sftp ");
}

class Environment {
 public:
  /// The first value of a name counts, unless it is to be replaced.
  void set(std::string_view name, std::string_view value, bool replace = true) {
    const std::string prefix = fmt::format("{}=", name);
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const auto& line) { return line.starts_with(prefix); });
    if (found == lines_.end()) {
      lines_.push_back(fmt::format("{}{}", prefix, value));
    } else if (replace) {
      *found = fmt::format("{}{}", prefix, value);
    }
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

bool accepted(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return match_pattern(name, pattern); });
}

bool usable(std::string_view name, std::string_view value) {
  return !name.empty() && name.find('=') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos && value.find('\0') == std::string_view::npos;
}

void add_connection(Environment& environment, const Peer& peer) {
  environment.set("SSH_CLIENT", fmt::format("{} {} {}", peer.address, peer.port, peer.local_port));
  environment.set("SSH_CONNECTION", fmt::format("{} {} {} {}", peer.address, peer.port,
                                                peer.local_address, peer.local_port));
}

std::vector<std::string> environment_of(const PlanInputs& in, std::string_view original) {
  Environment environment;
  const bool root = in.account.uid == 0;
  for (const auto& [name, value] : in.request.environment) {
    if (usable(name, value) && accepted(in.options.accept_env, name)) {
      environment.set(name, value);
    }
  }
  environment.set("USER", in.account.name);
  environment.set("LOGNAME", in.account.name);
  environment.set("HOME", in.account.home);
  environment.set("PATH", root ? kRootPath : kPath);
  environment.set("SHELL", in.account.shell);
  for (const auto& [name, value] : in.key_options.environment) {
    const auto match = match_pattern_list(name, in.options.permit_user_environment);
    if (usable(name, value) && match == ListMatch::positive) {
      environment.set(name, value);
    }
  }
  for (const auto& [name, value] : in.pam_environment) {
    // What is for PAM's modules only, and what is said of the connection below (as OpenSSH).
    if (usable(name, value) && !name.starts_with("SSH_AUTH_INFO") &&
        !name.starts_with("SSH_CONNECTION")) {
      environment.set(name, value);
    }
  }
  for (const auto& [name, value] : in.options.set_env) {
    environment.set(name, value);
  }
  add_connection(environment, in.peer);
  if (in.request.terminal) {
    environment.set("TERM", in.request.terminal->term);
  }
  if (in.request.agent && !in.agent_socket.empty()) {
    environment.set("SSH_AUTH_SOCK", in.agent_socket);
  }
  if (!original.empty()) {
    environment.set("SSH_ORIGINAL_COMMAND", original);
  }
  return environment.take();
}

Result<std::string> subsystem_command(const config::ServerOptions& options,
                                      const std::string& name) {
  for (const auto& subsystem : options.subsystems) {
    if (subsystem.name == name) {
      return subsystem.command;
    }
  }
  // The SFTP server is part of this program, so it needs no line in the configuration.
  if (name == "sftp") {
    return std::string(kInternalSftp);
  }
  return failure("subsystem not found");
}

}  // namespace

Result<ProgramPlan> plan_program(const PlanInputs& in) {
  using Kind = request::StartProgram::Kind;
  const auto& request = in.request;
  if (request.command.find('\0') != std::string::npos ||
      request.environment.size() > kMostVariables ||
      (request.terminal && request.terminal->term.find('\0') != std::string::npos)) {
    return failure("the request cannot be served");
  }
  ProgramPlan plan;
  plan.account = in.account;
  plan.user_mode = in.user_mode;
  plan.command = request.command;
  if (request.kind == Kind::subsystem) {
    auto command = subsystem_command(in.options, request.command);
    if (!command) {
      return tl::unexpected<Error>(command.error());
    }
    plan.command = std::move(*command);
  } else if (request.kind == Kind::shell) {
    plan.command.clear();
  }
  const std::string& forced = !in.options.force_command.empty()
                                  ? in.options.force_command
                                  : in.key_options.command.value_or("");
  std::string original;
  if (!forced.empty()) {
    original = std::exchange(plan.command, forced);
  }
  // Only the administrator's files, or the key's, can ask for what is no file.
  plan.internal_sftp =
      is_internal_sftp(plan.command) && (request.kind == Kind::subsystem || !forced.empty());
  if (request.terminal) {
    if (!in.options.permit_tty || !in.key_options.pty) {
      return failure("a terminal is not permitted");
    }
    plan.terminal = request.terminal;
  }
  if (!in.options.chroot_directory.empty() && in.options.chroot_directory != "none") {
    auto directory = config::expand_tokens(in.options.chroot_directory,
                                           {in.account.name, in.account.home, in.account.uid});
    if (!directory) {
      return tl::unexpected<Error>(directory.error());
    }
    plan.chroot_directory = std::move(*directory);
  }
  plan.greets = plan.command.empty() && plan.terminal;
  plan.print_motd = in.options.print_motd && !in.options.use_pam;  // there is pam_motd
  plan.recorded = plan.terminal && !in.user_mode;
  plan.print_last_log = in.options.print_last_log;
  plan.peer_address = in.peer.address;
  plan.environment = environment_of(in, original);
  return plan;
}

std::optional<int> signal_number(std::string_view name) {
  struct Named {
    std::string_view name;
    int number;
  };
  // RFC 4254 section 6.10.
  static constexpr Named kSignals[] = {{"ABRT", 6}, {"ALRM", 14}, {"FPE", 8},   {"HUP", 1},
                                       {"ILL", 4},  {"INT", 2},   {"KILL", 9},  {"PIPE", 13},
                                       {"QUIT", 3}, {"SEGV", 11}, {"TERM", 15}, {"USR1", 10},
                                       {"USR2", 12}};
  for (const Named& known : kSignals) {
    if (known.name == name) {
      return known.number;
    }
  }
  return std::nullopt;
}

}  // namespace ssh::host::monitor
