// Tokens of SPL that regular expressions cannot express: nested comments, and names, for which
// keywords are reserved (spl/syntax/lexer.ll). Keeps no state between tokens.
#include "tree_sitter/parser.h"

#include <string.h>

// The order is that of `externals` in grammar.js.
enum Token {
  COMMENT,
  STRING,
  IDENTIFIER,
  STATECALL,
  FORMULA_IDENTIFIER,
  FORMULA_STATECALL,
};

static const char *const policy_words[] = {
    "automaton", "function",     "statecalls", "import", "property", "bool",   "int",
    "true",      "false",        "multiple",   "optional", "always_allow", "either", "or",
    "during",    "handle",       "do",         "until",  "while",    "exit",   "abort",
};
// What `property` reserves until its `;`. A declaration's keyword ends a property without one.
static const char *const formula_words[] = {
    "not",   "and",      "or",        "implies",     "iff",   "always",    "eventually", "next",
    "X",     "until",    "U",         "weak_until",  "W",     "once",      "since",      "precedes",
    "never", "reachable", "responds_to", "finished", "true",  "false",     "automaton",  "function",
    "property",
};
enum { LONGEST_WORD = 12 };  // always_allow

static bool is_one_of(const char *word, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(word, words[i]) == 0) return true;
  }
  return false;
}

static bool is_reserved(const char *word, bool in_formula) {
  return in_formula
             ? is_one_of(word, formula_words, sizeof formula_words / sizeof *formula_words)
             : is_one_of(word, policy_words, sizeof policy_words / sizeof *policy_words);
}

static bool is_lower(int32_t c) { return (c >= 'a' && c <= 'z') || c == '_'; }
static bool is_upper(int32_t c) { return c >= 'A' && c <= 'Z'; }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

// Behind `/*`.
static bool scan_block_comment(TSLexer *lexer) {
  unsigned depth = 1;
  while (depth > 0) {
    if (lexer->eof(lexer)) return false;
    const int32_t first = lexer->lookahead;
    advance(lexer);
    if (first == '*' && lexer->lookahead == '/') {
      advance(lexer);
      depth--;
    } else if (first == '/' && lexer->lookahead == '*') {
      advance(lexer);
      depth++;
    }
  }
  return true;
}

static bool scan_comment(TSLexer *lexer) {
  advance(lexer);
  lexer->result_symbol = COMMENT;
  if (lexer->lookahead == '*') {
    advance(lexer);
    return scan_block_comment(lexer);
  }
  if (lexer->lookahead != '/') return false;
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') advance(lexer);
  return true;
}

static bool scan_string(TSLexer *lexer) {
  advance(lexer);
  while (lexer->lookahead != '"') {
    if (lexer->eof(lexer) || lexer->lookahead == '\n') return false;
    advance(lexer);
  }
  advance(lexer);
  lexer->result_symbol = STRING;
  return true;
}

static bool scan_name(TSLexer *lexer, const bool *valid) {
  const bool upper = is_upper(lexer->lookahead);
  char word[LONGEST_WORD + 1];
  size_t length = 0;
  while (is_lower(lexer->lookahead) || is_upper(lexer->lookahead) || is_digit(lexer->lookahead)) {
    if (length < LONGEST_WORD) word[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  const enum Token outside = upper ? STATECALL : IDENTIFIER;
  const enum Token inside = upper ? FORMULA_STATECALL : FORMULA_IDENTIFIER;
  if (!valid[outside] && !valid[inside]) return false;
  // After an error all tokens are valid, and a formula is not told from a statement.
  const bool in_formula = !valid[outside];
  if (length <= LONGEST_WORD) {
    word[length] = '\0';
    if (is_reserved(word, in_formula)) return false;
  }
  lexer->result_symbol = in_formula ? inside : outside;
  return true;
}

void *tree_sitter_spl_external_scanner_create(void) { return NULL; }
void tree_sitter_spl_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_spl_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_spl_external_scanner_deserialize(void *payload, const char *buffer,
                                                  unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_spl_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\r' ||
         lexer->lookahead == '\n') {
    lexer->advance(lexer, true);
  }
  if (lexer->lookahead == '/') return valid[COMMENT] && scan_comment(lexer);
  if (lexer->lookahead == '"') return valid[STRING] && scan_string(lexer);
  if (is_lower(lexer->lookahead) || is_upper(lexer->lookahead)) return scan_name(lexer, valid);
  return false;
}
