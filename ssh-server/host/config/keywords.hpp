// The one table of keywords. Reading files, printing (-T) and the manual page are made of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/config/config.hpp"

namespace ssh::config {

/// What a keyword's reader gets: the words behind it without quotes, and the text as it was.
struct Input {
  std::span<const std::string> words;
  std::string_view raw;
  const AlgorithmLists& lists;
  /// What is odd but no error is said here, if anybody wants to know.
  std::vector<std::string>* warnings = nullptr;
};

/// Writes "keyword value" lines.
class Printer {
 public:
  explicit Printer(std::string& to) : to_(to) {}
  void keyword(std::string_view name);
  void line(std::string_view value);

 private:
  std::string& to_;
  std::string keyword_;
};

struct Keyword {
  /// As sshd_config(5) spells it.
  std::string_view name;
  /// Whether it may stand in Match blocks.
  enum class Scope { global, match } scope;
  /// first: the first line counts. accumulate: all lines count. by_name: all lines count, in Match
  /// blocks and outside, and of those with the same first word the first.
  enum class Merge { first, accumulate, by_name } merge;
  /// Its values, and what it is for: for the manual page.
  std::string_view values;
  std::string_view help;
  /// The most words that may follow; there is at least one. Zero: the text as it is.
  std::size_t most_words;
  Result<void> (*read)(const Input& input, ServerOptions& options);
  void (*print)(const ServerOptions& options, Printer& printer);
};

/// In the order in which they are printed.
std::span<const Keyword> keywords();

/// In either case; also by the older names that OpenSSH still takes.
std::optional<std::size_t> find_keyword(std::string_view name);

/// Keywords of OpenSSH that are not in the table. obsolete: OpenSSH ignores them, too.
enum class Foreign { unknown, unsupported, obsolete };
Foreign foreign_keyword(std::string_view name);

/// The name most like the word, if one is like it at all: for "did you mean".
std::optional<std::string> most_like(std::string_view word, std::span<const std::string> names);
/// ", did you mean \"...\"?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

std::string lower_case(std::string_view text);

}  // namespace ssh::config
