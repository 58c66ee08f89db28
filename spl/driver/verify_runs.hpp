// The runs of a verification's results: replayed on every engine, then written as charts and
// traces.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "driver/compilation.hpp"
#include "driver/engine.hpp"
#include "driver/run_files.hpp"
#include "spl/promela/verify.hpp"

namespace spl::driver {

struct NamedEngine {
  std::string name;  // "interpreter", "monitor"
  std::unique_ptr<Engine> engine;
};

/// What runs are replayed on.
struct ReplayEngines {
  std::vector<NamedEngine> engines;
  std::string no_monitor;  // why the monitor is not among them; empty if it is
};
/// The reference interpreter, and the monitor's tables where every automaton has a DFA within the
/// bound. The program must outlive them.
[[nodiscard]] ReplayEngines replay_engines(const Program& program, std::size_t state_bound);

/// Engines that do not go along with a run that was found.
struct Disagreement {
  std::size_t result = 0;  // index into the report's results
  /// Per engine its name and, where it objects, why; else empty.
  std::vector<std::pair<std::string, std::string>> said;
};
/// Replays each result's run: every step accepted, its loop for as long as it takes an engine to
/// come back, the refused statecall refused for that reason, nothing accepted where the run is said
/// to end. The first run that an engine objects to, or nullopt.
[[nodiscard]] std::optional<Disagreement> cross_check(const Program& program,
                                                      const SourceMap& sources,
                                                      const promela::Report& report,
                                                      const ReplayEngines& engines);

/// cross_check(), and if there is a disagreement says so on standard error, with the directory that
/// it wrote for a bug report. True if all runs hold.
[[nodiscard]] bool runs_hold(const Compilation& c, const promela::Report& report,
                             std::span<const Property> properties, const ReplayEngines& engines,
                             const std::string& spin, std::size_t state_bound, Console& console);
/// Says the same of an internal error that the verification itself came upon.
void show_internal_error(const Compilation& c, const promela::ToolFailure& failure,
                         const std::string& spin, std::size_t state_bound, Console& console);

/// The run of a result; it must have one.
[[nodiscard]] Chart chart_of(const Compilation& c, const promela::CheckResult& result);

/// Writes the runs that show what fails; into directories, all runs. Says on standard error which
/// files there are, unless `quiet`.
[[nodiscard]] Exit write_runs(const Compilation& c, const promela::Report& report,
                              const RunFiles& files, bool quiet, Console& console);

}  // namespace spl::driver
