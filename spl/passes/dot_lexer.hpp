// Words of the DOT language of GraphViz.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spl/source.hpp"
#include "spl/text_error.hpp"

namespace spl {

struct DotToken {
  enum class Kind : std::uint8_t { id, punctuation, arrow, end };
  Kind kind = Kind::end;
  std::string text;     // of an id: without quotes; of punctuation: one character
  bool quoted = false;  // an id in quotes is never a keyword
  SourceRange range;
};

class DotLexer {
 public:
  DotLexer(FileId file, std::string_view text) : file_(file), text_(text) {}

  /// The next word. After an error, the end.
  DotToken next();
  [[nodiscard]] const std::optional<TextError>& error() const { return error_; }

 private:
  [[nodiscard]] bool starts(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  void skip_blanks();
  DotToken quoted_id();
  DotToken html_id();
  DotToken fail(std::size_t begin, std::size_t end, std::string message, std::string hint);
  [[nodiscard]] SourceRange range(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  FileId file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<TextError> error_;
};

}  // namespace spl
