// The bastion's log: the last lines are kept, for who asks; every line also goes to the console and
// to the servers that the configuration names.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bastion/config.hpp"

namespace bastion {

[[nodiscard]] std::string_view to_string(LogLevel level);
/// For what the TCP stack has to say.
[[nodiscard]] LogLevel level_of(xenrt::LogLevel level);

struct LogLine {
  std::int64_t milliseconds = 0;  // since 1970, UTC
  LogLevel level = LogLevel::info;
  std::string text;  // printable, one line or several
};
/// "2026-11-26T16:00:46.123Z info text" (RFC 3339).
[[nodiscard]] std::string to_string(const LogLine& line);
/// RFC 3339.
[[nodiscard]] std::string timestamp(std::int64_t milliseconds);

class Log {
 public:
  using Sink = std::function<void(const LogLine&)>;

  /// `clock`: milliseconds since 1970.
  Log(LogLevel level, std::function<std::int64_t()> clock)
      : level_(level), clock_(std::move(clock)) {}

  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
  /// What a peer may have put into the text is made harmless: control characters and what is not
  /// ASCII become \x.., so that no line can be forged. Newlines stay in texts of our own.
  void write(LogLevel level, std::string_view text);
  [[nodiscard]] const std::deque<LogLine>& lines() const { return lines_; }

  static constexpr std::size_t kMostLines = 1000;
  static constexpr std::size_t kMostBytes = 256 * 1024;

 private:
  LogLevel level_;
  std::function<std::int64_t()> clock_;
  std::vector<Sink> sinks_;
  std::deque<LogLine> lines_;
  std::size_t bytes_ = 0;
};

/// For names that come from a peer: no newline either, and not long.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace bastion
