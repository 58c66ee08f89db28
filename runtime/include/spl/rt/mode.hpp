// What becomes of a refusal, chosen while the program runs: for introducing a policy step by step.
//
// The mode is asked for after a refusal only, so an accepted tick costs the same in all modes and
// the same as without a mode. A monitor has a mode if its observer has a member `Mode mode()`:
//
//   OwnMode             each monitor its own, one word a monitor
//   ModeOf<the_switch>  all monitors follow one ModeSwitch of static storage; no bytes a monitor
//
// What the three mean for a refused tick is in runtime/README.md. In short: enforce returns the
// refusal; report_only tells the observer and returns Verdict::tolerated; off returns
// Verdict::tolerated. In no mode does a refused tick move an automaton.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "spl/rt/verdict.hpp"

namespace spl::rt {

[[nodiscard]] constexpr std::string_view to_string(Mode mode) noexcept {
  switch (mode) {
    case Mode::enforce:
      return detail::text("enforce");
    case Mode::report_only:
      return detail::text("report-only");
    case Mode::off:
      break;
  }
  return detail::text("off");
}

/// A mode that many monitors follow. Any thread may set it at any time; a refusal that is being
/// judged at that moment is judged by the one or the other.
class ModeSwitch {
 public:
  constexpr explicit ModeSwitch(Mode mode = Mode::enforce) noexcept : mode_(mode) {}
  ModeSwitch(const ModeSwitch&) = delete;
  ModeSwitch& operator=(const ModeSwitch&) = delete;

  void set(Mode mode) noexcept { mode_.store(mode, std::memory_order_relaxed); }
  [[nodiscard]] Mode get() const noexcept { return mode_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Mode> mode_;
};

/// An observer, empty: the mode is that of the switch.
template <const ModeSwitch& mode_switch>
struct ModeOf {
  [[nodiscard]] Mode mode() const noexcept { return mode_switch.get(); }
};

/// An observer: a mode for this monitor alone. monitor.observer().set_mode(...) changes it.
class OwnMode {
 public:
  constexpr OwnMode() noexcept = default;
  constexpr explicit OwnMode(Mode mode) noexcept : mode_(mode) {}
  [[nodiscard]] constexpr Mode mode() const noexcept { return mode_; }
  constexpr void set_mode(Mode mode) noexcept { mode_ = mode; }

 private:
  Mode mode_ = Mode::enforce;
};

}  // namespace spl::rt
