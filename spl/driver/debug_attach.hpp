// `splc debug --attach`: a running program, seen through the policy given here.
#pragma once

#include "driver/debug_session.hpp"

namespace spl::driver {

/// Follows until a signal comes; when the program goes away, waits for it to come back.
[[nodiscard]] Exit debug_attached(DebugSession& session, const DebugCommandOptions& options,
                                  bool quiet, Console& console);

}  // namespace spl::driver
