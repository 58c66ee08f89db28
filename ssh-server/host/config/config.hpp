// sshd_config(5): reading, what holds for a connection, printing. No operating system: files come
// from a function that the caller gives.
//
//   auto parsed = parse_config({{"/etc/ssh/sshd_config", text}}, lists, include);
//   for (const auto& d : parsed.diagnostics) log(to_string(d));
//   if (parsed.ok()) listen(effective(parsed.config));
//   ... after the user's name is known: effective(parsed.config, facts)
//
// As in OpenSSH the first value of a keyword counts, but where several accumulate; what stands in
// Match blocks that hold for a connection comes before what stands outside of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/config/options.hpp"
#include "ssh/crypto.hpp"

namespace ssh::config {

/// What the provider has, in its order of preference; the defaults of the lists of algorithms, and
/// all that they may name.
struct AlgorithmLists {
  Names kex, ciphers, macs;
  /// Without certificates. Host keys cannot be sk- keys.
  Names signatures;

  static AlgorithmLists of(const CryptoProvider& provider);
};

struct ConfigFile {
  std::string path;
  std::string text;
};

/// The files that a path of Include stands for, in lexical order; it is absolute and may have
/// wildcards (glob(7)). None is no error.
using IncludeReader = std::function<Result<std::vector<ConfigFile>>(const std::string& pattern)>;

struct Diagnostic {
  enum class Severity { warning, error };
  Severity severity = Severity::error;
  std::string file;
  /// From 1.
  std::size_t line = 0;
  std::string text;
};
/// "file:line: error: text"
std::string to_string(const Diagnostic& diagnostic);

/// What Match asks. `host` is empty where no name is known, and then `address` stands for it.
struct ConnectionFacts {
  std::string user{};
  Names groups{};
  std::string host{};
  std::string address{};
  std::string local_address{};
  std::uint16_t local_port = 0;
};

/// One criterion of a Match line; its value has been checked.
struct Criterion {
  enum class Kind { user, group, host, address, local_address, local_port };
  Kind kind;
  std::string patterns;
};
/// A Match line, and the one around the Include it stands in. All of its criteria have to hold; a
/// line that was wrong never does.
struct Condition {
  std::size_t parent = 0;
  bool never = false;
  std::vector<Criterion> criteria;
};
/// A line with a keyword of the table.
struct Setting {
  std::size_t keyword = 0;
  /// In Config::conditions; 0 is outside of every Match.
  std::size_t condition = 0;
  std::vector<std::string> words;
  /// Everything behind the keyword.
  std::string raw;
  /// Where it stands.
  std::string file;
  std::size_t line = 0;
};

struct Config {
  AlgorithmLists lists;
  /// The first always holds; each stands behind its parent.
  std::vector<Condition> conditions = {Condition{}};
  std::vector<Setting> settings;
};

struct ParsedConfig {
  Config config;
  /// All of them, in the order in which files are read (the first 1000).
  std::vector<Diagnostic> diagnostics;
  /// No errors. With errors, `config` is what the other lines say, and not to be run.
  bool ok() const;
};

/// As if the files were one. Options of the command line come first, as a file of their own.
ParsedConfig parse_config(std::span<const ConfigFile> files, const AlgorithmLists& lists,
                          const IncludeReader& include);

/// What holds outside of Match blocks.
ServerOptions effective(const Config& config);
/// What holds for a connection.
ServerOptions effective(const Config& config, const ConnectionFacts& facts);

/// As `sshd -T` prints it: "keyword value", keywords in lower case, one line for each value of
/// those that accumulate.
std::string print_effective(const ServerOptions& options);

}  // namespace ssh::config
