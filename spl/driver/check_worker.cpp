#include "driver/check_worker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace spl::driver {

CheckWorker::CheckWorker(Check check) : check_(std::move(check)) {}

CheckWorker::~CheckWorker() {
  stop();
  {
    const std::lock_guard lock(mutex_);
    leave_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (wake_ >= 0) ::close(wake_);
}

void CheckWorker::begin() {
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void CheckWorker::start(lsp::CheckJob job) {
  if (!thread_.joinable()) begin();
  {
    const std::lock_guard lock(mutex_);
    if (stop_ != nullptr) stop_->store(true, std::memory_order_relaxed);
    next_ = std::move(job);
    done_.reset();
  }
  changed_.notify_one();
}

void CheckWorker::stop() {
  const std::lock_guard lock(mutex_);
  if (stop_ != nullptr) stop_->store(true, std::memory_order_relaxed);
  next_.reset();
  done_.reset();
}

std::optional<CheckWorker::Done> CheckWorker::take() {
  if (wake_ < 0) return std::nullopt;
  std::uint64_t unread = 0;
  static_cast<void>(::read(wake_, &unread, sizeof unread) < 0);  // nothing to read is fine
  const std::lock_guard lock(mutex_);
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  return std::exchange(done_, std::nullopt);
}

void CheckWorker::run() {
  for (;;) {
    lsp::CheckJob job;
    const auto stop = std::make_shared<std::atomic<bool>>(false);
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return leave_ || next_; });
      if (leave_) return;
      job = *std::exchange(next_, std::nullopt);
      stop_ = stop;
    }
    std::shared_ptr<const lsp::Analysis> analysis;
    std::exception_ptr failure;
    try {
      analysis = check_(job, *stop);
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      stop_.reset();
      if (stop->load(std::memory_order_relaxed)) continue;
      failure_ = failure;
      if (failure == nullptr) done_ = Done{job.id, std::move(analysis)};
    }
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_, &one, sizeof one) < 0);  // a full counter is readable, too
  }
}

}  // namespace spl::driver
