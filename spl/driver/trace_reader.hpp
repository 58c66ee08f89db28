// Traces as they come: text, JSON lines, many to a file, logs of OpenSSH. Read line by line, so
// that a trace may be longer than memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "driver/openssh_log.hpp"
#include "spl/log_map.hpp"
#include "spl/vocabulary.hpp"

namespace spl::driver {

enum class TraceFormat : std::uint8_t { automatic, text, json, lines, openssh, jsonl, pcap };

/// Takes traces one after the other.
class TraceSink {
 public:
  TraceSink() = default;
  TraceSink(const TraceSink&) = delete;
  TraceSink& operator=(const TraceSink&) = delete;
  virtual ~TraceSink() = default;

  /// `key` says whose trace it is, where a log holds those of several mixed; else it is empty.
  virtual void begin(std::uint64_t line, std::string_view key) = 0;
  /// False: enough of this trace was seen.
  virtual bool statecall(std::string_view name, std::uint64_t line) = 0;
  virtual void end() = 0;
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
