#include "bastion/log.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace bastion {
namespace {

void append_harmless(std::string& to, std::string_view text, bool newlines) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte < 0x7f) || (newlines && c == '\n')) {
      to += c;
    } else {
      to += "\\x";
      to += kHex[byte >> 4U];
      to += kHex[byte & 15U];
    }
  }
}

}  // namespace

std::string harmless(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  std::string result;
  append_harmless(result, text.substr(0, kLongest), false);
  if (text.size() > kLongest) result += "...";
  return result;
}

std::string_view to_string(LogLevel level) {
  constexpr std::array<std::string_view, 4> kNames{"error", "warning", "info", "debug"};
  return kNames[static_cast<std::size_t>(level)];
}

LogLevel level_of(xenrt::LogLevel level) {
  switch (level) {
    case xenrt::LogLevel::error:
      return LogLevel::error;
    case xenrt::LogLevel::warning:
      return LogLevel::warning;
    case xenrt::LogLevel::info:
      break;
  }
  return LogLevel::info;
}

std::string timestamp(std::int64_t milliseconds) {
  const std::time_t seconds = milliseconds / 1000;
  std::tm broken{};
  ::gmtime_r(&seconds, &broken);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday, broken.tm_hour,
                broken.tm_min, broken.tm_sec, static_cast<int>(milliseconds % 1000));
  return text.data();
}

std::string to_string(const LogLine& line) {
  std::string text = timestamp(line.milliseconds);
  text += ' ';
  text += to_string(line.level);
  text += ' ';
  return text + line.text;
}

void Log::write(LogLevel level, std::string_view text) {
  if (level > level_) return;
  LogLine line{clock_(), level, {}};
  append_harmless(line.text, text, true);
  for (const auto& sink : sinks_) sink(line);
  bytes_ += line.text.size();
  lines_.push_back(std::move(line));
  while (lines_.size() > kMostLines || bytes_ > kMostBytes) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
  }
}

}  // namespace bastion
