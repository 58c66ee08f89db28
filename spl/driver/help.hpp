// The manual of splc as data, and the forms it is shown in. The command line parser is built
// from the same calls that fill these in, so the two cannot disagree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spl::driver {

struct OptionHelp {
  std::string names;     // "-o,--output", or "POLICY" for an argument
  std::string argument;  // "FILE"; empty for a flag
  std::string text;      // one sentence or more, without a full stop at the end
  std::vector<std::string> choices;
  bool positional = false;
  bool repeats = false;               // may be given several times
  std::vector<std::string> offers{};  // values that a shell offers besides, too many to be listed
};

/// -h, --help: every command has it, no command lists it.
[[nodiscard]] const OptionHelp& help_option();

struct Example {
  std::string command;
  std::string text;
};

struct CommandHelp {
  std::string name;     // "check"; "" for splc itself
  std::string usage;    // "[options] POLICY..."
  std::string summary;  // one line
  std::vector<std::string> paragraphs;
  std::vector<OptionHelp> options;
  std::vector<Example> examples;
};

struct Manual {
  CommandHelp splc;
  std::vector<CommandHelp> commands;
};

/// `splc --help`: the sub-commands at a glance.
[[nodiscard]] std::string render_overview(const Manual& manual);
/// `splc check --help`.
[[nodiscard]] std::string render_help(const CommandHelp& command);
/// splc(1), in the man macros: what there is, and where to read on.
[[nodiscard]] std::string render_man(const Manual& manual);
/// splc-check(1) and its like.
[[nodiscard]] std::string render_man(const Manual& manual, const CommandHelp& command);

enum class Shell : std::uint8_t { bash, zsh, fish };
/// A completion script: sub-commands, options, their choices, and files.
[[nodiscard]] std::string render_completion(const Manual& manual, Shell shell);

}  // namespace spl::driver
