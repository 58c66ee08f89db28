// Ctrl-C while something is being proved.
#pragma once

#include <atomic>
#include <csignal>

namespace spl::driver {

/// While it lives, Ctrl-C and a polite kill set the flag, so that the verification can end in
/// order; a second one ends splc. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
  struct sigaction old_hup_ {};
};

/// Set once a signal has come.
[[nodiscard]] const std::atomic<bool>* interrupt_flag();

}  // namespace spl::driver
