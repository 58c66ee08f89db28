// See programs.hpp.
//
// Invariant: between fork() and exec() the child has no descriptor but its own input and output, no
// handler of the parent's, and gives up its privileges before it looks at anything of the user's.
#include "monitor/programs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "debug/sftp_watcher.hpp"
#include "host/posix_file.hpp"
#include "monitor/files.hpp"
#include "monitor/login_records.hpp"
#include "monitor/pty.hpp"

namespace ssh::host::monitor {
namespace {

/// Wide pipes: the program and the worker take turns less often, which a busy machine feels. A
/// system that grants no more than its default is taken as it is.
constexpr int kPipeSize = 256 * 1024;

tl::unexpected<Error> failed(const char* what) {
  return failure(fmt::format("{}: {}", what, std::strerror(errno)));
}

Result<void> add_pipe(Plumbing& plumbing, UniqueFd& theirs, bool they_write) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return failed("pipe");
  }
  UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  ::fcntl(write.get(), F_SETPIPE_SZ, kPipeSize);
  UniqueFd& ours = they_write ? read : write;
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  plumbing.ours.push_back(std::move(ours));
  theirs = std::move(they_write ? write : read);
  return {};
}

int complain(std::string_view text) {
  const std::string line = fmt::format("{}\r\n", text);
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  return 254;
}

/// In the child: descriptors 0 to 2.
int take_places(const ProgramPlan& plan, const Plumbing& plumbing) {
  if (plan.terminal) {
    if (!take_terminal(plumbing.in.get())) {
      return 1;
    }
  } else if (::setsid() < 0) {
    return 1;
  }
  const int out = plumbing.out ? plumbing.out.get() : plumbing.in.get();
  const int err = plumbing.err ? plumbing.err.get() : out;
  if (::dup2(plumbing.in.get(), 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) {
    return 1;
  }
  const std::array<int, 1> keep{plumbing.debugger.get()};
  close_all_but(keep);
  return 0;
}

void print(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
}
void print_file(const char* path) {
  if (const auto text = read_file(path, 64 * 1024)) {
    print(*text);
  }
}

/// /etc/nologin: only root may log in (nologin(5)).
bool closed_for(const ProgramPlan& plan) {
  return !plan.user_mode && plan.account.uid != 0 && ::access("/etc/nologin", F_OK) == 0;
}

Result<void> become_user(const ProgramPlan& plan) {
  if (plan.chroot_directory.empty()) {
    return become(plan.account, plan.groups);
  }
  if (auto checked = check_chroot_directory(plan.chroot_directory); !checked) {
    return checked;
  }
  if (::chroot(plan.chroot_directory.c_str()) != 0 || ::chdir("/") != 0) {
    return failed("chroot");
  }
  return become(plan.account, plan.groups);
}

/// Before privileges are given up. What is to be said of the last login.
std::string record(const ProgramPlan& plan, const std::string& terminal_name) {
  if (!plan.recorded) {
    return {};
  }
  const LoginRecord login{terminal_name, plan.account.name, plan.account.uid, plan.peer_address,
                          ::getpid()};
  const auto last = record_login(login);
  return plan.print_last_log && last ? describe(*last) : std::string();
}

/// In the user's home. As OpenSSH: what PAM says, the last login, the message of the day.
void greet(const ProgramPlan& plan, const std::string& last_login) {
  if (!plan.greets || ::access(".hushlogin", F_OK) == 0) {
    return;
  }
  print(plan.greeting);
  print(last_login);
  if (plan.print_motd) {
    print_file("/etc/motd");
  }
}

/// Returns only if it cannot be done.
int execute(const ProgramPlan& plan, std::vector<std::string> environment) {
  std::vector<char*> variables;
  for (std::string& line : environment) {
    variables.push_back(line.data());
  }
  variables.push_back(nullptr);
  std::string shell = plan.account.shell;
  const std::string base = shell.substr(shell.rfind('/') + 1);
  std::string name = plan.command.empty() ? "-" + base : base;
  std::string dash_c = "-c";
  std::string command = plan.command;
  std::array<char*, 4> arguments{name.data(), nullptr, nullptr, nullptr};
  if (!command.empty()) {
    arguments[1] = dash_c.data();
    arguments[2] = command.data();
  }
  ::execve(shell.c_str(), arguments.data(), variables.data());
  complain(fmt::format("{}: {}", shell, std::strerror(errno)));
  return 127;
}

/// After its input and output are in place.
int run_program(const ProgramPlan& plan, const std::string& terminal_name, UniqueFd debugger) {
  if (closed_for(plan)) {
    print_file("/etc/nologin");
    return 254;
  }
  if (plan.internal_sftp) {
    own_descriptors();  // while there is a /proc
  }
  const std::string last_login = record(plan, terminal_name);
  if (const auto became = become_user(plan); !became) {
    return complain(became.error().text);
  }
  if (::chdir(plan.account.home.c_str()) != 0) {
    if (!plan.internal_sftp) {
      complain(fmt::format("Could not chdir to home directory {}: {}", plan.account.home,
                           std::strerror(errno)));
    }
    [[maybe_unused]] const int nowhere = ::chdir("/");
  }
  ::umask(022);
  if (plan.internal_sftp) {
    std::optional<DebugSftp> watcher;
    if (debugger) {
      watcher.emplace(std::move(debugger));
    }
    return run_internal_sftp(plan, watcher ? &*watcher : nullptr);
  }
  greet(plan, last_login);
  std::vector<std::string> environment = plan.environment;
  if (!terminal_name.empty()) {
    environment.push_back("SSH_TTY=" + terminal_name);
  }
  return execute(plan, std::move(environment));
}

}  // namespace

std::vector<UniqueFd> Plumbing::take_theirs() {
  std::vector<UniqueFd> theirs;
  for (UniqueFd* each : {&in, &out, &err, &debugger}) {
    if (*each) {
      theirs.push_back(std::move(*each));
    }
  }
  return theirs;
}

bool Plumbing::place(std::vector<UniqueFd> theirs) {
  const bool pipes = terminal_name.empty();
  if (pipes ? theirs.size() != 3 && theirs.size() != 4 : theirs.size() != 1) {
    return false;
  }
  in = std::move(theirs[0]);
  if (pipes) {
    out = std::move(theirs[1]);
    err = std::move(theirs[2]);
  }
  if (theirs.size() == 4) {
    debugger = std::move(theirs[3]);
  }
  return true;
}

Result<Plumbing> lay_pipes(const ProgramPlan& plan, UniqueFd debugger) {
  Plumbing plumbing;
  plumbing.debugger = std::move(debugger);
  if (plan.terminal) {
    auto terminal = open_terminal(*plan.terminal, plan.account);
    if (!terminal) {
      return tl::unexpected<Error>(terminal.error());
    }
    plumbing.shape = reply::Program::Shape::terminal;
    plumbing.ours.push_back(std::move(terminal->master));
    plumbing.in = std::move(terminal->slave);
    plumbing.terminal_name = terminal->name;
    return plumbing;
  }
  for (const auto& [theirs, they_write] :
       {std::pair{&plumbing.in, false}, {&plumbing.out, true}, {&plumbing.err, true}}) {
    if (auto added = add_pipe(plumbing, *theirs, they_write); !added) {
      return tl::unexpected<Error>(added.error());
    }
  }
  return plumbing;
}

int become_program(const ProgramPlan& plan, Plumbing& plumbing) {
  if (const int wrong = take_places(plan, plumbing); wrong != 0) {
    return wrong;
  }
  return run_program(plan, plumbing.terminal_name, std::move(plumbing.debugger));
}

Result<StartedProgram> start_program(Children& children, const ProgramPlan& plan, UniqueFd debugger,
                                     Children::Ended ended) {
  auto plumbing = lay_pipes(plan, std::move(debugger));
  if (!plumbing) {
    return tl::unexpected<Error>(plumbing.error());
  }
  const std::array<int, 4> keep{plumbing->in.get(), plumbing->out.get(), plumbing->err.get(),
                                plumbing->debugger.get()};
  auto child =
      children.start([&] { return become_program(plan, *plumbing); }, keep, std::move(ended));
  if (!child) {
    return tl::unexpected<Error>(child.error());
  }
  return StartedProgram{*child, plumbing->shape, std::move(plumbing->ours),
                        std::move(plumbing->terminal_name)};
}

reply::ProgramEnded how_it_ended(int status) {
  reply::ProgramEnded how;
  if (WIFEXITED(status)) {
    how.status = static_cast<std::uint32_t>(WEXITSTATUS(status));
    return how;
  }
  for (const char* name : {"ABRT", "ALRM", "FPE", "HUP", "ILL", "INT", "KILL", "PIPE", "QUIT",
                           "SEGV", "TERM", "USR1", "USR2"}) {
    if (signal_number(name) == WTERMSIG(status)) {
      how.signal = name;
    }
  }
  if (how.signal.empty()) {
    // RFC 4254 section 6.10: a name of one's own has a domain behind it.
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    how.signal = fmt::format("{}@statecall", name == nullptr ? "unknown" : name);
  }
  how.core_dumped = WCOREDUMP(status);
  return how;
}

}  // namespace ssh::host::monitor
