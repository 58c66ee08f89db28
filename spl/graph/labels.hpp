// Texts of drawings: quoted, escaped, broken into lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spl::graph {

/// A DOT string.
[[nodiscard]] std::string quoted(std::string_view text);
/// Text within an HTML-like label.
[[nodiscard]] std::string html(std::string_view text);
/// Lines of at most `limit` characters where there are spaces or underscores to break at; longer
/// words are broken anywhere.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t limit);
/// The same as HTML-like text, the lines aligned to the left.
[[nodiscard]] std::string wrapped_html(std::string_view text, std::size_t limit);

}  // namespace spl::graph
