// The runs that a verification found, in the debugger.
#pragma once

#include "driver/compilation.hpp"
#include "spl/promela/verify.hpp"

namespace spl::driver {

/// Serves the runs of a report until a signal comes: those that show what fails first. Without any
/// there is nothing to serve, which is said.
[[nodiscard]] Exit debug_runs(const Compilation& c, const promela::Report& report,
                              const VerifyCommandOptions& options, bool quiet, Console& console);

}  // namespace spl::driver
