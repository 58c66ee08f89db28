// What a verification is doing, on one line of a terminal.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "driver/console.hpp"
#include "spl/promela/job.hpp"

namespace spl::driver {

/// Writes to standard error while it lives, and leaves the line empty. Thread-safe.
class VerifyProgress {
 public:
  /// `on`: standard error is a terminal that can clear a line, and nobody asked for quiet.
  VerifyProgress(Console& console, bool on);
  VerifyProgress(const VerifyProgress&) = delete;
  VerifyProgress& operator=(const VerifyProgress&) = delete;
  ~VerifyProgress();

  /// VerifyOptions::on_progress.
  void running(std::string_view job, const promela::SearchProgress* now);
  /// OnResult.
  void done();

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Clock::time_point since;
    promela::SearchStatistics statistics;
  };

  void show();

  Console& console_;
  bool on_;
  std::mutex mutex_;
  std::map<std::string, Running, std::less<>> running_;
  std::size_t done_ = 0;
  Clock::time_point shown_;
};

/// True where a line can be rewritten: a terminal, not a dumb one.
[[nodiscard]] bool rewritable_stderr();

}  // namespace spl::driver
