// Internal to the library: source lines as a terminal can show them.
#pragma once

#include <string>
#include <string_view>

#include "spl/source.hpp"

namespace spl {

/// Text that is safe on a terminal and stays on its line: control characters, direction overrides
/// and bytes that are not UTF-8 are shown escaped ("<1B>", "<U+202E>").
[[nodiscard]] std::string printable(std::string_view text);

/// One source line and the marks under a part of it, both ready to print.
struct Excerpt {
  std::uint32_t line = 1;
  std::string text;
  std::string marks;  // spaces, then ^~~~
};

/// The first line of a valid range. A long line is cut around the start of the range.
[[nodiscard]] Excerpt excerpt(SourceRange range, const SourceMap& sources);

}  // namespace spl
