// Unique, harmless identifiers.
#include "names.hpp"

#include <algorithm>
#include <array>

namespace spl::promela {
namespace {

// PROMELA's words and predefined names (spin's manual, "lexical conventions" and ltl(4)), then what
// the generated verifier, a C program, could trip over. Ascending.
constexpr std::array kReserved = {"D_proctype",
                                  "EOF",
                                  "FILE",
                                  "NULL",
                                  "STDIN",
                                  "U",
                                  "V",
                                  "W",
                                  "X",
                                  "_",
                                  "_last",
                                  "_nr_pr",
                                  "_pid",
                                  "_priority",
                                  "active",
                                  "always",
                                  "assert",
                                  "atomic",
                                  "bit",
                                  "bool",
                                  "break",
                                  "byte",
                                  "c_code",
                                  "c_decl",
                                  "c_expr",
                                  "c_state",
                                  "c_track",
                                  "chan",
                                  "d_proctype",
                                  "d_step",
                                  "do",
                                  "else",
                                  "empty",
                                  "enabled",
                                  "ended",
                                  "equivalent",
                                  "ev",
                                  "eval",
                                  "eventually",
                                  "false",
                                  "fi",
                                  "for",
                                  "full",
                                  "get_priority",
                                  "goto",
                                  "hidden",
                                  "if",
                                  "implies",
                                  "in",
                                  "init",
                                  "inline",
                                  "int",
                                  "len",
                                  "local",
                                  "ltl",
                                  "mtype",
                                  "nempty",
                                  "never",
                                  "nfull",
                                  "none",
                                  "notrace",
                                  "np_",
                                  "od",
                                  "of",
                                  "pc_value",
                                  "pid",
                                  "policy",
                                  "printf",
                                  "printm",
                                  "priority",
                                  "proctype",
                                  "provided",
                                  "refused",
                                  "release",
                                  "remember",
                                  "return",
                                  "run",
                                  "select",
                                  "set_priority",
                                  "short",
                                  "show",
                                  "skip",
                                  "started",
                                  "strongnext",
                                  "stronguntil",
                                  "timeout",
                                  "trace",
                                  "true",
                                  "typedef",
                                  "unless",
                                  "unsigned",
                                  "until",
                                  "weakuntil",
                                  "wrong_guess",
                                  "xr",
                                  "xs"};
static_assert(std::is_sorted(kReserved.begin(), kReserved.end(),
                             [](std::string_view a, std::string_view b) { return a < b; }));

// spin keeps names in fixed buffers of some hundred bytes, several of them in one.
constexpr std::size_t kMaxLength = 60;

}  // namespace

bool is_reserved(std::string_view name) {
  // Labels of claims.
  if (name.starts_with("state_") || name.starts_with("accept")) return true;
  return std::binary_search(kReserved.begin(), kReserved.end(), name,
                            [](std::string_view a, std::string_view b) { return a < b; });
}

std::string NameTable::take(std::string_view wish) {
  std::string name(wish.substr(0, kMaxLength));
  if (name.size() == wish.size() && !is_reserved(name) && taken_.insert(name).second) return name;
  name += '_';
  for (unsigned n = 1;; ++n) {
    auto candidate = n == 1 ? name : name + std::to_string(n);
    if (taken_.insert(candidate).second) return candidate;
  }
}

std::string comment_text(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 400)) {
    const bool plain = c >= ' ' && c <= '~' && c != '\\' && c != '"' && c != '\'';
    // Neither the end of this comment nor the start of another, nor a preprocessor's quote.
    const bool closes = !result.empty() && ((result.back() == '*' && c == '/') ||
                                            (result.back() == '/' && (c == '*' || c == '/')));
    if (closes) result += ' ';
    result += plain ? c : '?';
  }
  return result;
}

}  // namespace spl::promela
