// word_lines(): one pass over the text. An unterminated quote ends with its line.
#include "passes/word_lines.hpp"

#include <algorithm>
#include <string_view>

namespace spl {
namespace {

constexpr std::size_t kMaxWordErrors = 20;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

}  // namespace

std::vector<std::vector<Word>> word_lines(FileId file, const SourceMap& sources,
                                          std::vector<TextError>& errors) {
  const auto text = sources.text(file);
  const auto range = [file](std::size_t begin, std::size_t end) {
    return SourceRange{file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  };
  std::vector<std::vector<Word>> lines(1);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      if (!lines.back().empty()) lines.emplace_back();
      ++at;
    } else if (is_blank(text[at])) {
      ++at;
    } else if (text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (text[at] == '"') {
      const auto end = text.find_first_of("\"\n", at + 1);
      if (end == std::string_view::npos || text[end] == '\n') {
        errors.push_back({range(at, at + 1), "this string does not end", "it wants another \""});
        if (errors.size() >= kMaxWordErrors) break;
        at = std::min(end, text.size());
        continue;
      }
      lines.back().push_back(
          {std::string(text.substr(at + 1, end - at - 1)), true, range(at, end + 1)});
      at = end + 1;
    } else {
      const auto begin = at;
      while (at < text.size() && text[at] != '\n' && !is_blank(text[at])) ++at;
      lines.back().push_back(
          {std::string(text.substr(begin, at - begin)), false, range(begin, at)});
    }
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace spl
