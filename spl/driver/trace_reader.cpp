// Reading traces. A line of a trace is a statecall's name or, as no name starts that way, a JSON
// value that starts with '"' or '{'.
#include "driver/trace_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/json_scan.hpp"
#include "driver/log_lines.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kMaxLine = std::size_t{16} << 20U;
constexpr std::size_t kMaxLog = std::size_t{1} << 30U;

/// Lines of a file, one at a time, of bounded length.
class LineReader {
 public:
  enum class State : std::uint8_t { line, end, failed };

  explicit LineReader(const std::string& path) {
    descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) error_ = std::strerror(errno);
    buffer_.resize(std::size_t{1} << 16U);
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }

  State next(std::string& line) {
    line.clear();
    if (!error_.empty()) return State::failed;
    for (;;) {
      const auto rest = std::string_view(buffer_.data() + at_, filled_ - at_);
      const auto end = rest.find('\n');
      line += rest.substr(0, end);
      if (line.size() > kMaxLine) {
        error_ = fmt::format("line {} is longer than {} MiB", number_ + 1, kMaxLine >> 20U);
        return State::failed;
      }
      if (end != std::string_view::npos) {
        at_ += end + 1;
        return counted(line);
      }
      at_ = filled_ = 0;
      if (fill()) continue;
      if (!error_.empty()) return State::failed;
      if (line.empty()) return State::end;
      return counted(line);
    }
  }

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] bool open() const { return descriptor_ >= 0; }

 private:
  /// The mark that some editors put before a text is no part of its first line.
  State counted(std::string& line) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (++number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    return State::line;
  }
  bool fill() {
    for (;;) {
      const auto n = ::read(descriptor_, buffer_.data(), buffer_.size());
      if (n > 0) filled_ = static_cast<std::size_t>(n);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error_ = std::strerror(errno);
      return n > 0;
    }
  }

  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t number_ = 0;
  std::string error_;
};

bool is_statecall(std::string_view name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

std::string_view next_word(std::string_view& text) {
  const auto first = std::min(text.find_first_not_of(" \t\r\f\v"), text.size());
  text.remove_prefix(first);
  const auto word = text.substr(0, text.find_first_of(" \t\r\f\v"));
  text.remove_prefix(word.size());
  return word;
}

std::string_view trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t\r\f\v"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t\r\f\v") + 1);
}

std::optional<TraceError> not_a_statecall(std::string_view text, std::uint64_t line) {
  TraceError error{line, fmt::format("'{}' is not a statecall", printable(text)),
                   "a line holds one name that starts with a capital letter, or JSON"};
  if (text.starts_with("debug") || text.find(": debug") != std::string_view::npos) {
    error.hint = "for a debug log of ssh or sshd: --format=openssh";
  } else if (text.find(' ') != std::string_view::npos) {
    error.hint = "for many traces, one a line: --format=lines";
  }
  return error;
}

/// One trace, a statecall a line.
std::optional<TraceError> read_one(LineReader& lines, TraceFormat format, TraceSink& sink) {
  sink.begin({1, 1, {}});
  std::string line;
  std::string why;
  LineReader::State state;
  while ((state = lines.next(line)) == LineReader::State::line) {
    const auto text = trimmed(line);
    const bool json =
        format == TraceFormat::json ||
        (format == TraceFormat::automatic && !text.empty() && (text[0] == '{' || text[0] == '"'));
    if (text.empty() || (!json && text[0] == '#')) continue;
    std::string name;
    if (json) {
      auto read = statecall_of_json(text, why);
      if (!read)
        return TraceError{lines.number(), "not a JSON statecall: " + why,
                          "a line holds {\"statecall\":\"Name\"} or \"Name\""};
      name = std::move(*read);
    } else {
      name = trimmed(text.substr(0, text.find('#')));
    }
    if (!is_statecall(name)) return not_a_statecall(name, lines.number());
    if (!sink.statecall(name, {lines.number()})) break;
  }
  if (state == LineReader::State::failed) return TraceError{0, lines.error(), ""};
  sink.end({});
  return std::nullopt;
}

/// A trace a line. An empty line is the empty trace only if it is written as "-".
std::optional<TraceError> read_many(LineReader& lines, TraceSink& sink) {
  std::string line;
  std::uint64_t number = 0;
  LineReader::State state;
  while ((state = lines.next(line)) == LineReader::State::line) {
    std::string_view text = trimmed(line);
    if (text.empty() || text[0] == '#') continue;
    sink.begin({++number, lines.number(), {}});
    if (text == "-") text = {};
    bool more = true;
    while (more) {
      const auto word = next_word(text);
      if (word.empty()) break;
      if (!is_statecall(word)) {
        auto error = not_a_statecall(word, lines.number());
        error->hint =
            "a line is a trace: names that start with a capital letter, with blanks between";
        return error;
      }
      more = sink.statecall(word, {lines.number()});
    }
    sink.end({});
  }
  if (state == LineReader::State::failed) return TraceError{0, lines.error(), ""};
  return std::nullopt;
}

std::optional<TraceError> read_openssh(LineReader& lines, std::optional<OpensshRole> role,
                                       TraceSink& sink) {
  std::string text;
  std::string line;
  LineReader::State state;
  while ((state = lines.next(line)) == LineReader::State::line) {
    text += line;
    text += '\n';
    if (text.size() > kMaxLog) return TraceError{0, "the log is larger than 1 GiB", ""};
  }
  if (state == LineReader::State::failed) return TraceError{0, lines.error(), ""};
  const auto log = read_openssh_log(text, role);
  if (const auto* error = std::get_if<OpensshLogError>(&log)) {
    return TraceError{0, error->message, error->hint};
  }
  std::uint64_t number = 0;
  for (const auto& trace : std::get<OpensshLog>(log).traces) {
    sink.begin({++number, trace.line, {}});
    for (const auto& s : trace.statecalls) {
      if (!sink.statecall(s.name, {s.line})) break;
    }
    sink.end({});
  }
  return std::nullopt;
}

/// A log of JSON objects, one a line, with a map.
std::optional<TraceError> read_jsonl(LineReader& lines, const TraceSource& source,
                                     TraceSink& sink) {
  LogLines log(*source.map, *source.vocabulary, sink);
  std::string line;
  LineReader::State state;
  while ((state = lines.next(line)) == LineReader::State::line) {
    const auto text = trimmed(line);
    if (text.empty()) continue;
    if (auto error = log.line(text, lines.number())) return error;
  }
  if (state == LineReader::State::failed) return TraceError{0, lines.error(), ""};
  log.finish();
  return std::nullopt;
}

}  // namespace

std::optional<TraceError> read_traces(const std::string& path, const TraceSource& source,
                                      TraceSink& sink) {
  LineReader lines(path);
  if (!lines.open()) {
    const auto near = nearest_file(path);
    return TraceError{0, fmt::format("cannot read it: {}", lines.error()),
                      near.empty() ? "" : fmt::format("did you mean '{}'?", near)};
  }
  switch (source.format) {
    case TraceFormat::lines:
      return read_many(lines, sink);
    case TraceFormat::openssh:
      return read_openssh(lines, source.role, sink);
    case TraceFormat::jsonl:
      return read_jsonl(lines, source, sink);
    case TraceFormat::automatic:
    case TraceFormat::text:
    case TraceFormat::json:
    case TraceFormat::pcap:
      break;
  }
  return read_one(lines, source.format, sink);
}

}  // namespace spl::driver
