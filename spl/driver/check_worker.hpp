// Checks of policies on a thread of their own, so that the editor is answered meanwhile.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "language_server/server.hpp"

namespace spl::driver {

/// Does one check at a time, and the newest only. All members are for one thread, its owner.
class CheckWorker {
 public:
  /// As lsp::run_check(). It runs on the worker's thread; what it throws, take() throws.
  using Check = std::function<std::shared_ptr<const lsp::Analysis>(const lsp::CheckJob& job,
                                                                   const std::atomic<bool>& stop)>;
  struct Done {
    std::int64_t id = 0;
    std::shared_ptr<const lsp::Analysis> analysis;
  };

  explicit CheckWorker(Check check = lsp::run_check);
  CheckWorker(const CheckWorker&) = delete;
  CheckWorker& operator=(const CheckWorker&) = delete;
  /// Stops the check that is under way, and waits for that.
  ~CheckWorker();

  /// In place of what is under way or waits, which is stopped.
  void start(lsp::CheckJob job);
  void stop();
  /// Readable when there is something to take. -1 before the first check.
  [[nodiscard]] int descriptor() const { return wake_; }
  /// What was done since, unless it was stopped before that.
  [[nodiscard]] std::optional<Done> take();

 private:
  void begin();
  void run();

  Check check_;
  int wake_ = -1;  // an eventfd
  std::thread thread_;

  std::mutex mutex_;  // of all that follows
  std::condition_variable changed_;
  bool leave_ = false;
  std::optional<lsp::CheckJob> next_;
  std::shared_ptr<std::atomic<bool>> stop_;  // of the check that is under way
  std::optional<Done> done_;
  std::exception_ptr failure_;
};

}  // namespace spl::driver
