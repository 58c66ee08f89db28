// Reads files of sshd_config into a Config: see config.hpp; sshd_config(5).
//
// Invariant: every Setting has been read once without an Error, and whether that succeeds depends
// on nothing but the setting and the provider's lists; so effective() cannot fail.
#include <fmt/format.h>

#include <algorithm>

#include "host/config/keywords.hpp"
#include "host/config/values.hpp"
#include "host/config/words.hpp"
#include "ssh/patterns.hpp"

namespace ssh::config {
namespace {

// Include is what makes small files large; these are bounds that nobody meets who means well.
constexpr int kDeepest = 16;  // OpenSSH's
constexpr std::size_t kMostFiles = 256;
constexpr std::size_t kMostBytes = 4U << 20;
constexpr std::size_t kMostSettings = 10'000;
constexpr std::size_t kMostDiagnostics = 1000;

class Parser {
 public:
  Parser(ParsedConfig& result, const IncludeReader& include) : result_(result), include_(include) {}

  void file(const ConfigFile& file, std::size_t condition, int depth);

 private:
  struct Place {
    const std::string& path;
    std::size_t line = 0;
    /// Of the Match line that the line stands under.
    std::size_t condition = 0;
    /// Of the file as a whole: what its own Match lines stand under.
    std::size_t outer = 0;
    int depth = 0;
  };

  void line(Place& place, std::string_view text);
  void match(Place& place, const std::vector<std::string>& words);
  void include(const Place& place, const std::vector<std::string>& words);
  void setting(const Place& place, std::size_t keyword, std::vector<std::string> words,
               std::string_view raw);
  void unknown(const Place& place, const std::string& keyword);
  void say(const Place& place, Diagnostic::Severity severity, std::string text);
  void error(const Place& place, std::string text) {
    say(place, Diagnostic::Severity::error, std::move(text));
  }

  ParsedConfig& result_;
  const IncludeReader& include_;
  std::size_t files_ = 0;
  std::size_t bytes_ = 0;
};

void Parser::say(const Place& place, Diagnostic::Severity severity, std::string text) {
  if (result_.diagnostics.size() < kMostDiagnostics) {
    result_.diagnostics.push_back({severity, place.path, place.line, std::move(text)});
  }
}

void Parser::file(const ConfigFile& file, std::size_t condition, int depth) {
  Place place{file.path, 0, condition, condition, depth};
  bytes_ += file.text.size();
  if (++files_ > kMostFiles || bytes_ > kMostBytes) {
    if (files_ == kMostFiles + 1 || files_ <= kMostFiles) {
      error(place, "more files are included, or larger ones, than can be meant");
    }
    return;
  }
  std::string_view rest = file.text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    ++place.line;
    line(place, rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void Parser::line(Place& place, std::string_view text) {
  const Line split = split_line(text);
  if (split.keyword.empty() && split.rest.empty()) return;
  if (text.find('\0') != std::string_view::npos) return error(place, "a zero byte");
  const std::string lower = lower_case(split.keyword);
  const auto keyword = find_keyword(split.keyword);
  if (!keyword && lower != "match" && lower != "include") return unknown(place, split.keyword);
  if (keyword && keywords()[*keyword].most_words == 0) {
    if (split.rest.empty()) return error(place, split.keyword + ": nothing follows");
    return setting(place, *keyword, {}, split.rest);
  }
  auto words = split_words(split.rest);
  if (!words) {
    error(place, split.keyword + ": " + words.error().text);
  } else if (words->empty()) {
    error(place, split.keyword + ": nothing follows");
  } else if (lower == "match") {
    return match(place, *words);
  } else if (lower == "include") {
    return include(place, *words);
  } else {
    return setting(place, *keyword, std::move(*words), split.rest);
  }
  // What stands under a Match line that cannot be read must not hold for everybody.
  if (lower == "match") match(place, {});
}

void Parser::unknown(const Place& place, const std::string& keyword) {
  switch (foreign_keyword(keyword)) {
    case Foreign::obsolete:
      return say(place, Diagnostic::Severity::warning,
                 keyword + " has no effect: it is obsolete, in OpenSSH too");
    case Foreign::unsupported:
      return error(place, keyword + " is a keyword of OpenSSH that is not supported here");
    case Foreign::unknown:
      break;
  }
  Names names = {"Match", "Include"};
  for (const Keyword& known : keywords()) names.emplace_back(known.name);
  error(place, "unknown keyword " + quote(keyword) + did_you_mean(keyword, names));
}

void Parser::setting(const Place& place, std::size_t keyword, std::vector<std::string> words,
                     std::string_view raw) {
  const Keyword& known = keywords()[keyword];
  const std::string name(known.name);
  if (place.condition != 0 && known.scope == Keyword::Scope::global) {
    return error(place, name + " cannot stand under Match");
  }
  if (known.most_words != 0 && words.size() > known.most_words) {
    return error(place, name + ": too many words: " + quote(words[known.most_words]));
  }
  if (result_.config.settings.size() == kMostSettings) return error(place, "too many lines");
  ServerOptions scratch;
  std::vector<std::string> warnings;
  const auto read = known.read({words, raw, result_.config.lists, &warnings}, scratch);
  if (!read) return error(place, name + ": " + read.error().text);
  for (const std::string& warning : warnings) {
    say(place, Diagnostic::Severity::warning, name + ": " + warning);
  }
  result_.config.settings.push_back(
      {keyword, place.condition, std::move(words), std::string(raw), place.path, place.line});
}

/// The criterion of a name, with its value checked.
Result<Criterion> read_criterion(std::string_view name, const std::string& value) {
  using Kind = Criterion::Kind;
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"user", Kind::user},
      {"group", Kind::group},
      {"host", Kind::host},
      {"address", Kind::address},
      {"localaddress", Kind::local_address},
      {"localport", Kind::local_port},
  };
  const std::string lower = lower_case(name);
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                         [&](const auto& kind) { return kind.first == lower; });
  if (found == std::end(kKinds)) {
    const bool openssh = lower == "rdomain" || lower == "invalid-user" || lower == "version" ||
                         lower == "command" || lower == "final" || lower == "canonical";
    return failure("Match: " + quote(name) +
                   (openssh ? " is not supported here"
                            : " is none of User, Group, Host, Address, LocalAddress, LocalPort, "
                              "All"));
  }
  if (value.empty()) return failure("Match: nothing follows " + std::string(name));
  const Kind kind = found->second;
  if (kind == Kind::address || kind == Kind::local_address) {
    const auto checked = match_address_list("", value);
    if (!checked) return failure("Match: " + checked.error().text);
  }
  if (kind == Kind::local_port) {
    const auto port = read_number(value, 1, 65535);
    if (!port) return failure("Match: " + port.error().text);
  }
  return Criterion{kind, value};
}

void Parser::match(Place& place, const std::vector<std::string>& words) {
  auto& conditions = result_.config.conditions;
  Condition condition{place.outer, words.empty(), {}};
  const auto wrong = [&](std::string text) {
    condition.never = true;
    error(place, std::move(text));
  };
  const bool all = std::any_of(words.begin(), words.end(),
                               [](const std::string& word) { return lower_case(word) == "all"; });
  if (all && words.size() > 1 && lower_case(words[0]) == "all") {
    wrong("Match: \"All\" stands alone");
  } else if (!(all && words.size() == 1)) {
    for (std::size_t i = 0; i < words.size() && !condition.never; i += 2) {
      auto criterion = read_criterion(words[i], i + 1 < words.size() ? words[i + 1] : "");
      if (criterion) {
        condition.criteria.push_back(std::move(*criterion));
      } else {
        wrong(criterion.error().text);
      }
    }
  }
  place.condition = conditions.size();
  conditions.push_back(std::move(condition));
}

void Parser::include(const Place& place, const std::vector<std::string>& words) {
  if (place.depth == kDeepest) return error(place, "Include: too many files within each other");
  for (const std::string& word : words) {
    // A pattern may be long, a path cannot (PATH_MAX).
    if (word.empty() || word.size() > 4096) {
      error(place, "Include: no path");
      continue;
    }
    const std::string path = word.starts_with('/') ? word : "/etc/ssh/" + word;
    const auto files = include_ ? include_(path) : failure("no files can be included here");
    if (!files) {
      error(place, "Include: " + files.error().text);
      continue;
    }
    for (const ConfigFile& included : *files) {
      if (files_ > kMostFiles) return;
      file(included, place.condition, place.depth + 1);
    }
  }
}

/// Whether somebody could complete the methods: all of them are enabled.
bool can_be_completed(const Names& methods, const ServerOptions& options) {
  return std::all_of(methods.begin(), methods.end(), [&](const std::string& method) {
    if (method == "publickey") return options.pubkey_authentication;
    if (method == "password") return options.password_authentication;
    if (method == "none") return options.permit_empty_passwords;
    return options.kbd_interactive_authentication;
  });
}

/// AuthenticationMethods that let nobody in are an error, as in OpenSSH. (What Match blocks make of
/// it may differ.)
void check_methods(ParsedConfig& result) {
  const ServerOptions options = effective(result.config);
  const auto& lists = options.authentication_methods;
  if (lists.empty() || std::any_of(lists.begin(), lists.end(), [&](const Names& methods) {
        return can_be_completed(methods, options);
      })) {
    return;
  }
  const auto keyword = find_keyword("AuthenticationMethods");
  for (const Setting& setting : result.config.settings) {
    if (setting.condition != 0 || setting.keyword != keyword) continue;
    result.diagnostics.push_back(
        {Diagnostic::Severity::error, setting.file, setting.line,
         "AuthenticationMethods: each list has a method that is disabled"});
    return;
  }
}

}  // namespace

bool ParsedConfig::ok() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
  });
}

std::string to_string(const Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == Diagnostic::Severity::error;
  return fmt::format("{}:{}: {}: {}", diagnostic.file, diagnostic.line, error ? "error" : "warning",
                     diagnostic.text);
}

ParsedConfig parse_config(std::span<const ConfigFile> files, const AlgorithmLists& lists,
                          const IncludeReader& include) {
  ParsedConfig result;
  result.config.lists = lists;
  Parser parser(result, include);
  for (const ConfigFile& file : files) parser.file(file, 0, 0);
  check_methods(result);
  return result;
}

}  // namespace ssh::config
