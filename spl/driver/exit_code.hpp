// What splc's exit status says; the same for every sub-command.
#pragma once

namespace spl::driver {

enum class Exit : int {
  ok = 0,
  problems = 1,  // the policy, the trace or a property is at fault
  failure = 2,   // splc could not do what it was asked: usage, files, tools, limits
};

/// The graver of two: failure over problems over ok.
[[nodiscard]] constexpr Exit worse(Exit a, Exit b) {
  return static_cast<int>(a) < static_cast<int>(b) ? b : a;
}

}  // namespace spl::driver
