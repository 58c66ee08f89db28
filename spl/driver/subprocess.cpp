// run_filter: posix_spawn and one poll loop, so that neither side waits for the other for ever.
#include "driver/subprocess.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace spl::driver {
namespace {

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  [[nodiscard]] bool ok() const { return ends_[0] >= 0; }
  [[nodiscard]] int end(std::size_t i) const { return ends_[i]; }
  void close(std::size_t i) {
    if (ends_[i] >= 0) ::close(ends_[i]);
    ends_[i] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

struct Child {
  Pipe in;
  Pipe out;
  Pipe err;
  pid_t pid = -1;

  /// 0, or why it could not be started.
  int start(const std::vector<std::string>& command) {
    if (!in.ok() || !out.ok() || !err.ok()) return errno;
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.end(0), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.end(1), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.end(1), STDERR_FILENO);
    posix_spawnattr_t attributes;  // the child is not to inherit that SIGPIPE is ignored
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int why = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    in.close(0);
    out.close(1);
    err.close(1);
    return why;
  }
};

/// False at the end of the stream.
bool take(int descriptor, std::string& text) {
  std::array<char, 1 << 14> buffer;
  const auto n = ::read(descriptor, buffer.data(), buffer.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  text.append(buffer.data(), static_cast<std::size_t>(n));
  return n != 0;
}

/// False when all is written, or the child does not want more.
bool give(int descriptor, std::string_view& text) {
  const auto n = ::write(descriptor, text.data(), text.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  text.remove_prefix(static_cast<std::size_t>(n));
  return !text.empty();
}

void exchange(Child& child, std::string_view input, std::string& output, std::string& errors) {
  ::fcntl(child.in.end(1), F_SETFL, O_NONBLOCK);
  if (input.empty()) child.in.close(1);
  while (child.out.end(0) >= 0 || child.err.end(0) >= 0) {
    std::array<pollfd, 3> wait{pollfd{child.in.end(1), POLLOUT, 0},
                               pollfd{child.out.end(0), POLLIN, 0},
                               pollfd{child.err.end(0), POLLIN, 0}};
    if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return;
    if (wait[0].revents != 0 && !give(child.in.end(1), input)) child.in.close(1);
    if (wait[1].revents != 0 && !take(child.out.end(0), output)) child.out.close(0);
    if (wait[2].revents != 0 && !take(child.err.end(0), errors)) child.err.close(0);
  }
}

}  // namespace

std::variant<std::string, FilterError> run_filter(const std::vector<std::string>& command,
                                                  std::string_view input) {
  Child child;
  if (const int why = child.start(command); why != 0) {
    return FilterError{why == ENOENT,
                       fmt::format("cannot run '{}': {}", command[0], std::strerror(why))};
  }
  std::string output;
  std::string errors;
  exchange(child, input, output, errors);
  child.in.close(1);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  const auto first_line = errors.substr(0, errors.find('\n'));
  const auto how = WIFSIGNALED(status) ? fmt::format("was killed by signal {}", WTERMSIG(status))
                                       : fmt::format("failed with status {}", WEXITSTATUS(status));
  return FilterError{false, fmt::format("'{}' {}{}{}", command[0], how,
                                        first_line.empty() ? "" : ": ", first_line)};
}

}  // namespace spl::driver
