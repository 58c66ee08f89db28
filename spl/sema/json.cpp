// The parts of the JSON writer that need more than a line.
#include "spl/json.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "sema/utf8.hpp"

namespace spl {
namespace {

void append_escape(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4U];
      out += kHex[c & 15U];
  }
}

}  // namespace

std::string json_quote(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto step = utf8::decode(text, i);
    if (!step.valid) {
      out += kReplacement;
    } else if (step.point < 0x20 || step.point == '"' || step.point == '\\' || step.point == 0x7f) {
      append_escape(out, static_cast<unsigned char>(text[i]));
    } else {
      out += text.substr(i, step.length);
    }
    i += step.length;
  }
  out += '"';
  return out;
}

JsonWriter& JsonWriter::value(double d) {
  if (!std::isfinite(d)) return null();  // JSON has no such number
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), d);
  return raw_value({buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())});
}

std::string JsonWriter::take() {
  std::string text = std::move(out_);
  *this = JsonWriter();
  return text;
}

}  // namespace spl
