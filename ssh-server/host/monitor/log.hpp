// The daemon's log. A line goes to one place: stderr, a file, syslog, or stdout for -T and tests.
// As text it reads as OpenSSH's sshd has it, which is what fail2ban and people know.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "ssh/result.hpp"
#include "unique_fd.hpp"

namespace ssh::host::monitor {

/// In the order of LogLevel in sshd_config(5).
enum class LogLevel { quiet, fatal, error, info, verbose, debug };

struct LogField {
  std::string_view name;
  std::string_view value;
};

class Log {
 public:
  enum class Sink { standard_error, file, syslog };
  enum class Form { text, json };
  struct Settings {
    Sink sink = Sink::standard_error;
    Form form = Form::text;
    LogLevel level = LogLevel::info;
    std::string file;
    int facility = 0;  // of syslog(3); 0: LOG_AUTH
  };

  Log();
  /// On an Error everything is as before.
  Result<void> configure(Settings settings);
  void set_level(LogLevel level) { settings_.level = level; }
  bool wants(LogLevel level) const { return level <= settings_.level; }

  /// One line; what could be taken for the end of a line, or for a terminal's commands, is escaped.
  /// Fields are for the JSON form.
  void write(LogLevel level, std::string_view text, std::initializer_list<LogField> fields = {});

  template <class... T>
  void error(fmt::format_string<T...> format, T&&... values) {
    write(LogLevel::error, fmt::format(format, std::forward<T>(values)...));
  }
  template <class... T>
  void info(fmt::format_string<T...> format, T&&... values) {
    write(LogLevel::info, fmt::format(format, std::forward<T>(values)...));
  }
  template <class... T>
  void verbose(fmt::format_string<T...> format, T&&... values) {
    write(LogLevel::verbose, fmt::format(format, std::forward<T>(values)...));
  }
  template <class... T>
  void debug(fmt::format_string<T...> format, T&&... values) {
    if (wants(LogLevel::debug)) {
      write(LogLevel::debug, fmt::format(format, std::forward<T>(values)...));
    }
  }

  /// What the children of this process must keep open to log themselves; -1: nothing.
  int fd() const;

 private:
  void put(LogLevel level, std::string_view line);

  Settings settings_;
  UniqueFd file_;
  bool journal_ = false;
};

/// Control characters, backslashes and bytes that are no ASCII, as \ooo (vis(3), as OpenSSH).
std::string escaped(std::string_view text);
/// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace ssh::host::monitor
