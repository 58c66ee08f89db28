// Charts of the traces that replay reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "driver/compilation.hpp"
#include "driver/run_files.hpp"
#include "spl/chart.hpp"
#include "spl/narrate.hpp"

namespace spl::driver {

/// Follows the traces of one run of replay. All that it is given must outlive it.
class TraceCharts {
 public:
  TraceCharts(const Compilation& c, const RunFiles& files, Console& console);

  /// A trace begins.
  void begin();
  /// What an engine said of a statecall. An ignored one may be `refused` (--strict). An engine that
  /// contradicts the interpreter ends the program: it is a bug.
  void statecall(std::string_view name, const Interpreter::Verdict& verdict, bool refused);
  /// The trace is over: writes its chart. A trace of more steps than a chart may have gets none.
  [[nodiscard]] Exit end(const std::string& name, std::uint64_t number);

 private:
  const Compilation& c_;
  Console& console_;
  Narrator narrator_;
  ChartBuilder builder_;
  RunWriter writer_;
  bool too_long_ = false;
  std::uint64_t refused_ = 0;      // how many
  std::size_t first_refused_ = 0;  // from 1
};

}  // namespace spl::driver
