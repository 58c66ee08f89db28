#include "bastion/line_editor.hpp"

#include <utility>

namespace bastion {
namespace {

constexpr unsigned char kInterrupt = 3, kEnd = 4, kBackspace = 8, kKillLine = 21, kKillWord = 23,
                        kEscape = 27, kDelete = 127;

}  // namespace

void LineEditor::erase(std::size_t count, std::string& echo) {
  for (; count != 0 && !line_.empty(); --count) {
    line_.pop_back();
    echo += "\b \b";
  }
}

void LineEditor::key(unsigned char c, std::string& echo) {
  switch (c) {
    case kBackspace:
    case kDelete:
      erase(1, echo);
      return;
    case kKillLine:
      erase(line_.size(), echo);
      return;
    case kKillWord: {
      const auto last = line_.find_last_not_of(' ');
      const auto blank = last == line_.npos ? line_.npos : line_.find_last_of(' ', last);
      erase(line_.size() - (blank == line_.npos ? 0 : blank + 1), echo);
      return;
    }
    case kEscape:
      escape_ = 1;
      return;
    default:
      break;
  }
  if (c < 0x20 || c >= 0x7f || line_.size() >= kLongest) return;
  line_ += static_cast<char>(c);
  echo += static_cast<char>(c);
}

std::optional<LineEditor::Result> LineEditor::take(std::string_view& bytes, std::string& echo) {
  while (!bytes.empty()) {
    const auto c = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const bool after_return = std::exchange(was_return_, c == '\r');
    if (c == '\n' && after_return) continue;
    if (c == '\r' || c == '\n') {
      escape_ = 0;
      if (terminal_) echo += "\r\n";
      return Result{Kind::line, std::exchange(line_, {})};
    }
    if (!terminal_) {
      if (line_.size() < kLongest) line_ += static_cast<char>(c);
      continue;
    }
    if (escape_ != 0) {
      // ESC [ parameters letter, or ESC letter (ECMA-48, 5.4).
      const bool introduces = escape_ == 1 && (c == '[' || c == 'O');
      const bool goes_on = escape_ == 2 && c < 0x40;
      escape_ = introduces || goes_on ? 2 : 0;
      continue;
    }
    if (c == kInterrupt) {
      line_.clear();
      echo += "^C\r\n";
      return Result{Kind::interrupted, {}};
    }
    if (c == kEnd && line_.empty()) {
      echo += "\r\n";
      return Result{Kind::end, {}};
    }
    key(c, echo);
  }
  return std::nullopt;
}

}  // namespace bastion
