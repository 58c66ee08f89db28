// What is wrong with a map, line by line: shared by the readers of all kinds of maps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "passes/word_lines.hpp"
#include "spl/text_error.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

using Line = std::vector<Word>;

/// Collects errors, as many as are kept (kMaxMapErrors).
class MapErrors {
 public:
  void add(const SourceRange& range, std::string message, std::string hint = {});
  /// The statecall of that name, or an error. `whose`: "the policy", "the old policy".
  std::optional<StatecallId> statecall(const Word& word, const Vocabulary& vocabulary,
                                       const std::string& whose);

  std::vector<TextError> list;
};

}  // namespace spl
