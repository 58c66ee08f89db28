// The trace whose way a drawing shows.
#pragma once

#include <optional>

#include "driver/compilation.hpp"
#include "driver/options.hpp"
#include "driver/trace_files.hpp"
#include "spl/graph.hpp"

namespace spl::driver {

/// Reads the trace that --highlight names and follows it. Says which statecalls are unknown and
/// where the trace is refused. nullopt after an error, which is shown.
[[nodiscard]] std::optional<GraphRun> highlighted_run(const GraphOptions& options,
                                                      const Compilation& c, TraceFiles& files,
                                                      bool quiet, Console& console);

}  // namespace spl::driver
