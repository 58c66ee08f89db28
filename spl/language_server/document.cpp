#include "language_server/document.hpp"

#include <algorithm>

namespace spl::lsp {
namespace {

/// Length of the character at the front of a text that is not empty; 1 for what is none.
std::size_t character(std::string_view s) {
  const auto c = static_cast<unsigned char>(s[0]);
  std::size_t length = 1;
  if (c >= 0xc2 && c < 0xe0) length = 2;
  if (c >= 0xe0 && c < 0xf0) length = 3;
  if (c >= 0xf0 && c < 0xf5) length = 4;
  if (length > s.size()) return 1;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(s[i]) & 0xc0U) != 0x80U) return 1;
  }
  if (length < 3) return length;
  const auto second = static_cast<unsigned char>(s[1]);
  const bool bad = (c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) ||
                   (c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f);
  return bad ? 1 : length;
}

std::uint32_t width(std::size_t bytes, Encoding encoding) {
  if (encoding == Encoding::utf8) return static_cast<std::uint32_t>(bytes);
  return bytes == 4 ? 2 : 1;
}

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

Lines::Lines(std::string_view text, Encoding encoding) : text_(text), encoding_(encoding) {
  starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!ends_line(text[i])) continue;
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

std::uint32_t Lines::offset(Position at) const {
  if (at.line >= starts_.size()) return static_cast<std::uint32_t>(text_.size());
  std::size_t i = starts_[at.line];
  std::uint32_t column = 0;
  while (i < text_.size() && !ends_line(text_[i])) {
    const auto bytes = character(text_.substr(i));
    column += width(bytes, encoding_);
    if (column > at.column) break;
    i += bytes;
  }
  return static_cast<std::uint32_t>(i);
}

Position Lines::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - starts_.begin() - 1);
  const bool further = last_.line == line && last_offset_ <= offset;
  std::uint32_t column = further ? last_.column : 0;
  std::size_t i = further ? last_offset_ : starts_[line];
  while (i < offset && !ends_line(text_[i])) {
    const auto bytes = character(text_.substr(i));
    if (i + bytes > offset) break;
    column += width(bytes, encoding_);
    i += bytes;
  }
  last_offset_ = i;
  last_ = {line, column};
  return last_;
}

std::string replaced(std::string_view text, Position begin, Position end, std::string_view by,
                     Encoding encoding) {
  const Lines lines(text, encoding);
  auto from = lines.offset(begin);
  auto to = lines.offset(end);
  if (from > to) std::swap(from, to);
  std::string result(text.substr(0, from));
  result += by;
  result += text.substr(to);
  return result;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto bytes = character(text.substr(i));
    if (bytes == 1 && static_cast<unsigned char>(text[i]) >= 0x80) {
      result += "\xef\xbf\xbd";
    } else {
      result += text.substr(i, bytes);
    }
    i += bytes;
  }
  return result;
}

}  // namespace spl::lsp
