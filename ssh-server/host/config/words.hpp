// Lines of sshd_config: a keyword, and words behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ssh/result.hpp"

namespace ssh::config {

struct Line {
  std::string keyword;
  /// Everything behind it, without blanks at its ends.
  std::string_view rest;
};

/// Empty lines and comments have an empty keyword. Between keyword and value are blanks, and
/// possibly one '='.
Line split_line(std::string_view line);

/// Words between blanks; '...' and "..." make one word of several, a backslash in front of a quote,
/// a backslash or (outside of quotes) a blank stands for just this; '#' where a word could begin
/// ends the line. An Error: quotes that do not end, or more words than anybody needs.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace ssh::config
