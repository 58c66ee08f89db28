// See words.hpp. What OpenSSH's strdelim() and argv_split() do with a line, as sshd_config(5) says
// it in "Arguments may optionally be enclosed in double quotes".
#include "host/config/words.hpp"

#include <algorithm>

namespace ssh::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\f";
constexpr std::size_t kMostWords = 1024;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

/// Takes one word off the text; false if its quotes do not end.
bool take_word(std::string_view& text, std::string& word) {
  char quote = 0;
  std::size_t i = 0;
  for (; i < text.size() && (quote != 0 || !is_blank(text[i])); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == '\'' || next == '"' || next == '\\' || (quote == 0 && next == ' '))) {
      word += next;
      ++i;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  text.remove_prefix(i);
  return quote == 0;
}

}  // namespace

Line split_line(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.starts_with('#')) return {};
  const std::size_t end = std::min(line.find_first_of(" \t\r\f=\""), line.size());
  Line split{std::string(line.substr(0, end)), trimmed(line.substr(end))};
  if (split.rest.starts_with('=')) split.rest = trimmed(split.rest.substr(1));
  return split;
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (text = trimmed(text); !text.empty() && !text.starts_with('#'); text = trimmed(text)) {
    if (words.size() == kMostWords) return failure("more than 1024 words");
    if (!take_word(text, words.emplace_back())) return failure("quotes that do not end");
  }
  return words;
}

}  // namespace ssh::config
