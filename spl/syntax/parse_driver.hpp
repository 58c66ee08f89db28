// Internal to the syntax room: what the lexer and the parser share while they read one text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spl/ast.hpp"
#include "spl/diagnostic.hpp"
#include "spl/source.hpp"

namespace spl::syntax {

/// Most tokens of one expression or formula. Bounds the parser's stack and the depth of trees.
inline constexpr int kMaxExpressionTokens = 4096;

class ParseDriver {
 public:
  ParseDriver(FileId file, const SourceMap& sources, Diagnostics& diagnostics)
      : file_id(file), text(sources.text(file)), diagnostics_(diagnostics) {
    tree.id = file;
  }

  /// Runs lexer and parser over the text.
  void parse_policy();
  void parse_formula();

  void report(DiagnosticCode code, SourceRange range, std::string message, Hint hint = {});
  /// No further tokens: the rest of the text is not worth reading.
  void stop() { stopped = true; }
  [[nodiscard]] SourceRange range(std::uint32_t begin, std::uint32_t end) const {
    return {file_id, begin, end};
  }

  /// An INT token as a 32-bit literal; reports what does not fit.
  std::int32_t integer(std::int64_t value, SourceRange where);
  /// The literal 2147483648 stands here: an error unless negate() takes it.
  void note_minimum(SourceRange where) { pending_minimum_.push_back(where); }
  /// `-operand`, folded into the literal if the operand is a bare one.
  ast::ExprPtr negate(ast::ExprPtr operand, SourceRange where);

  const FileId file_id;
  const std::string_view text;
  ast::File tree;
  std::optional<ast::Formula> formula;
  std::vector<SourceRange> comments;  // in order

  /// The lexer has matched so many bytes more.
  void advance(std::uint32_t length) {
    token_begin = offset;
    offset += length;
  }
  [[nodiscard]] SourceRange here() const { return range(token_begin, offset); }
  /// What the lexer has just matched, without so many bytes at its front and its back.
  [[nodiscard]] std::string spelt(std::uint32_t front, std::uint32_t back) const {
    return std::string(text.substr(token_begin + front, offset - token_begin - front - back));
  }

  // Lexer state.
  std::uint32_t token_begin = 0;
  std::uint32_t offset = 0;        // end of the last match
  std::uint32_t current_end = 0;   // end of the token the parser got last
  std::uint32_t previous_end = 0;  // end of the one before it
  std::uint32_t comment_begin = 0;
  int comment_depth = 0;
  int brace_depth = 0;
  int expression_tokens = 0;
  int prefix_operators = 0;
  bool in_property = false;
  bool stopped = false;
  bool ok = true;  // no syntax error so far

 private:
  void run(bool formula_only);

  Diagnostics& diagnostics_;
  std::vector<SourceRange> pending_minimum_;  // literals 2147483648 still without their minus
};

}  // namespace spl::syntax
