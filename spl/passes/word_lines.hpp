// The text form of maps: lines of words. Blanks separate words, a word with blanks in it stands in
// double quotes, # at the start of a word begins a comment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spl/source.hpp"
#include "spl/text_error.hpp"

namespace spl {

struct Word {
  std::string text;
  bool quoted = false;
  SourceRange range;

  /// The word as punctuation: in quotes it is a name.
  [[nodiscard]] bool is(std::string_view what) const { return !quoted && text == what; }
};

/// The lines that have words.
[[nodiscard]] std::vector<std::vector<Word>> word_lines(FileId file, const SourceMap& sources,
                                                        std::vector<TextError>& errors);

}  // namespace spl
