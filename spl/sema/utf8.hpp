// Internal to the library: UTF-8, read defensively.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spl::utf8 {

/// One step through bytes that may or may not be UTF-8.
struct Step {
  std::size_t length = 1;   // bytes taken, at least 1
  std::uint32_t point = 0;  // the code point, if valid
  bool valid = false;
};

/// Decodes what stands at text[at] (at < text.size()). Overlong forms, surrogates and values
/// above U+10FFFF are invalid; an invalid step takes one byte.
[[nodiscard]] Step decode(std::string_view text, std::size_t at);

/// The largest n <= limit such that text.substr(0, n) does not cut a character in two.
[[nodiscard]] std::size_t floor_boundary(std::string_view text, std::size_t limit);

}  // namespace spl::utf8
