// `splc verify` as a process of its own, so that whoever started it stays responsive.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spl::driver {

/// One run of this very program. Ended, and waited for, when it is destroyed.
class VerifyProcess {
 public:
  explicit VerifyProcess(std::int64_t id) : id_(id) {}
  VerifyProcess(VerifyProcess&& other) noexcept;
  VerifyProcess& operator=(VerifyProcess&& other) noexcept;
  ~VerifyProcess();

  /// Runs the command line (its first word is not looked up) in a directory, with a text as
  /// standard input. Why it could not be started, or "".
  [[nodiscard]] std::string start(const std::vector<std::string>& command,
                                  const std::string& directory, std::string_view input);
  /// Readable once the process has ended.
  [[nodiscard]] int descriptor() const { return process_; }
  [[nodiscard]] std::int64_t id() const { return id_; }
  /// Asks it to end, which it does in order, with all that it has started. Asking again changes
  /// nothing.
  void cancel();

  struct Result {
    int exit = 0;  // 128 + N if signal N ended it
    std::string output;
    std::string errors;
  };
  /// Waits for its end.
  [[nodiscard]] Result finish();

 private:
  void close_all();

  std::int64_t id_;
  pid_t pid_ = -1;
  int process_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  bool cancelled_ = false;
};

}  // namespace spl::driver
