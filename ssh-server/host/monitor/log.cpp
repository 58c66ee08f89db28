// See log.hpp.
//
// Invariant: one call, one line, written at once; nothing that a stranger has sent can look like
// another line.
#include "monitor/log.hpp"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace ssh::host::monitor {
namespace {

int syslog_priority(LogLevel level) {
  switch (level) {
    case LogLevel::quiet:
    case LogLevel::fatal:
      return LOG_CRIT;
    case LogLevel::error:
      return LOG_ERR;
    case LogLevel::info:
    case LogLevel::verbose:
      return LOG_INFO;
    case LogLevel::debug:
      break;
  }
  return LOG_DEBUG;
}

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 6> names{"quiet", "fatal",   "error",
                                                  "info",  "verbose", "debug"};
  return names[static_cast<std::size_t>(level)];
}

std::string time_text(const char* format, bool utc) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  utc ? ::gmtime_r(&now.tv_sec, &parts) : ::localtime_r(&now.tv_sec, &parts);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), format, &parts);
  return utc ? fmt::format("{}.{:06}Z", std::string_view(text.data(), size), now.tv_nsec / 1000)
             : std::string(text.data(), size);
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// Bytes of the UTF-8 sequence that `text` begins with; 0: it is none (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  const std::size_t length = first < 0x80                    ? 1U
                             : first >= 0xc2 && first < 0xe0 ? 2U
                             : first >= 0xe0 && first < 0xf0 ? 3U
                             : first >= 0xf0 && first < 0xf5 ? 4U
                                                             : 0U;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  if (length >= 3) {
    const std::uint8_t second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90)) {
      return 0;
    }
  }
  return length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 || byte >= 0x7f || byte == '\\') {
      out += byte == '\\' ? "\\\\" : fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + '"';
}

Log::Log() : journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

Result<void> Log::configure(Settings settings) {
  UniqueFd file;
  if (settings.sink == Sink::file) {
    file.reset(::open(settings.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!file) {
      return failure(fmt::format("{}: {}", settings.file, std::strerror(errno)));
    }
  }
  if (settings.sink == Sink::syslog) {
    // fail2ban's filter and people's habits know the daemon by this name.
    ::openlog("sshd", LOG_PID | LOG_NDELAY, settings.facility == 0 ? LOG_AUTH : settings.facility);
  }
  settings_ = std::move(settings);
  file_ = std::move(file);
  return {};
}

int Log::fd() const {
  return settings_.sink == Sink::file             ? file_.get()
         : settings_.sink == Sink::standard_error ? STDERR_FILENO
                                                  : -1;
}

void Log::write(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) {
  if (!wants(level)) {
    return;
  }
  if (settings_.form == Form::text) {
    // OpenSSH writes the level in front of what is no ordinary line.
    const std::string_view prefix = level == LogLevel::error   ? "error: "
                                    : level == LogLevel::fatal ? "fatal: "
                                    : level == LogLevel::debug ? "debug1: "
                                                               : "";
    put(level, fmt::format("{}{}", prefix, escaped(text)));
    return;
  }
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","pid":{},"message":{})",
                                 time_text("%Y-%m-%dT%H:%M:%S", true), name_of(level), ::getpid(),
                                 json_string(text));
  for (const LogField& field : fields) {
    line += fmt::format(",{}:{}", json_string(field.name), json_string(field.value));
  }
  put(level, line + "}");
}

void Log::put(LogLevel level, std::string_view line) {
  if (settings_.sink == Sink::syslog) {
    ::syslog(syslog_priority(level), "%.*s", static_cast<int>(line.size()), line.data());
    return;
  }
  std::string out;
  if (settings_.form == Form::json) {
    out = fmt::format("{}\n", line);
  } else if (settings_.sink == Sink::file) {
    out = fmt::format("{} {} sshd[{}]: {}\n", time_text("%b %e %H:%M:%S", false), host_name(),
                      ::getpid(), line);
  } else if (journal_) {
    out = fmt::format("<{}>{}\n", syslog_priority(level), line);
  } else {
    out = fmt::format("{}\n", line);
  }
  // A log that cannot be written must not stop the server.
  [[maybe_unused]] const ssize_t written = ::write(fd(), out.data(), out.size());
}

}  // namespace ssh::host::monitor
