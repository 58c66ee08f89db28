// Names of a policy as C++ identifiers, and texts as C++ literals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spl::cpp {

/// One identifier per automaton, unique, no keyword, not reserved, no common macro.
[[nodiscard]] std::vector<std::string> automaton_identifiers(const std::vector<std::string>& names);

/// True if the name looks as macros do (no small letter): worth an #ifdef of its own.
[[nodiscard]] bool looks_like_macro(std::string_view name);

/// A string literal with its quotes; any bytes.
[[nodiscard]] std::string literal(std::string_view text);

}  // namespace spl::cpp
