// Internal: texts from outside, made fit for a picture or a page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spl::chart {

/// Valid UTF-8 on one line: what is none, control characters and those that reorder text become
/// U+FFFD, a tab a space.
[[nodiscard]] std::string clean(std::string_view text);
/// clean(), with & < > " ' written as XML and HTML want them in texts and attributes.
[[nodiscard]] std::string xml(std::string_view text);
/// How many columns a cleaned text takes in a font of fixed width.
[[nodiscard]] std::size_t columns(std::string_view text);
/// A cleaned text in lines of at most `limit` columns: broken at spaces, after '_' or ',' or, where
/// there is none in reach, anywhere. At least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t limit);

}  // namespace spl::chart
