// From text to syntax tree, and back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/ast.hpp"
#include "spl/diagnostic.hpp"
#include "spl/source.hpp"

namespace spl {

struct ReadError {
  std::string reason;
};
/// Reads a file: its text, or why it cannot be read ("No such file or directory"). The default
/// reads the disk (regular files and pipes, at most kMaxInputBytes); tests pass a table.
using FileReader = std::function<std::variant<std::string, ReadError>(const std::string& path)>;
inline constexpr std::size_t kMaxInputBytes = 16U << 20;
[[nodiscard]] FileReader disk_reader();

/// Parses the file and all it imports (paths relative to the importing file; each file once).
/// Syntax errors are reported and recovered from at statement and declaration boundaries; the tree
/// holds what was understood. Any bytes at all are fine as input.
[[nodiscard]] ast::Policy parse_policy(const std::string& path, const FileReader& reader,
                                       SourceMap& sources, Diagnostics& diagnostics);

/// Parses one text without following its imports (for the formatter and for tests).
[[nodiscard]] ast::File parse_text(FileId file, const SourceMap& sources, Diagnostics& diagnostics);

/// Parses a formula of section 8 by itself (`splc verify --ltl`). nullopt after errors.
[[nodiscard]] std::optional<ast::Formula> parse_formula(FileId file, const SourceMap& sources,
                                                        Diagnostics& diagnostics);

enum class TokenKind : std::uint8_t { keyword, statecall, identifier, integer, string, symbol };
struct Token {
  TokenKind kind = TokenKind::symbol;
  SourceRange range;
};
/// What the lexer sees, for those who look at text that does not parse (editors). Words that are
/// reserved in properties only are keywords there and names elsewhere. Both lists ascend; nothing
/// follows the place where the lexer gave up (an unclosed comment, nesting past the limits).
struct TokenList {
  std::vector<Token> tokens;
  std::vector<SourceRange> comments;
};
[[nodiscard]] TokenList tokens_of(FileId file, const SourceMap& sources);

/// The canonical text: two spaces a level, one statement a line, comments kept. Fixed point:
/// format(parse(format(x))) == format(x), and the tree is unchanged. nullopt if the text has
/// syntax errors (reported), for a formatter must not touch what it does not understand.
[[nodiscard]] std::optional<std::string> format(FileId file, const SourceMap& sources,
                                                Diagnostics& diagnostics);

/// Prints a tree that has no text (generated, shrunk). parse(print(x)) == x up to ranges.
[[nodiscard]] std::string print(const ast::File& file);
[[nodiscard]] std::string print(const ast::Expr& expr);
[[nodiscard]] std::string print(const ast::Formula& formula);

/// Equality of trees up to source ranges.
[[nodiscard]] bool equal(const ast::File& a, const ast::File& b);

/// The tree as indented text, for `splc dump --stage=ast` and golden tests.
[[nodiscard]] std::string dump_ast(const ast::File& file, const SourceMap& sources);
/// The same as JSON.
[[nodiscard]] std::string dump_ast_json(const ast::File& file, const SourceMap& sources);

}  // namespace spl
