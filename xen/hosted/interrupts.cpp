#include "hosted/interrupts.hpp"

#include <poll.h>

#include <algorithm>

namespace xenrt {
namespace {

volatile sig_atomic_t asked = 0;

void on_signal(int) {
  asked = 1;
}

}  // namespace

Instant steady_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Interrupts::Interrupts() {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  sigprocmask(SIG_BLOCK, &blocked, &while_waiting_);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

bool Interrupts::asked_to_end() const {
  return asked != 0;
}

void Interrupts::wait(const TapDevice& tap, Instant until) const {
  const auto time = std::max(until - steady_now(), Instant{});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  timespec timeout{};
  timeout.tv_sec = std::min<time_t>(seconds.count(), 3600);
  timeout.tv_nsec = (time - seconds).count();
  pollfd descriptor{tap.descriptor(), POLLIN, 0};
  ::ppoll(&descriptor, 1, &timeout, &while_waiting_);
}

}  // namespace xenrt
