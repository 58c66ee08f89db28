// Internal to the syntax room: long lines of canonical text.
#pragma once

#include <string>
#include <string_view>

namespace spl::syntax {

/// Breaks lines longer than 100 columns at their spaces, after a comma or before an operator where
/// there is one. Lines that hold or continue a comment, or hold a string, stay as they are.
[[nodiscard]] std::string wrap_long_lines(std::string_view text);

}  // namespace spl::syntax
