// The names of one file, from its tokens: what is declared, what is meant where. Tokens and not
// the tree, because a text that is being typed seldom parses, and its names are wanted just then.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spl/parse.hpp"

namespace spl::lsp {

/// A half-open range of bytes.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool contains(std::uint32_t at) const { return begin <= at && at < end; }
  /// Also behind its last byte, where a cursor stands after typing.
  [[nodiscard]] bool touches(std::uint32_t at) const { return begin <= at && at <= end; }
  friend constexpr auto operator<=>(const Span&, const Span&) = default;
};

enum class NameKind : std::uint8_t { statecall, function, automaton, variable, property };
enum class Role : std::uint8_t { declaration, use, allow, call, read, write, formula };

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A place where a name stands.
struct Occurrence {
  Span at;
  NameKind kind = NameKind::statecall;  // a call is a `function` whatever it calls
  Role role = Role::use;
  std::string name;
  std::size_t routine = kNone;  // index into routines: in which it stands
  std::string owner;            // of a variable in a formula: its automaton; empty if not said
};

struct Parameter {
  std::string name;
  Span at;
  std::string type;     // "bool", "int", "int (0..3)"
  std::string initial;  // "" if there is none
};

struct RoutineEntry {
  bool is_automaton = false;
  std::string name;
  Span at;     // the name
  Span whole;  // from the keyword to the closing brace
  Span body;   // with its braces; empty at the end of the head if there is none yet
  bool closed = false;
  std::uint32_t reach = 0;  // up to where what is typed still belongs to it
  std::vector<Parameter> parameters;
};

struct PropertyEntry {
  std::string name;
  Span at;
  Span whole;
  Span formula;
  bool closed = false;
  std::uint32_t reach = 0;  // as of a routine
};

struct ImportEntry {
  std::string path;
  Span at;  // the string with its quotes
};

/// A block in braces.
struct BlockEntry {
  std::string keyword;  // "either", "or", "handle", ...; "automaton", "statecalls", ...
  Span head;            // the keyword
  Span at;              // with its braces; unclosed ones end where the declaration ends
  std::size_t parent = kNone;
  std::size_t routine = kNone;
};

struct FileIndex {
  std::string text;
  std::vector<Token> tokens;
  std::vector<SourceRange> comments;
  std::vector<ImportEntry> imports;
  std::vector<RoutineEntry> routines;
  std::vector<PropertyEntry> properties;
  std::vector<BlockEntry> blocks;
  std::vector<Occurrence> occurrences;  // ascending
  std::vector<Span> statecall_lists;    // the braces of each `statecalls` declaration

  [[nodiscard]] std::string_view spelt(Span at) const {
    return std::string_view(text).substr(at.begin, at.end - at.begin);
  }
  [[nodiscard]] std::string_view spelt(const Token& t) const {
    return spelt(Span{t.range.begin, t.range.end});
  }
  /// The name at (or just before) an offset, or nullptr.
  [[nodiscard]] const Occurrence* find(std::uint32_t offset) const;
  /// The last token that begins before an offset, or kNone.
  [[nodiscard]] std::size_t token_before(std::uint32_t offset) const;
  [[nodiscard]] bool in_comment(std::uint32_t offset) const;
  /// In whose text an offset lies, or kNone.
  [[nodiscard]] std::size_t routine_at(std::uint32_t offset) const;
  [[nodiscard]] std::size_t property_at(std::uint32_t offset) const;
  /// The innermost block around an offset, or kNone.
  [[nodiscard]] std::size_t block_at(std::uint32_t offset) const;
};

/// Any text will do; one above kMaxInputBytes has no names.
[[nodiscard]] FileIndex index_file(std::string text);

}  // namespace spl::lsp
