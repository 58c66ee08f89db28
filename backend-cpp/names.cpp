// Identifiers that C++ cannot object to.
//
// Statecalls keep their spelling: they start with a capital letter, so they are no keywords, and
// they live in an enum class, so they clash with nothing but macros. Automata may be called
// anything a small letter or '_' starts, keywords included.
#include "names.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "spl/cpp/generate.hpp"

namespace spl {
namespace {

// Sorted, for binary search.
constexpr std::array kKeywords =
    std::to_array<std::string_view>({"alignas",       "alignof",     "and",
                                     "and_eq",        "asm",         "auto",
                                     "bitand",        "bitor",       "bool",
                                     "break",         "case",        "catch",
                                     "char",          "char16_t",    "char32_t",
                                     "char8_t",       "class",       "co_await",
                                     "co_return",     "co_yield",    "compl",
                                     "concept",       "const",       "const_cast",
                                     "consteval",     "constexpr",   "constinit",
                                     "continue",      "decltype",    "default",
                                     "delete",        "do",          "double",
                                     "dynamic_cast",  "else",        "enum",
                                     "explicit",      "export",      "extern",
                                     "false",         "float",       "for",
                                     "friend",        "goto",        "if",
                                     "inline",        "int",         "long",
                                     "mutable",       "namespace",   "new",
                                     "noexcept",      "not",         "not_eq",
                                     "nullptr",       "operator",    "or",
                                     "or_eq",         "private",     "protected",
                                     "public",        "register",    "reinterpret_cast",
                                     "requires",      "return",      "short",
                                     "signed",        "sizeof",      "static",
                                     "static_assert", "static_cast", "struct",
                                     "switch",        "template",    "this",
                                     "thread_local",  "throw",       "true",
                                     "try",           "typedef",     "typeid",
                                     "typename",      "union",       "unsigned",
                                     "using",         "virtual",     "void",
                                     "volatile",      "wchar_t",     "while",
                                     "xor",           "xor_eq"});

// Macros of the C and POSIX headers, of common toolkits, and of compilers. Sorted.
constexpr std::array kMacros = std::to_array<std::string_view>(
    {"BIG_ENDIAN", "BOOL",         "BUFSIZ",       "CHAR_BIT",     "CONST",        "DEBUG",
     "DELETE",     "DOMAIN",       "E2BIG",        "EACCES",       "EAGAIN",       "EBADF",
     "EBUSY",      "ECONNREFUSED", "ECONNRESET",   "EEXIST",       "EINTR",        "EINVAL",
     "EIO",        "ENOENT",       "ENOMEM",       "EOF",          "EPERM",        "EPIPE",
     "ERROR",      "ETIMEDOUT",    "EXIT_FAILURE", "EXIT_SUCCESS", "FALSE",        "HUGE_VAL",
     "I",          "IN",           "INFINITY",     "INT_MAX",      "INT_MIN",      "LITTLE_ENDIAN",
     "LONG_MAX",   "LONG_MIN",     "MAX",          "MIN",          "MSG_DONTWAIT", "MSG_OOB",
     "MSG_PEEK",   "NAN",          "NDEBUG",       "NULL",         "OPTIONAL",     "OUT",
     "OVERFLOW",   "PATH_MAX",     "PLOSS",        "RAND_MAX",     "SEEK_CUR",     "SEEK_END",
     "SEEK_SET",   "SHUT_RD",      "SHUT_RDWR",    "SHUT_WR",      "SIGABRT",      "SIGALRM",
     "SIGCHLD",    "SIGFPE",       "SIGHUP",       "SIGILL",       "SIGINT",       "SIGIO",
     "SIGKILL",    "SIGPIPE",      "SIGQUIT",      "SIGSEGV",      "SIGSTOP",      "SIGTERM",
     "SIGTRAP",    "SIGUSR1",      "SIGUSR2",      "SIG_DFL",      "SIG_ERR",      "SIG_IGN",
     "SING",       "STRICT",       "TLOSS",        "TRUE",         "UNDERFLOW",    "VOID",
     "WEXITED",    "WNOHANG"});

constexpr std::array kSmallMacros = std::to_array<std::string_view>(
    {"assert", "emit", "errno", "foreach", "i386", "linux", "major", "minor", "near", "far",
     "offsetof", "signals", "slots", "stderr", "stdin", "stdout", "unix"});

static_assert(std::ranges::is_sorted(kKeywords) && std::ranges::is_sorted(kMacros));

bool contains(const auto& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (text.empty() || !letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Names that the language or its implementation keeps for itself.
bool is_reserved(std::string_view name) {
  return name[0] == '_' || name.find("__") != name.npos || contains(kKeywords, name);
}

}  // namespace

bool is_cpp_namespace(std::string_view text) {
  for (;;) {
    const auto end = text.find("::");
    const auto part = text.substr(0, end);
    if (!is_identifier(part) || is_reserved(part) || part == "std") return false;
    if (end == text.npos) return true;
    text.remove_prefix(end + 2);
  }
}

bool is_c_prefix(std::string_view text) {
  return is_cpp_namespace(text) && text.find(':') == text.npos;
}

bool is_cpp_stem(std::string_view text) {
  return !text.empty() && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

std::string default_stem(std::string_view policy_path) {
  const auto slash = policy_path.find_last_of('/');
  if (slash != policy_path.npos) policy_path.remove_prefix(slash + 1);
  if (policy_path.ends_with(".spl")) policy_path.remove_suffix(4);
  std::string stem;
  for (const char c : policy_path) {
    const char kept = is_identifier(std::string{'a', c}) ? c : '_';
    if (kept == '_' && (stem.empty() || stem.back() == '_')) continue;
    stem += kept;
  }
  while (!stem.empty() && stem.back() == '_') stem.pop_back();
  if (stem.empty() || (stem[0] >= '0' && stem[0] <= '9')) stem.insert(0, "policy");
  if (!is_cpp_namespace(stem)) stem += "_policy";
  return stem;
}

std::string enumerator_of(const Vocabulary& vocabulary, StatecallId id) {
  auto name = vocabulary.name(id);
  if (!contains(kMacros, name)) return name;
  do name += '_';
  while (vocabulary.find(name));
  return name;
}

}  // namespace spl

namespace spl::cpp {

std::vector<std::string> automaton_identifiers(const std::vector<std::string>& names) {
  std::set<std::string> taken(names.begin(), names.end());
  std::vector<std::string> result;
  for (const auto& name : names) {
    const bool macro =
        std::find(kSmallMacros.begin(), kSmallMacros.end(), name) != kSmallMacros.end();
    if (!is_reserved(name) && !macro) {
      result.push_back(name);
      continue;
    }
    std::string base;
    for (const char c : name) {
      if (c != '_' || (!base.empty() && base.back() != '_')) base += c;
    }
    if (base.empty() || (base[0] >= '0' && base[0] <= '9')) base.insert(0, "automaton");
    if (base.back() != '_') base += '_';
    auto candidate = base;
    for (int n = 2; !taken.insert(candidate).second; ++n) candidate = base + std::to_string(n);
    result.push_back(candidate);
  }
  return result;
}

bool looks_like_macro(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // Two question marks in a row would draw warnings about trigraphs.
    if (c == '"' || c == '\\' || (c == '?' && out.back() == '?')) {
      out += '\\';
      out += c;
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Three octal digits end by themselves, whatever follows.
      out += '\\';
      out += static_cast<char>('0' + (byte >> 6));
      out += static_cast<char>('0' + (byte >> 3 & 7));
      out += static_cast<char>('0' + (byte & 7));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace spl::cpp
