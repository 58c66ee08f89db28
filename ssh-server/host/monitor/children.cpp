// See children.hpp.
//
// Invariant: a pid is signalled only while it has not been reaped, so it cannot be somebody else's
// by then. Signals are blocked around fork(), so that no handler of the parent's runs in the child.
#include "monitor/children.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <vector>

namespace ssh::host::monitor {

void close_all_but(std::span<const int> keep) {
  std::vector<int> sorted(keep.begin(), keep.end());
  std::sort(sorted.begin(), sorted.end());
  unsigned from = 3;
  for (const int fd : sorted) {
    const auto kept = static_cast<unsigned>(std::max(fd, 2));
    if (kept < from) {
      continue;
    }
    if (kept > from) {
      ::close_range(from, kept - 1, 0);
    }
    from = kept + 1;
  }
  ::close_range(from, ~0U, 0);
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL);  // fails for KILL and STOP, and for the C library's own
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

Children::Children(Loop& loop) : signal_(loop.on_signal({SIGCHLD}, [this](int) { reap(); })) {}

Result<pid_t> Children::start(const std::function<int()>& body, std::span<const int> keep,
                              Ended ended) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child == 0) {
    close_all_but(keep);
    reset_signals();
    int status = 70;  // EX_SOFTWARE
    try {
      status = body();
    } catch (const std::exception&) {  // no memory: nothing of the parent's may run on
    }
    ::_exit(status);
  }
  const int error = errno;
  if (child > 0) {
    ended_.emplace(child, std::move(ended));
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) {
    return failure(std::string("fork: ") + std::strerror(error));
  }
  return child;
}

void Children::kill(pid_t child, int signal) {
  if (ended_.contains(child)) {
    ::kill(child, signal);
  }
}

void Children::kill_group(pid_t child, int signal) {
  if (ended_.contains(child) && ::kill(-child, signal) != 0) {
    ::kill(child, signal);  // it has not called setsid() yet
  }
}

void Children::forget(pid_t child) {
  if (const auto found = ended_.find(child); found != ended_.end()) {
    found->second = nullptr;
  }
}

void Children::reap() {
  int status = 0;
  for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto found = ended_.find(child);
    if (found == ended_.end()) {
      continue;
    }
    const Ended ended = std::move(found->second);
    ended_.erase(found);
    if (ended) {
      ended(status);
    }
  }
}

}  // namespace ssh::host::monitor
