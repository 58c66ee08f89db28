// Source lines as a terminal can show them, with a caret range below.
//
// Cost is bounded by kMaxBytes per excerpt, however long the line is.
#include "sema/excerpt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sema/utf8.hpp"

namespace spl {
namespace {

constexpr std::size_t kMaxBytes = 120;  // of one line that are shown
constexpr std::size_t kBefore = 50;     // of them in front of the caret, if the line is longer
constexpr std::size_t kTabWidth = 4;
constexpr std::string_view kCut = "...";

struct Span {
  std::uint32_t first;
  std::uint32_t last;
};

template <std::size_t N>
constexpr bool in_any(std::uint32_t point, const std::array<Span, N>& spans) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](Span s) { return s.first <= point && point <= s.last; });
}

/// Control characters, and those that reorder or hide what follows them.
constexpr std::array kUnsafe = {Span{0x00, 0x1f},      Span{0x7f, 0x9f},     Span{0xad, 0xad},
                                Span{0x61c, 0x61c},    Span{0x200b, 0x200f}, Span{0x2028, 0x202e},
                                Span{0x2060, 0x206f},  Span{0xfeff, 0xfeff}, Span{0xfff9, 0xfffb},
                                Span{0xe0000, 0xe007f}};
/// Characters a terminal draws two columns wide, and none wide (the common blocks).
constexpr std::array kWide = {Span{0x1100, 0x115f}, Span{0x2e80, 0xa4cf},   Span{0xac00, 0xd7a3},
                              Span{0xf900, 0xfaff}, Span{0xfe30, 0xfe6f},   Span{0xff00, 0xff60},
                              Span{0xffe0, 0xffe6}, Span{0x1f300, 0x1faff}, Span{0x20000, 0x3fffd}};
constexpr std::array kCombining = {Span{0x300, 0x36f},   Span{0x1ab0, 0x1aff},
                                   Span{0x1dc0, 0x1dff}, Span{0x20d0, 0x20ff},
                                   Span{0xfe00, 0xfe0f}, Span{0xfe20, 0xfe2f}};

struct Shown {
  std::string text;
  std::size_t columns = 0;
};

/// What a terminal shows for one step, standing at `column`.
Shown show(std::string_view text, std::size_t at, const utf8::Step& step, std::size_t column) {
  if (!step.valid) return {fmt::format("<{:02X}>", static_cast<unsigned char>(text[at])), 4};
  if (step.point == '\t') {
    const auto width = kTabWidth - column % kTabWidth;
    return {std::string(width, ' '), width};
  }
  if (in_any(step.point, kUnsafe)) {
    auto escape = step.point < 0x80 ? fmt::format("<{:02X}>", step.point)
                                    : fmt::format("<U+{:04X}>", step.point);
    const auto width = escape.size();
    return {std::move(escape), width};
  }
  const std::size_t width = step.point < 0x300               ? 1
                            : in_any(step.point, kCombining) ? 0
                            : in_any(step.point, kWide)      ? 2
                                                             : 1;
  return {std::string(text.substr(at, step.length)), width};
}

/// The part [begin, end) of a line that is shown, the caret being at `caret`.
struct Window {
  std::size_t begin;
  std::size_t end;
};

Window window(std::string_view line, std::size_t caret) {
  if (line.size() <= kMaxBytes) return {0, line.size()};
  auto begin = caret > kBefore ? caret - kBefore : 0;
  begin = std::min(begin, line.size() - kMaxBytes);
  begin = utf8::floor_boundary(line, begin);
  return {begin, utf8::floor_boundary(line, begin + kMaxBytes)};
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto step = utf8::decode(text, i);
    const bool tab = step.valid && step.point == '\t';
    out += tab ? " " : show(text, i, step, 0).text;
    i += step.length;
  }
  return out;
}

Excerpt excerpt(SourceRange range, const SourceMap& sources) {
  const auto at = sources.begin_of(range);
  const auto line = sources.line(range.file, at.line);
  const auto begin = std::min<std::size_t>(at.column - 1, line.size());
  const auto length = range.end > range.begin ? range.end - range.begin : 0;
  const auto end = std::min<std::size_t>(begin + length, line.size());
  const auto part = window(line, begin);

  Excerpt result;
  result.line = at.line;
  if (part.begin > 0) result.text = kCut;
  std::size_t column = result.text.size();
  std::size_t first = std::string::npos;  // columns of the marks
  std::size_t last = 0;
  for (auto i = part.begin; i < part.end;) {
    const auto step = utf8::decode(line, i);
    const auto shown = show(line, i, step, column);
    // The character that holds the first byte of the range is marked, and all that begin in it.
    const bool marked = (i <= begin && begin < i + step.length) || (begin <= i && i < end);
    if (marked) {
      first = std::min(first, column);
      last = column + std::max<std::size_t>(shown.columns, 1);
    }
    result.text += shown.text;
    column += shown.columns;
    i += step.length;
  }
  if (part.end < line.size()) result.text += kCut;
  if (first == std::string::npos) {
    first = column;
    last = column + 1;
  }
  result.marks = std::string(first, ' ') + '^' + std::string(last - first - 1, '~');
  return result;
}

}  // namespace spl
