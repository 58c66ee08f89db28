// Children: fork and exec with pipes for their output, a deadline, and nothing left behind.
//
// The parent may have threads, so between fork and exec the child makes system calls only.
#include "spl/promela/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace spl::promela {
namespace {

constexpr std::size_t kMaxErrors = std::size_t{64} << 10;
constexpr auto kPollStep = std::chrono::milliseconds{50};
constexpr auto kAgain = std::chrono::milliseconds{300};  // between one signal and the next

/// Both ends of a pipe, closed at the end.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t i) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
  [[nodiscard]] bool ok() const { return ends[0] >= 0; }
};

void limit(int resource, std::uint64_t value) {
  rlimit r{};
  r.rlim_cur = value;
  r.rlim_max = value;
  setrlimit(static_cast<__rlimit_resource>(resource), &r);
}

/// A descriptor to read standard input from, or -1: a file in memory, so that nobody has to write
/// while the child reads.
class Input {
 public:
  explicit Input(const std::optional<std::string_view>& text) {
    descriptor_ =
        text ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0 || !text) return;
    auto rest = *text;
    while (!rest.empty()) {
      const auto n = write(descriptor_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        fail();
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (lseek(descriptor_, 0, SEEK_SET) != 0) fail();
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  void fail() {
    const int why = errno;
    close(descriptor_);
    descriptor_ = -1;
    errno = why;
  }

  int descriptor_ = -1;
};

/// In the child: never returns.
[[noreturn]] void become(const ProcessRequest& request, char* const* arguments, int in, int out,
                         int err, int failure) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, request.cancel_signal);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(s, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  if (request.address_space_mb != 0) limit(RLIMIT_AS, request.address_space_mb << 20U);
  if (request.cpu_seconds != 0) limit(RLIMIT_CPU, request.cpu_seconds);
  if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 &&
      chdir(request.directory.c_str()) == 0) {
    execv(arguments[0], arguments);
  }
  const int why = errno;
  [[maybe_unused]] const auto written = write(failure, &why, sizeof why);
  _exit(127);
}

/// Watches one child until it is gone.
class Watch {
 public:
  Watch(const ProcessRequest& request, pid_t child) : request_(request), child_(child) {}

  ProcessResult run(int out, int err) {
    std::array<pollfd, 2> fds{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
      if (poll(fds.data(), fds.size(), static_cast<int>(kPollStep.count())) < 0 && errno != EINTR) {
        break;
      }
      take(fds[0], result_.output, request_.max_output);
      if (request_.on_output) request_.on_output(result_.output);
      take(fds[1], result_.errors, kMaxErrors);
      check_limits();
    }
    reap();
    return std::move(result_);
  }

 private:
  void take(pollfd& fd, std::string& text, std::size_t most) {
    if (fd.fd < 0 || fd.revents == 0) return;
    std::array<char, 65536> buffer{};
    const auto n = read(fd.fd, buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n <= 0) {
      fd.fd = -1;
      return;
    }
    const auto count = static_cast<std::size_t>(n);
    if (text.size() + count <= most) {
      text.append(buffer.data(), count);
    } else if (&text == &result_.output) {
      stop(ProcessResult::Status::too_much, SIGKILL);
    }
  }

  void check_limits() {
    const auto now = Clock::now();
    if (request_.cancel != nullptr && request_.cancel->load()) {
      stop(ProcessResult::Status::cancelled, request_.cancel_signal);
    } else if (request_.deadline && now >= *request_.deadline) {
      stop(ProcessResult::Status::timed_out, SIGINT);
    }
    if (!stopped_) return;
    if (now - stopped_at_ > request_.grace) {
      kill(-child_, SIGKILL);
    } else if (why_ == ProcessResult::Status::cancelled && now - signalled_at_ > kAgain) {
      signalled_at_ = now;
      kill(-child_, request_.cancel_signal);
    }
  }

  void stop(ProcessResult::Status why, int signal) {
    if (stopped_) return;
    stopped_ = true;
    stopped_at_ = signalled_at_ = Clock::now();
    why_ = why;
    kill(-child_, signal);
  }

  /// The pipes are closed, but the child may live on.
  void reap() {
    int status = 0;
    for (;;) {
      const auto got = waitpid(child_, &status, WNOHANG);
      if (got == child_ || (got < 0 && errno != EINTR)) break;
      check_limits();
      poll(nullptr, 0, 1);
    }
    kill(-child_, SIGKILL);  // what it may have started
    result_.status =
        WIFEXITED(status) ? ProcessResult::Status::exited : ProcessResult::Status::signalled;
    result_.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    if (request_.cpu_seconds != 0 && WIFSIGNALED(status) &&
        (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)) {
      result_.status = ProcessResult::Status::cpu_used_up;
    }
    if (stopped_) result_.status = why_;
  }

  const ProcessRequest& request_;
  pid_t child_;
  ProcessResult result_;
  bool stopped_ = false;
  Clock::time_point stopped_at_;
  Clock::time_point signalled_at_;
  ProcessResult::Status why_{};
};

ProcessResult not_started(int why) {
  ProcessResult result;
  result.error = std::strerror(why);
  return result;
}

}  // namespace

ProcessResult run_process(const ProcessRequest& request) {
  std::vector<char*> arguments;
  for (const auto& a : request.command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  const Input in(request.input);
  if (in.descriptor() < 0) return not_started(errno);
  Pipe out;
  Pipe err;
  Pipe failure;
  if (!out.ok() || !err.ok() || !failure.ok()) return not_started(errno);
  const auto child = fork();
  if (child < 0) return not_started(errno);
  if (child == 0) {
    become(request, arguments.data(), in.descriptor(), out.ends[1], err.ends[1], failure.ends[1]);
  }
  setpgid(child, child);  // whoever of the two comes first
  out.close_end(1);
  err.close_end(1);
  failure.close_end(1);
  int why = 0;
  ssize_t got = 0;
  do {
    got = read(failure.ends[0], &why, sizeof why);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof why)) {
    waitpid(child, nullptr, 0);
    return not_started(why);
  }
  return Watch(request, child).run(out.ends[0], err.ends[0]);
}

}  // namespace spl::promela
