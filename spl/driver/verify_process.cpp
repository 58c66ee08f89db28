#include "driver/verify_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace spl::driver {
namespace {

constexpr std::size_t kMaxOutput = 64U << 20;

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(to, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::lseek(to, 0, SEEK_SET) == 0;
}

std::string read_all(int from) {
  std::string text;
  if (::lseek(from, 0, SEEK_SET) != 0) return text;
  char buffer[1 << 16];
  while (text.size() < kMaxOutput) {
    const auto n = ::read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

void close_one(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* directory, char* const* arguments, const int (&streams)[3]) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  bool ok = ::chdir(directory) == 0;
  for (int i = 0; ok && i < 3; ++i) ok = ::dup2(streams[i], i) == i;
  if (ok) ::execv("/proc/self/exe", arguments);
  ::_exit(127);
}

}  // namespace

VerifyProcess::VerifyProcess(VerifyProcess&& other) noexcept
    : id_(other.id_),
      pid_(std::exchange(other.pid_, -1)),
      process_(std::exchange(other.process_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      cancelled_(other.cancelled_) {}

VerifyProcess& VerifyProcess::operator=(VerifyProcess&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(pid_, other.pid_);
  std::swap(process_, other.process_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  std::swap(errors_, other.errors_);
  std::swap(cancelled_, other.cancelled_);
  return *this;
}

VerifyProcess::~VerifyProcess() {
  if (pid_ > 0) {
    cancel();
    static_cast<void>(finish());
  }
  close_all();
}

void VerifyProcess::close_all() {
  for (auto* one : {&process_, &input_, &output_, &errors_}) close_one(*one);
}

std::string VerifyProcess::start(const std::vector<std::string>& command,
                                 const std::string& directory, std::string_view input) {
  const auto failed = [] {
    return std::string("cannot start a verification: ") + std::strerror(errno);
  };
  input_ = ::memfd_create("input", MFD_CLOEXEC);
  output_ = ::memfd_create("output", MFD_CLOEXEC);
  errors_ = ::memfd_create("errors", MFD_CLOEXEC);
  if (input_ < 0 || output_ < 0 || errors_ < 0 || !write_all(input_, input)) return failed();
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int streams[3] = {input_, output_, errors_};
  pid_ = ::fork();
  if (pid_ == 0) become(directory.c_str(), arguments.data(), streams);
  if (pid_ < 0) return failed();
  // glibc 2.36 declares pidfd_open() without C linkage.
  process_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (process_ >= 0) return {};
  const auto why = failed();
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  return why;
}

void VerifyProcess::cancel() {
  // A second signal would end it at once, and leave what it has started.
  if (pid_ > 0 && !std::exchange(cancelled_, true)) ::kill(pid_, SIGTERM);
}

VerifyProcess::Result VerifyProcess::finish() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  Result result;
  result.exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.output = read_all(output_);
  result.errors = read_all(errors_);
  if (result.exit == 127 && result.errors.empty()) result.errors = "splc could not be started";
  close_all();
  return result;
}

}  // namespace spl::driver
