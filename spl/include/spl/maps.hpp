// Maps that people write: which statecalls of two policies are the same, and what the symbols of a
// learned machine mean. One entry a line, # starts a comment.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/compose.hpp"
#include "spl/source.hpp"
#include "spl/text_error.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

/// Errors kept of one map; what is wrong after them is not mentioned.
inline constexpr std::size_t kMaxMapErrors = 20;

/// Old name -> new name.
using RenameMap = std::map<std::string, std::string, std::less<>>;

/// Lines "Old_Name = New_Name". Both must exist, and no two statecalls of the old policy may
/// become one.
[[nodiscard]] std::variant<RenameMap, std::vector<TextError>> read_rename_map(
    FileId file, const SourceMap& sources, const Vocabulary& old_policy,
    const Vocabulary& new_policy);

/// What one symbol of a learned machine means in statecalls.
struct SymbolMeaning {
  /// Any one of these sequences; an empty one is nothing at all.
  std::vector<std::vector<StatecallId>> alternatives;
  bool refusal = false;  // an output: the machine has not taken the input
  bool unsent = false;   // an output: the input never reached the machine
};

/// Lines of the form
///   start = A B            statecalls that come before the first input
///   silent = A B           statecalls that may come at any time, unseen
///   input SYMBOL = A B | C
///   output SYMBOL = A | -
///   refusal SYMBOL = A | -
///   unsent SYMBOL
struct SymbolMap {
  std::vector<StatecallId> start;
  std::vector<StatecallId> silent;
  std::map<std::string, SymbolMeaning, std::less<>> inputs;
  std::map<std::string, SymbolMeaning, std::less<>> outputs;
};

[[nodiscard]] std::variant<SymbolMap, std::vector<TextError>> read_symbol_map(
    FileId file, const SourceMap& sources, const Vocabulary& vocabulary);

/// Lines of the form
///   client A = B | C       the client's A is announced by the server as B or C
///   server A = B           the same the other way round
///   client A = -           the client's A concerns the client alone
[[nodiscard]] std::variant<ComposeMap, std::vector<TextError>> read_compose_map(
    FileId file, const SourceMap& sources, const Vocabulary& client, const Vocabulary& server);

}  // namespace spl
