// Running a program to its end, within limits.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spl::promela {

using Clock = std::chrono::steady_clock;

struct ProcessRequest {
  std::vector<std::string> command;  // [0] is a path
  std::string directory;
  std::optional<std::string_view> input;            // nullopt: empty
  std::size_t max_output = std::size_t{64} << 20U;  // of standard output, in bytes
  std::optional<Clock::time_point> deadline;
  std::uint64_t address_space_mb = 0;  // 0: no limit
  std::uint64_t cpu_seconds = 0;       // 0: no limit
  const std::atomic<bool>* cancel = nullptr;
  /// What the group gets when it is cancelled (and when splc itself is killed), again and again
  /// until it ends or `grace` is over. SIGKILL, or what a program that has to clean up expects.
  int cancel_signal = SIGKILL;
  std::chrono::milliseconds grace{2000};  // from an interrupt to the kill
  /// Called with all of standard output so far, a few times a second and when there is more.
  std::function<void(std::string_view)> on_output;
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

/// Runs it in a process group of its own. At the deadline the group is interrupted, and killed if
/// that does not help.
[[nodiscard]] ProcessResult run_process(const ProcessRequest& request);

/// "'spin' was ended by signal 11 (Segmentation fault)", of one that did not end well.
[[nodiscard]] std::string describe_failure(const std::string& tool, const ProcessResult& result);

/// The path of a program: itself if it has a slash, else the first in PATH. "" if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// Where tools work: a private directory, removed with all it holds, or one that is kept.
class WorkDirectory {
 public:
  /// `keep`: a directory, made if need be; "" for a private one under TMPDIR.
  explicit WorkDirectory(const std::string& keep = {});
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  /// "" if it could not be made; then error() says why.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] bool kept() const { return kept_; }
  /// Writes a file in it; false (and error()) if that fails.
  bool write(const std::string& name, const std::string& text);
  /// No room is left on its file system, or as good as none.
  [[nodiscard]] bool full() const;

 private:
  std::string path_;
  std::string error_;
  bool kept_ = false;
};

}  // namespace spl::promela
