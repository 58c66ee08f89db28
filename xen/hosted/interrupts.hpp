// The end of a program that waits for a TAP device: SIGTERM and SIGINT, which interrupt nothing but
// the wait.
#pragma once

#include <signal.h>

#include "xenrt/stack.hpp"
#include "xenrt/tap_device.hpp"

namespace xenrt {

/// Since any moment that does not change.
[[nodiscard]] Instant steady_now();

/// One for a program; from its construction on the signals ask for the end instead of being one.
class Interrupts {
 public:
  Interrupts();
  [[nodiscard]] bool asked_to_end() const;
  /// Until a frame waits, the time has come, or a signal; no longer than an hour.
  void wait(const TapDevice& tap, Instant until) const;

 private:
  sigset_t while_waiting_{};
};

}  // namespace xenrt
