// Policies and traces are not to be trusted: what their texts may do to a page is decided here.
#include "chart/text.hpp"

#include <cstdint>

#include "sema/utf8.hpp"

namespace spl::chart {
namespace {

constexpr const char* kReplacement = "\xef\xbf\xbd";

/// XML has no such characters, a terminal obeys them, or a reader sees another order than there is.
bool is_harmful(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0xfeff || (point & 0xfffeU) == 0xfffe;
}

/// East Asian letters and most pictures take two columns.
std::size_t width_of(std::uint32_t point) {
  return point >= 0x1100 &&
                 (point <= 0x115f || (point >= 0x2e80 && point <= 0xd7a3) ||
                  (point >= 0xf900 && point <= 0xfaff) || (point >= 0xfe30 && point <= 0xfe6f) ||
                  (point >= 0xff00 && point <= 0xff60) || point >= 0x1f300)
             ? 2
             : 1;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8::decode(text, at);
    if (text[at] == '\t') {
      out += ' ';
    } else if (!step.valid || is_harmful(step.point)) {
      out += kReplacement;
    } else {
      out += text.substr(at, step.length);
    }
    at += step.length;
  }
  return out;
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8::decode(text, at);
    n += width_of(step.point);
    at += step.length;
  }
  return n;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t limit) {
  std::vector<std::string> lines;
  for (;;) {
    std::size_t width = 0;
    std::size_t at = 0;
    std::size_t good = 0;  // after the last character that a line may well end with
    while (at < text.size()) {
      const auto step = utf8::decode(text, at);
      width += width_of(step.point);
      if (width > limit && at != 0) break;
      at += step.length;
      const char c = text[at - 1];
      if (c == ' ' || c == '_' || c == ',' || c == '/') good = at;
    }
    if (at == text.size()) break;
    // A break far to the left would only make things longer.
    const auto end = good * 2 >= at ? good : at;
    auto line = text.substr(0, end);
    text.remove_prefix(end);
    while (line.size() > 1 && line.ends_with(' ')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  lines.emplace_back(text);
  return lines;
}

}  // namespace spl::chart
