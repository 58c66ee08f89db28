/* Tokens of SPL (language.md section 2). Reentrant; all state is in the ParseDriver. */
%{
#include <algorithm>
#include <charconv>

#include "syntax/parse_driver.hpp"
#include "syntax/lexer_api.hpp"

using spl::DiagnosticCode;
using spl::syntax::ParseDriver;
using spl::syntax::Parser;

#define YY_DECL Parser::symbol_type spl_next_token(yyscan_t yyscanner, ParseDriver& driver)
#define YY_USER_ACTION driver.advance(static_cast<std::uint32_t>(yyleng));

namespace {

Parser::symbol_type word(ParseDriver& driver, std::string text, spl::SourceRange here);
Parser::symbol_type property_word(ParseDriver& driver, std::string text, spl::SourceRange here);
void bad_bytes(ParseDriver& driver, spl::SourceRange here);
bool too_long(ParseDriver& driver, spl::SourceRange here);

}  // namespace

/* Every token passes here: expression and nesting limits are kept in one place. */
#define TOKEN(name)                                                    \
  do {                                                                 \
    if (too_long(driver, driver.here())) return Parser::make_END(driver.here());         \
    return Parser::make_##name(driver.here());                                  \
  } while (false)
#define BOUNDARY(name)                                                 \
  do {                                                                 \
    driver.expression_tokens = 0;                                      \
    driver.prefix_operators = 0;                                       \
    return Parser::make_##name(driver.here());                                  \
  } while (false)
#define PREFIX(name)                                                   \
  do {                                                                 \
    if (++driver.prefix_operators > spl::kMaxNesting) {                \
      driver.report(DiagnosticCode::nesting_too_deep, driver.here(),            \
                    "operators and parentheses nest deeper than " + std::to_string(spl::kMaxNesting));     \
      driver.stop();                                                   \
      return Parser::make_END(driver.here());                                   \
    }                                                                  \
    TOKEN(name);                                                       \
  } while (false)
%}

%option reentrant noyywrap nounput noinput nodefault never-interactive 8bit batch
%x COMMENT

%%

%{
  if (driver.stopped) return Parser::make_END(driver.range(driver.offset, driver.offset));
%}

[ \t\r\n]+          { }
"//"[^\n]*          { driver.comments.push_back(driver.here()); }
"/*"                { driver.comment_begin = driver.token_begin; driver.comment_depth = 1; BEGIN(COMMENT); }
<COMMENT>{
  "/*"              { ++driver.comment_depth; }
  "*/"              {
                      if (--driver.comment_depth == 0) {
                        driver.comments.push_back(driver.range(driver.comment_begin, driver.offset));
                        BEGIN(INITIAL);
                      }
                    }
  [^*/]+|[*/]       { }
  <<EOF>>           {
                      const auto open = driver.range(driver.comment_begin, driver.comment_begin + 2);
                      driver.report(DiagnosticCode::unterminated_comment, open,
                                    "this comment is never closed",
                                    "comments nest: each '/*' needs its own '*/'");
                      driver.stop();
                      return Parser::make_END(open);
                    }
}

[A-Za-z_][A-Za-z0-9_]*  {
                      if (too_long(driver, driver.here())) return Parser::make_END(driver.here());
                      return word(driver, std::string(yytext, static_cast<std::size_t>(yyleng)), driver.here());
                    }
[0-9]+              {
                      std::int64_t value = 0;
                      const auto read = std::from_chars(yytext, yytext + yyleng, value);
                      if (read.ec != std::errc{}) value = INT64_MAX;
                      if (too_long(driver, driver.here())) return Parser::make_END(driver.here());
                      driver.prefix_operators = 0;
                      return Parser::make_INT(value, driver.here());
                    }
\"[^"\n]*\"         { return Parser::make_STRING(driver.spelt(1, 1), driver.here()); }
\"[^"\n]*           {
                      driver.report(DiagnosticCode::unterminated_string, driver.here(),
                                    "this string is not closed on its line", "add '\"'");
                      return Parser::make_STRING(driver.spelt(1, 0), driver.here());
                    }

"{"                 {
                      driver.in_property = false;
                      if (++driver.brace_depth > spl::kMaxNesting) {
                        driver.report(DiagnosticCode::nesting_too_deep, driver.here(),
                                      "blocks nest deeper than " + std::to_string(spl::kMaxNesting),
                                      "is a '}' missing?");
                        driver.stop();
                        return Parser::make_END(driver.here());
                      }
                      BOUNDARY(LBRACE);
                    }
"}"                 { if (driver.brace_depth > 0) --driver.brace_depth; BOUNDARY(RBRACE); }
";"                 { driver.in_property = false; BOUNDARY(SEMICOLON); }
","                 { BOUNDARY(COMMA); }
"("                 { PREFIX(LPAREN); }
")"                 { TOKEN(RPAREN); }
".."                { TOKEN(DOTDOT); }
"."                 { TOKEN(DOT); }
":"                 { TOKEN(COLON); }
"<->"               { TOKEN(IFF); }
"->"                { TOKEN(IMPLIES); }
"<>"                { PREFIX(EVENTUALLY); }
"[]"                { PREFIX(ALWAYS); }
"&&"                { TOKEN(AND); }
"||"                { TOKEN(OROR); }
"=="                { TOKEN(EQ); }
"!="                { TOKEN(NE); }
"<="                { TOKEN(LE); }
">="                { TOKEN(GE); }
"<"                 { TOKEN(LT); }
">"                 { TOKEN(GT); }
"!"                 { PREFIX(NOT); }
"="                 { TOKEN(ASSIGN); }
"+"                 { TOKEN(PLUS); }
"-"                 { PREFIX(MINUS); }
"*"                 { TOKEN(STAR); }
"/"                 { TOKEN(SLASH); }
\xEF\xBB\xBF        { if (driver.token_begin != 0) bad_bytes(driver, driver.here()); }
[\x80-\xff]+        { bad_bytes(driver, driver.here()); }
[^ \t\r\n\"A-Za-z0-9_{};,().:&|=!<>+*/\-\[\x80-\xff]+  { bad_bytes(driver, driver.here()); }
.                   { bad_bytes(driver, driver.here()); }
<<EOF>>             { return Parser::make_END(driver.range(driver.offset, driver.offset)); }

%%

namespace {

bool too_long(ParseDriver& driver, spl::SourceRange here) {
  if (++driver.expression_tokens <= spl::syntax::kMaxExpressionTokens) return false;
  driver.report(DiagnosticCode::nesting_too_deep, here,
                "an expression of more than " +
                    std::to_string(spl::syntax::kMaxExpressionTokens) + " tokens",
                "is a ';' missing before this?");
  driver.stop();
  return true;
}

bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const std::size_t length = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
    if (length == 0 || c >= 0xf5 || i + length > s.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(s[i + k]) & 0xc0U) != 0x80U) return false;
    }
    i += length;
  }
  return true;
}

void bad_bytes(ParseDriver& driver, spl::SourceRange here) {
  const auto bytes = driver.text.substr(here.begin, here.end - here.begin);
  const bool high = (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0;
  if (high && !is_utf8(bytes)) {
    driver.report(DiagnosticCode::bad_utf8, here, "these bytes are not UTF-8 text",
                  "policies are UTF-8; save the file in that encoding");
    return;
  }
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::string shown;
  if (high) {
    shown = "'" + std::string(bytes.substr(0, 12)) + "'";
    while (!is_utf8(std::string_view(shown).substr(1, shown.size() - 2))) shown.erase(shown.size() - 2, 1);
  } else if (first < 0x20 || first == 0x7f) {
    constexpr const char* kHex = "0123456789abcdef";
    shown = std::string("byte 0x") + kHex[first >> 4U] + kHex[first & 15U];
  } else {
    shown = "'" + std::string(1, bytes[0]) + "'";
  }
  driver.report(DiagnosticCode::bad_character, here, shown + " means nothing outside a comment",
                high ? "names are made of ASCII letters, digits and '_'" : "");
}

Parser::symbol_type property_word(ParseDriver& driver, std::string text, spl::SourceRange here) {
  // Operators of section 8, reserved inside `property` only.
  static constexpr struct { std::string_view text; Parser::symbol_type (*make)(const spl::SourceRange&); bool prefix; } kWords[] = {
      {"not", [](const spl::SourceRange& r) { return Parser::make_NOT(r); }, true},
      {"and", [](const spl::SourceRange& r) { return Parser::make_AND(r); }, false},
      {"or", [](const spl::SourceRange& r) { return Parser::make_OR(r); }, false},
      {"implies", [](const spl::SourceRange& r) { return Parser::make_IMPLIES(r); }, false},
      {"iff", [](const spl::SourceRange& r) { return Parser::make_IFF(r); }, false},
      {"always", [](const spl::SourceRange& r) { return Parser::make_ALWAYS(r); }, true},
      {"eventually", [](const spl::SourceRange& r) { return Parser::make_EVENTUALLY(r); }, true},
      {"next", [](const spl::SourceRange& r) { return Parser::make_NEXT(r); }, true},
      {"X", [](const spl::SourceRange& r) { return Parser::make_NEXT(r); }, true},
      {"until", [](const spl::SourceRange& r) { return Parser::make_UNTIL(r); }, false},
      {"U", [](const spl::SourceRange& r) { return Parser::make_UNTIL(r); }, false},
      {"weak_until", [](const spl::SourceRange& r) { return Parser::make_WEAK_UNTIL(r); }, false},
      {"W", [](const spl::SourceRange& r) { return Parser::make_WEAK_UNTIL(r); }, false},
      {"once", [](const spl::SourceRange& r) { return Parser::make_ONCE(r); }, true},
      {"since", [](const spl::SourceRange& r) { return Parser::make_SINCE(r); }, false},
      {"precedes", [](const spl::SourceRange& r) { return Parser::make_PRECEDES(r); }, false},
      {"responds_to", [](const spl::SourceRange& r) { return Parser::make_RESPONDS_TO(r); }, false},
      {"never", [](const spl::SourceRange& r) { return Parser::make_NEVER(r); }, true},
      {"reachable", [](const spl::SourceRange& r) { return Parser::make_REACHABLE(r); }, true},
      {"finished", [](const spl::SourceRange& r) { return Parser::make_FINISHED(r); }, false},
      {"true", [](const spl::SourceRange& r) { return Parser::make_TRUE(r); }, false},
      {"false", [](const spl::SourceRange& r) { return Parser::make_FALSE(r); }, false},
  };
  for (const auto& w : kWords) {
    if (w.text != text) continue;
    driver.prefix_operators = w.prefix ? driver.prefix_operators + 1 : 0;
    if (driver.prefix_operators > spl::kMaxNesting) {
      driver.report(DiagnosticCode::nesting_too_deep, here, "operators and parentheses nest deeper than " + std::to_string(spl::kMaxNesting));
      driver.stop();
      return Parser::make_END(here);
    }
    return w.make(here);
  }
  driver.prefix_operators = 0;
  if (text[0] >= 'A' && text[0] <= 'Z') return Parser::make_STATECALL(std::move(text), here);
  return Parser::make_IDENT(std::move(text), here);
}

Parser::symbol_type word(ParseDriver& driver, std::string text, spl::SourceRange here) {
  static constexpr struct { std::string_view text; Parser::symbol_type (*make)(const spl::SourceRange&); } kKeywords[] = {
      {"automaton", [](const spl::SourceRange& r) { return Parser::make_AUTOMATON(r); }},
      {"function", [](const spl::SourceRange& r) { return Parser::make_FUNCTION(r); }},
      {"statecalls", [](const spl::SourceRange& r) { return Parser::make_STATECALLS(r); }},
      {"import", [](const spl::SourceRange& r) { return Parser::make_IMPORT(r); }},
      {"property", [](const spl::SourceRange& r) { return Parser::make_PROPERTY(r); }},
      {"bool", [](const spl::SourceRange& r) { return Parser::make_BOOL(r); }},
      {"int", [](const spl::SourceRange& r) { return Parser::make_INT_TYPE(r); }},
      {"true", [](const spl::SourceRange& r) { return Parser::make_TRUE(r); }},
      {"false", [](const spl::SourceRange& r) { return Parser::make_FALSE(r); }},
      {"multiple", [](const spl::SourceRange& r) { return Parser::make_MULTIPLE(r); }},
      {"optional", [](const spl::SourceRange& r) { return Parser::make_OPTIONAL(r); }},
      {"always_allow", [](const spl::SourceRange& r) { return Parser::make_ALWAYS_ALLOW(r); }},
      {"either", [](const spl::SourceRange& r) { return Parser::make_EITHER(r); }},
      {"or", [](const spl::SourceRange& r) { return Parser::make_OR(r); }},
      {"during", [](const spl::SourceRange& r) { return Parser::make_DURING(r); }},
      {"handle", [](const spl::SourceRange& r) { return Parser::make_HANDLE(r); }},
      {"do", [](const spl::SourceRange& r) { return Parser::make_DO(r); }},
      {"until", [](const spl::SourceRange& r) { return Parser::make_UNTIL(r); }},
      {"while", [](const spl::SourceRange& r) { return Parser::make_WHILE(r); }},
      {"exit", [](const spl::SourceRange& r) { return Parser::make_EXIT(r); }},
      {"abort", [](const spl::SourceRange& r) { return Parser::make_ABORT(r); }},
  };
  if (driver.in_property) {
    // A declaration that starts here ends a property whose ';' is missing.
    if (text == "automaton" || text == "function" || text == "property") driver.in_property = false;
    else return property_word(driver, std::move(text), here);
  }
  driver.prefix_operators = 0;
  if (text == "property") driver.in_property = true;
  for (const auto& keyword : kKeywords) {
    if (keyword.text == text) return keyword.make(here);
  }
  if (text[0] >= 'A' && text[0] <= 'Z') return Parser::make_STATECALL(std::move(text), here);
  return Parser::make_IDENT(std::move(text), here);
}

}  // namespace

namespace spl::syntax {

// Flex takes every NUL for the end of its buffer first, and then scans the token once more from its
// beginning: a long run of them would take time that grows with its square. A byte that means as
// little stands in for it; what is shown is taken from the text itself.
ScannerHandle::ScannerHandle(std::string_view text) {
  std::string bytes(text);
  std::replace(bytes.begin(), bytes.end(), '\0', '\x01');
  yylex_init(&scanner_);
  yy_scan_bytes(bytes.data(), static_cast<int>(bytes.size()), scanner_);
}

ScannerHandle::~ScannerHandle() { yylex_destroy(scanner_); }

Parser::symbol_type scan(void* scanner, ParseDriver& driver) {
  return spl_next_token(scanner, driver);
}

}  // namespace spl::syntax
