// See login_session.hpp. The process.
//
// Invariants: no program is signalled once it has been reaped. Signals that this process waits for
// are blocked only while no module of PAM's runs, so that what modules start gets none of it.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <map>

#include "monitor/login_records.hpp"
#include "monitor/login_session.hpp"
#include "monitor/pam.hpp"
#include "monitor/task.hpp"

namespace ssh::host::monitor {
namespace {

constexpr int kNotStarted = 71;  // EX_OSERR
constexpr int kPatience = 20;
constexpr useconds_t kPause = 10'000;

/// SIGCHLD as something that can be read, for as long as this lives.
class ChildSignal {
 public:
  ChildSignal() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set_, nullptr);
    fd_.reset(::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~ChildSignal() { ::sigprocmask(SIG_UNBLOCK, &set_, nullptr); }
  ChildSignal(const ChildSignal&) = delete;
  ChildSignal& operator=(const ChildSignal&) = delete;

  int fd() const { return fd_.get(); }
  void take() const {
    signalfd_siginfo ignored{};
    while (::read(fd_.get(), &ignored, sizeof ignored) > 0) {
    }
  }

 private:
  sigset_t set_{};
  UniqueFd fd_;
};

class SessionProcess {
 public:
  explicit SessionProcess(Channel& monitor) : monitor_(monitor) {}
  void run();

 private:
  struct Running {
    RequestId id = 0;
    std::string terminal_name;
  };
  /// False: the monitor has gone, or speaks nonsense.
  bool receive();
  void on(session_request::Open&, std::vector<UniqueFd>&) {}  // it is open
  void on(session_request::Start& m, std::vector<UniqueFd>& descriptors);
  void on(session_request::Signal& m, std::vector<UniqueFd>& descriptors);
  void reap();
  void ended(const Running& program, pid_t child, int status);
  void hang_up();

  Channel& monitor_;
  std::map<pid_t, Running> programs_;
};

void SessionProcess::run() {
  const ChildSignal children;
  for (bool going_on = true; going_on;) {
    std::array<pollfd, 2> waiting{{{monitor_.fd(), POLLIN, 0}, {children.fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      break;
    }
    children.take();
    reap();
    going_on = receive();
  }
  hang_up();
}

bool SessionProcess::receive() {
  auto received = monitor_.receive();
  if (!received) {
    return false;
  }
  if (!*received) {
    return true;
  }
  auto request = decode_session_request((*received)->bytes);
  if (!request) {
    return false;
  }
  std::visit([&](auto& m) { on(m, (*received)->descriptors); }, *request);
  return true;
}

void SessionProcess::on(session_request::Start& m, std::vector<UniqueFd>& descriptors) {
  Plumbing plumbing;
  plumbing.terminal_name = m.terminal_name;
  if (!plumbing.place(std::move(descriptors))) {
    ended({m.id, {}}, 0, kNotStarted << 8);
    return;
  }
  // With what modules have added.
  m.plan.groups.emplace(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  ::getgroups(static_cast<int>(m.plan.groups->size()), m.plan.groups->data());
  const pid_t child = ::fork();
  if (child == 0) {
    reset_signals();
    int status = 70;  // EX_SOFTWARE
    try {
      status = become_program(m.plan, plumbing);
    } catch (const std::exception&) {  // no memory
    }
    ::_exit(status);
  }
  if (child < 0) {
    const std::string why = fmt::format("fork: {}\r\n", std::strerror(errno));
    const int to = plumbing.err ? plumbing.err.get() : plumbing.in.get();
    [[maybe_unused]] const ssize_t written = ::write(to, why.data(), why.size());
    ended({m.id, {}}, 0, kNotStarted << 8);
    return;
  }
  programs_[child] = {m.id, m.plan.recorded ? m.terminal_name : std::string()};
}

void SessionProcess::on(session_request::Signal& m, std::vector<UniqueFd>&) {
  for (const auto& [child, program] : programs_) {
    // The second, if it leads no group yet.
    if (program.id == m.id && ::kill(-child, m.number) != 0) {
      ::kill(child, m.number);
    }
  }
}

void SessionProcess::reap() {
  int status = 0;
  for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto found = programs_.find(child);
    if (found == programs_.end()) {
      continue;  // a module's, or an orphan's
    }
    const Running program = std::move(found->second);
    programs_.erase(found);
    ended(program, child, status);
  }
}

void SessionProcess::ended(const Running& program, pid_t child, int status) {
  if (!program.terminal_name.empty()) {
    record_logout(program.terminal_name, child);
  }
  send_blocking(monitor_, encode(SessionAnswer(SessionProgramEnded{program.id, status})));
}

void SessionProcess::hang_up() {
  for (const auto& [child, program] : programs_) {
    if (::kill(-child, SIGHUP) != 0) {
      ::kill(child, SIGHUP);
    }
  }
  // One that has just begun may be about to record its login. What does not end goes on, as with
  // OpenSSH, but nobody is logged in any more.
  for (int i = 0; i < kPatience && !programs_.empty(); ++i) {
    reap();
    ::usleep(kPause);
  }
  for (const auto& [child, program] : programs_) {
    if (!program.terminal_name.empty()) {
      record_logout(program.terminal_name, child);
    }
  }
}

/// The monitor's end is this process's; a signal for all of them (a terminal's, a service
/// manager's) is not. A handler, since what is ignored stays so for what modules execute.
void outlive_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) {
    ::sigaction(number, &action, nullptr);
  }
}

}  // namespace

void serve_session(Channel& monitor, Pam& pam) {
  auto received = receive_blocking(monitor);
  const auto request =
      received ? decode_session_request(received->bytes) : failure("the monitor has gone");
  if (!request || !std::holds_alternative<session_request::Open>(*request)) {
    return;
  }
  ::setsid();
  outlive_signals();
  SessionOpened opened = pam.open_session();
  const bool ok = opened.ok;
  send_blocking(monitor, encode(SessionAnswer(std::move(opened))));
  if (ok) {
    SessionProcess(monitor).run();
  }
}

}  // namespace ssh::host::monitor
