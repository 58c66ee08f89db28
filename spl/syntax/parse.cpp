// Reading policies: the entry points around lexer and parser, imports, and syntax errors that read
// well.
#include "spl/parse.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unordered_set>

#include "parser.hpp"
#include "syntax/lexer_api.hpp"
#include "syntax/parser_support.hpp"

namespace spl {
namespace syntax {

void ParseDriver::report(DiagnosticCode code, SourceRange where, std::string message, Hint hint) {
  ok = false;
  if (diagnostics_.errors() >= Diagnostics::kMaxErrors) stop();
  diagnostics_.report(code, where, std::move(message), std::move(hint));
}

std::int32_t ParseDriver::integer(std::int64_t value, SourceRange where) {
  if (value <= INT32_MAX) return static_cast<std::int32_t>(value);
  report(DiagnosticCode::integer_too_large, where, "this integer does not fit 32 bits",
         "integers lie between -2147483648 and 2147483647");
  return INT32_MAX;
}

ast::ExprPtr int_literal(ParseDriver& driver, std::int64_t value, SourceRange where) {
  if (value == std::int64_t{1} << 31) {  // fine behind a minus: negate() decides
    driver.note_minimum(where);
    return expression(ast::IntLiteral{INT32_MIN}, where);
  }
  return expression(ast::IntLiteral{driver.integer(value, where)}, where);
}

ast::ExprPtr ParseDriver::negate(ast::ExprPtr operand, SourceRange where) {
  const auto* literal = std::get_if<ast::IntLiteral>(&operand->node);
  const char first = text[operand->range.begin];
  const bool bare = literal != nullptr && first >= '0' && first <= '9';
  if (!bare) return expression(ast::UnaryExpr{ast::UnaryOp::negate, std::move(operand)}, where);
  if (literal->value == INT32_MIN) {
    std::erase(pending_minimum_, operand->range);
    return expression(ast::IntLiteral{INT32_MIN}, where);
  }
  return expression(ast::IntLiteral{-literal->value}, where);
}

void ParseDriver::parse_policy() {
  run(false);
}

void ParseDriver::parse_formula() {
  in_property = true;
  run(true);
}

void ParseDriver::run(bool formula_only) {
  const ScannerHandle scanner(text);
  Lexer lexer{scanner.get(), formula_only};
  Parser parser(lexer, *this);
  if (parser.parse() != 0) ok = false;
  for (const auto where : pending_minimum_) integer(std::int64_t{1} << 31, where);
}

Parser::symbol_type next_token(Lexer& lexer, ParseDriver& driver) {
  if (!lexer.started) {
    lexer.started = true;
    const auto at = driver.range(0, 0);
    return lexer.formula_only ? Parser::make_START_FORMULA(at) : Parser::make_START_POLICY(at);
  }
  const auto end = driver.offset;
  auto token = scan(lexer.scanner, driver);
  // Where the token before this one ended (comments between do not count).
  driver.previous_end = driver.current_end == 0 ? end : driver.current_end;
  driver.current_end = driver.offset;
  return token;
}

namespace {

using Expected = std::vector<std::string>;

bool expects(const Expected& expected, const char* what) {
  return std::find(expected.begin(), expected.end(), what) != expected.end();
}

/// The offending token as a person knows it: names and numbers with their text.
std::string described(const ParseDriver& driver, SourceRange where, const std::string& found) {
  constexpr std::size_t kLongest = 60;
  const auto text = driver.text.substr(where.begin, where.end - where.begin);
  const bool has_text = found == "statecall" || found == "identifier" || found == "integer";
  if (!has_text || text.empty() || text.size() > kLongest) return found;
  return found + " '" + std::string(text) + "'";
}

/// "expected X, Y or Z", or the name of what all of them begin; empty if neither helps.
std::string described(const Expected& expected) {
  if (expects(expected, "'automaton'")) return "expected a declaration";
  if (expects(expected, "'multiple'")) return "expected a statement or '}'";
  if (expects(expected, "'always'")) return "expected a formula";
  if (expects(expected, "'!'") && expects(expected, "integer")) return "expected an expression";
  if (expects(expected, "'&&'")) {
    return expects(expected, "')'") ? "expected ')' or an operator" : "expected ';' or an operator";
  }
  if (expected.empty() || expected.size() > 5) return {};
  std::string text = "expected ";
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i != 0) text += i + 1 == expected.size() ? " or " : ", ";
    text += expected[i];
  }
  return text;
}

bool in_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The name, number or keyword that ends at a place; empty if none does.
std::string_view word_before(const ParseDriver& driver, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && in_word(driver.text[begin - 1])) --begin;
  return driver.text.substr(begin, end - begin);
}

/// Does the token before the offending one begin with a capital letter?
bool behind_statecall(const ParseDriver& driver) {
  const auto word = word_before(driver, driver.previous_end);
  return !word.empty() && word[0] >= 'A' && word[0] <= 'Z';
}

/// What is written as a call around the offending token, or directly before it: its name.
std::string_view callee(const ParseDriver& driver, SourceRange where) {
  constexpr std::size_t kLongest = 1000;  // so that many errors in much text stay cheap
  const std::size_t first = where.begin > kLongest ? where.begin - kLongest : 0;
  int closed = 0;
  for (std::size_t at = where.begin; at-- > first;) {
    const char c = driver.text[at];
    if (c == ';' || c == '{' || c == '}') break;
    if (c == ')') ++closed;
    if (c != '(' || --closed > 0) continue;
    while (at > 0 && driver.text[at - 1] == ' ') --at;
    return word_before(driver, at);
  }
  return {};
}

std::string formula_hint(const std::string& found, const Expected& expected) {
  if (!expects(expected, "'&&'")) return {};
  if (found == "'precedes'") {
    return "it stands between two statecalls; of more, write: not T weak_until (A or B)";
  }
  if (found == "'responds_to'") {
    return "it stands between two statecalls; of more, write: always (T implies eventually (A or "
           "B))";
  }
  if (found == "'='") return "equality is written '==', implication '->' or 'implies'";
  return {};
}

/// For statements of other languages, which are read as calls.
std::string foreign_hint(const ParseDriver& driver, SourceRange where, const Expected& expected) {
  constexpr const char* kChoice = "a choice is written: either (b) { ... } or (!b) { ... }";
  if (word_before(driver, driver.previous_end) == "else") return kChoice;
  const bool behind = driver.text.substr(0, driver.previous_end).ends_with(')');
  const bool within = expects(expected, "','") || expects(expected, "identifier");
  if (!(behind && expects(expected, "';'")) && !(within && expects(expected, "')'"))) return {};
  const auto name = callee(driver, where);
  if (name == "if") return kChoice;
  if (name == "for") return "a loop is written: multiple (l..h) { ... }, or while (b) { ... }";
  return {};
}

std::string hint_for(const ParseDriver& driver, SourceRange where, const std::string& found,
                     const Expected& expected) {
  if (found == "end of file" && driver.brace_depth > 0) return "a '}' is missing";
  if (found == "statecall" && expects(expected, "identifier")) {
    return "names of functions, automata, properties and variables start with a small letter";
  }
  if (driver.in_property) return formula_hint(found, expected);
  const bool like_a_name = found == "'='" || found == "'('";
  if (like_a_name && expects(expected, "';'") && behind_statecall(driver)) {
    return "names of variables and functions start with a small letter";
  }
  if (found == "identifier" && expects(expected, "statecall")) {
    return "statecalls start with a capital letter";
  }
  if (expects(expected, "'='") && expects(expected, "'('")) {
    if (found == "';'") return "statecalls start with a capital letter";
    if (found == "'=='") return "assignment is written '='";
  }
  if (found == "integer" && expects(expected, "'('")) return "write it in parentheses";
  if (found == "'('" && word_before(driver, driver.previous_end) == "optional") {
    return "bounds go with multiple: multiple (l..h) { ... }";
  }
  return foreign_hint(driver, where, expected);
}

}  // namespace

void syntax_error(ParseDriver& driver, SourceRange where, const std::string& found,
                  Expected expected) {
  if (driver.stopped) return;  // the reason was reported when reading stopped
  driver.ok = false;
  std::sort(expected.begin(), expected.end());
  auto hint = hint_for(driver, where, found, expected);
  const auto what = described(driver, where, found);
  if (hint.empty() && expects(expected, "';'") && (expected.size() <= 2 || found == "'}'")) {
    // The fix belongs behind the token before.
    const auto at = driver.previous_end;
    const auto last = driver.range(at == 0 ? 0 : at - 1, at);
    const auto text = driver.text.substr(last.begin, last.end - last.begin);
    driver.report(DiagnosticCode::syntax_error, last, "expected ';' after this, found " + what,
                  Hint("add ';'", std::string(text) + ";"));
    return;
  }
  const auto wanted = described(expected);
  driver.report(DiagnosticCode::syntax_error, where,
                "unexpected " + what + (wanted.empty() ? "" : ", " + wanted), std::move(hint));
}

}  // namespace syntax

namespace {

/// Depth-first reading of a file and its imports, with a stack of its own: a chain of imports may
/// be longer than the machine's stack is deep.
class Importer {
 public:
  Importer(const FileReader& reader, SourceMap& sources, Diagnostics& diagnostics)
      : reader_(reader), sources_(sources), diagnostics_(diagnostics) {}

  void read(const std::string& path) {
    enter(path, {});
    while (!open_.empty()) {
      auto& file = open_.back();
      const auto* import = next_import(file);
      if (import != nullptr) {
        enter(beside(file.path, import->path), import->range);
        continue;
      }
      done_.insert(std::move(file.key));
      policy.files.push_back(std::move(file.tree));
      open_.pop_back();
    }
  }

  ast::Policy policy;

 private:
  /// A file whose imports are being read.
  struct Open {
    std::string path;
    std::string key;
    ast::File tree;
    std::size_t next = 0;  // declaration to look at next
  };

  static const ast::Import* next_import(Open& file) {
    while (file.next < file.tree.declarations.size()) {
      const auto* import = std::get_if<ast::Import>(&file.tree.declarations[file.next++]);
      if (import != nullptr) return import;
    }
    return nullptr;
  }

  void enter(const std::string& path, SourceRange from) {
    auto key = normal(path);
    const auto open =
        std::find_if(open_.begin(), open_.end(), [&](const Open& file) { return file.key == key; });
    if (open != open_.end()) return cycle(open, key, from);
    if (done_.contains(key)) return;
    auto text = load(path, from);
    if (!text) return;
    const auto id = sources_.add(path == "-" ? "<stdin>" : path, std::move(*text));
    syntax::ParseDriver driver(id, sources_, diagnostics_);
    driver.parse_policy();
    open_.push_back({path, std::move(key), std::move(driver.tree), 0});
  }

  std::optional<std::string> load(const std::string& path, SourceRange from) {
    auto content = reader_(path);
    if (const auto* error = std::get_if<ReadError>(&content)) {
      const bool relative = from.valid() && !path.starts_with('/');
      const auto* hint = relative ? "import paths are relative to the importing file" : "";
      diagnostics_.report(DiagnosticCode::cannot_read, from,
                          "cannot read '" + path + "': " + error->reason, hint);
      return std::nullopt;
    }
    auto& text = std::get<std::string>(content);
    if (text.size() <= kMaxInputBytes) return std::move(text);
    const auto id = sources_.add(path == "-" ? "<stdin>" : path, {});
    diagnostics_.report(
        DiagnosticCode::input_too_large, {id, 0, 0},
        "this input is larger than " + std::to_string(kMaxInputBytes >> 20U) + " MiB",
        "split the policy and import the parts");
    return std::nullopt;
  }

  void cycle(std::vector<Open>::const_iterator first, const std::string& key, SourceRange from) {
    std::string chain;
    for (; first != open_.end(); ++first) chain += first->key + " -> ";
    diagnostics_.report(DiagnosticCode::import_cycle, from,
                        "these files import each other: " + chain + key,
                        "move what they share to a file of its own");
  }

  static std::string beside(const std::string& importer, const std::string& path) {
    const auto slash = importer.rfind('/');
    if (path.starts_with('/') || slash == std::string::npos) return path;
    return importer.substr(0, slash + 1) + path;
  }

  /// One spelling per file: without "." and "name/.." parts.
  static std::string normal(const std::string& path) {
    std::vector<std::string> parts;
    std::stringstream stream(path);
    for (std::string part; std::getline(stream, part, '/');) {
      if (part == "." || part.empty()) continue;
      if (part == ".." && !parts.empty() && parts.back() != "..") {
        parts.pop_back();
      } else {
        parts.push_back(part);
      }
    }
    std::string result = path.starts_with('/') ? "/" : "";
    for (std::size_t i = 0; i < parts.size(); ++i) result += (i == 0 ? "" : "/") + parts[i];
    return result;
  }

  const FileReader& reader_;
  SourceMap& sources_;
  Diagnostics& diagnostics_;
  std::vector<Open> open_;  // the chain of imports being read
  std::unordered_set<std::string> done_;
};

}  // namespace

FileReader disk_reader() {
  return [](const std::string& path) -> std::variant<std::string, ReadError> {
    if (path == "-") return ReadError{"standard input is not a file"};
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return ReadError{std::strerror(errno)};
    if (S_ISDIR(info.st_mode)) return ReadError{"it is a directory"};
    std::ifstream in(path, std::ios::binary);
    if (!in) return ReadError{std::strerror(errno)};
    std::string text;
    char buffer[1 << 16];
    while (in && text.size() <= kMaxInputBytes) {
      in.read(buffer, sizeof buffer);
      text.append(buffer, static_cast<std::size_t>(in.gcount()));
    }
    if (in.bad()) return ReadError{"read error"};
    return text;
  };
}

ast::Policy parse_policy(const std::string& path, const FileReader& reader, SourceMap& sources,
                         Diagnostics& diagnostics) {
  Importer importer(reader, sources, diagnostics);
  importer.read(path);
  return std::move(importer.policy);
}

ast::File parse_text(FileId file, const SourceMap& sources, Diagnostics& diagnostics) {
  syntax::ParseDriver driver(file, sources, diagnostics);
  driver.parse_policy();
  return std::move(driver.tree);
}

TokenList tokens_of(FileId file, const SourceMap& sources) {
  TokenList result;
  Diagnostics unread;
  syntax::ParseDriver driver(file, sources, unread);
  const syntax::ScannerHandle scanner(driver.text);
  using Kind = syntax::Parser::symbol_kind;
  for (;;) {
    const auto token = syntax::scan(scanner.get(), driver);
    const auto kind = token.kind();
    if (kind == Kind::S_YYEOF || token.location.begin == token.location.end) break;
    auto as = TokenKind::symbol;
    const char first = driver.text[token.location.begin];
    if (kind == Kind::S_STATECALL) {
      as = TokenKind::statecall;
    } else if (kind == Kind::S_IDENT) {
      as = TokenKind::identifier;
    } else if (kind == Kind::S_INT) {
      as = TokenKind::integer;
    } else if (kind == Kind::S_STRING) {
      as = TokenKind::string;
    } else if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) {
      as = TokenKind::keyword;
    }
    result.tokens.push_back({as, token.location});
  }
  result.comments = std::move(driver.comments);
  return result;
}

std::optional<ast::Formula> parse_formula(FileId file, const SourceMap& sources,
                                          Diagnostics& diagnostics) {
  syntax::ParseDriver driver(file, sources, diagnostics);
  driver.parse_formula();
  if (!driver.ok) return std::nullopt;
  return std::move(driver.formula);
}

}  // namespace spl
