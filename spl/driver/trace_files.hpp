// Files with traces in any form, for the commands that want the statecalls.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/connection_table.hpp"
#include "driver/compilation.hpp"
#include "driver/trace_reader.hpp"

namespace spl::driver {

class TraceFiles {
 public:
  /// Captures need the policy's DFAs: if there are none, the compilation has an error afterwards.
  /// Both must outlive the object.
  TraceFiles(Compilation& compilation, const TraceForm& form, std::size_t state_bound);
  TraceFiles(const TraceFiles&) = delete;
  TraceFiles& operator=(const TraceFiles&) = delete;

  /// Of captures: only connection `number` of a file, and one of its ends, is told: the one that
  /// --side says, or that violates, or the client. The others only count.
  void only(std::uint64_t number) { only_ = number; }
  /// Reads what goes with the form, such as a map. False after an error, which is shown.
  [[nodiscard]] bool open(Console& console);
  /// As read_traces().
  [[nodiscard]] std::optional<TraceError> read(const std::string& path, TraceSink& sink);

 private:
  [[nodiscard]] std::optional<TraceError> read_captured(const std::string& path, TraceSink& sink);

  const Compilation& c_;
  const TraceForm& form_;
  std::vector<Dfa> dfas_;
  std::optional<LogMap> map_;
  std::unique_ptr<capture::ConnectionJudge> judge_;  // of captures
  std::uint64_t only_ = 0;
};

/// "t.trace:3: 'x' is not a statecall", and the hint.
void show_trace_error(const TraceError& error, const std::string& name, Console& console);

}  // namespace spl::driver
