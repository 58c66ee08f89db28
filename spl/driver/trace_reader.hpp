// Traces as they come: text, JSON lines, many to a file, logs of OpenSSH. Read line by line, so
// that a trace may be longer than memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "driver/trace_form.hpp"
#include "spl/log_map.hpp"
#include "spl/vocabulary.hpp"

namespace spl::driver {

/// Where a trace of a file begins.
struct TraceHead {
  std::uint64_t number = 1;  // of the file's, from 1; the number of a captured connection
  std::uint64_t line = 0;    // of a capture: the frame
  /// Whose trace it is, where a log holds those of several mixed; else it is empty.
  std::string_view key;
};

/// Where a statecall comes from.
struct TracePlace {
  std::uint64_t line = 0;    // of a capture: the frame
  std::int64_t time_us = 0;  // since 1970; 0: not known
};

/// Takes traces one after the other.
class TraceSink {
 public:
  TraceSink() = default;
  TraceSink(const TraceSink&) = delete;
  TraceSink& operator=(const TraceSink&) = delete;
  virtual ~TraceSink() = default;

  virtual void begin(const TraceHead& head) = 0;
  /// False: enough of this trace was seen.
  virtual bool statecall(std::string_view name, const TracePlace& place) = 0;
  /// `remark`: what else is known of its end, or empty.
  virtual void end(std::string_view remark) = 0;
};

struct TraceError {
  std::uint64_t line = 0;  // 0: not about a line
  std::string message;
  std::string hint;
};

/// How traces are written.
struct TraceSource {
  TraceFormat format = TraceFormat::automatic;
  std::optional<OpensshRole> role;
  // jsonl only: must outlive the reading.
  const LogMap* map = nullptr;
  const Vocabulary* vocabulary = nullptr;
};

/// Not for captures (replay_capture.hpp). `path` "-" is standard input. The trace an error stands
/// in has begun, but not ended.
[[nodiscard]] std::optional<TraceError> read_traces(const std::string& path,
                                                    const TraceSource& source, TraceSink& sink);

}  // namespace spl::driver
