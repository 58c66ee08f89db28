// Internal: running a program to its end, within limits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spl::promela {

using Clock = std::chrono::steady_clock;

struct ProcessRequest {
  std::vector<std::string> command;  // [0] is a path
  std::string directory;
  std::optional<Clock::time_point> deadline;
  std::uint64_t address_space_mb = 0;  // 0: no limit
  std::uint64_t cpu_seconds = 0;       // 0: no limit
  const std::atomic<bool>* cancel = nullptr;
};

struct ProcessResult {
  enum class Status : std::uint8_t {
    exited,
    signalled,
    cpu_used_up,
    timed_out,  // interrupted at the deadline; output is what it said until then
    cancelled,
    too_much,    // wrote more than is kept; ended
    not_started  // `error` says why
  };
  Status status = Status::not_started;
  int code = 0;  // exit status or signal
  std::string output;
  std::string errors;
  std::string error;
};

/// Runs it in a process group of its own, standard input empty. At the deadline the group is
/// interrupted, and killed if that does not help.
[[nodiscard]] ProcessResult run_process(const ProcessRequest& request);

/// The path of a program: itself if it has a slash, else the first in PATH. "" if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// A private directory, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  /// "" if it could not be made; then error() says why.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  /// Writes a file in it; false (and error()) if that fails.
  bool write(const std::string& name, const std::string& text);

 private:
  std::string path_;
  std::string error_;
};

}  // namespace spl::promela
