// What completion scripts for the three shells have in common: what a value is, and how a manual's
// names are taken apart. Private to the completion_*.cpp files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "driver/help.hpp"

namespace spl::driver {

enum class ValueKind : std::uint8_t {
  none,       // anything; a shell cannot help
  words,      // one of a list: choices, offers
  policy,     // a file, likely *.spl
  file,       // any file
  directory,  //
  program,    // a command on the PATH
};

/// What the value of an option, or an argument, is: the manual says it by the word it uses. POLICY
/// is a policy, FILE a file; an argument that is called something else is a file too.
[[nodiscard]] ValueKind value_kind(const OptionHelp& option);
/// The words of ValueKind::words.
[[nodiscard]] const std::vector<std::string>& value_words(const OptionHelp& option);

/// "-o,--output" as {"-o", "--output"}.
[[nodiscard]] std::vector<std::string> names_of(const OptionHelp& option);
/// All options of a command, --help too; and its arguments.
[[nodiscard]] std::vector<OptionHelp> options_of(const CommandHelp& command);
[[nodiscard]] std::vector<OptionHelp> arguments_of(const CommandHelp& command);

/// The first sentence, or as much of it as stands by itself: what fits beside a completion.
[[nodiscard]] std::string brief(std::string_view text);
[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view between);
/// 'text' with its quotes made safe by `escape`, which stands for a quote.
[[nodiscard]] std::string quoted(std::string_view text, std::string_view escape);

// One a shell, each in a file of its own.
[[nodiscard]] std::string render_bash(const Manual& manual);
[[nodiscard]] std::string render_zsh(const Manual& manual);
[[nodiscard]] std::string render_fish(const Manual& manual);

}  // namespace spl::driver
