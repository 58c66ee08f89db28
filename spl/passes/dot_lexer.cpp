// The lexer of DOT, after the grammar in GraphViz's documentation: ids of letters, digits and '_',
// numerals, strings in double quotes (joined by '+'), HTML in angle brackets; comments as in C++,
// and lines that start with '#'.
#include "passes/dot_lexer.hpp"

#include <algorithm>
#include <utility>

namespace spl {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' ||
         u >= 0x80;
}

}  // namespace

DotToken DotLexer::fail(std::size_t begin, std::size_t end, std::string message, std::string hint) {
  if (!error_) error_ = TextError{range(begin, end), std::move(message), std::move(hint)};
  at_ = text_.size();
  return {DotToken::Kind::end, "", false, range(begin, end)};
}

void DotLexer::skip_blanks() {
  while (at_ < text_.size()) {
    const bool line_start = at_ == 0 || text_[at_ - 1] == '\n';
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (starts("//") || (line_start && text_[at_] == '#')) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (starts("/*")) {
      const auto end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        fail(at_, at_ + 2, "this comment does not end", "it wants a */");
        return;
      }
      at_ = end + 2;
    } else {
      return;
    }
  }
}

/// One string, or several joined by '+'.
DotToken DotLexer::quoted_id() {
  DotToken token{DotToken::Kind::id, "", true, {}};
  const auto begin = at_;
  while (true) {
    const auto opened = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (starts("\\\"")) ++at_;
      token.text += text_[at_++];
    }
    if (at_ >= text_.size()) {
      return fail(opened, opened + 1, "this string does not end", "it wants another \"");
    }
    ++at_;
    token.range = range(begin, at_);
    const auto here = at_;
    skip_blanks();
    if (!starts("+")) return token;
    ++at_;
    skip_blanks();
    if (!starts("\"")) {
      at_ = here;
      return token;
    }
  }
}

DotToken DotLexer::html_id() {
  const auto begin = at_;
  std::size_t depth = 0;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '<') ++depth;
    if (text_[at_] == '>' && --depth == 0) {
      ++at_;
      return {DotToken::Kind::id, std::string(text_.substr(begin + 1, at_ - begin - 2)), true,
              range(begin, at_)};
    }
  }
  return fail(begin, begin + 1, "this label in angle brackets does not end", "it wants a >");
}

DotToken DotLexer::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {DotToken::Kind::end, "", false, range(at_, at_)};
  const auto begin = at_;
  const char c = text_[at_];
  if (c == '"') return quoted_id();
  if (c == '<') return html_id();
  if (starts("->") || starts("--")) {
    at_ += 2;
    return {DotToken::Kind::arrow, std::string(text_.substr(begin, 2)), false, range(begin, at_)};
  }
  if (std::string_view("{}[];,=:").find(c) != std::string_view::npos) {
    ++at_;
    return {DotToken::Kind::punctuation, std::string(1, c), false, range(begin, at_)};
  }
  const bool numeral = c == '-' || c == '.';
  if (!numeral && !is_word(c)) {
    return fail(begin, begin + 1, "a character that has no place in a graph",
                "names with such characters need quotes");
  }
  ++at_;
  while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.')) ++at_;
  return {DotToken::Kind::id, std::string(text_.substr(begin, at_ - begin)), false,
          range(begin, at_)};
}

}  // namespace spl
