// The completion script for fish: one `complete` a command, an option, an argument.
#include <fmt/format.h>

#include "driver/completion.hpp"

namespace spl::driver {
namespace {

constexpr std::string_view kFishHead =
    R"fish(# fish completion for splc. Made by: splc --completion=fish

function __splc_command -a command
    set -l words (commandline -opc)
    set -q words[2]; and test "$words[2]" = "$command"
end

complete -c splc -f
)fish";

std::string text(std::string_view what) {
  std::string safe;
  for (const char c : what) {
    if (c == '\\') safe += '\\';
    safe += c;
  }
  return quoted(safe, "\\'");
}

/// The part of `complete` that says what a value is.
std::string value(const OptionHelp& option) {
  switch (value_kind(option)) {
    case ValueKind::none:
      return " -x";
    case ValueKind::words:
      return fmt::format(" -x -a {}", text(joined(value_words(option), " ")));
    case ValueKind::policy:
      return " -k -x -a '(__fish_complete_suffix .spl)'";
    case ValueKind::file:
      return " -r -F";
    case ValueKind::directory:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::program:
      return " -x -a '(__fish_complete_command)'";
  }
  return {};
}

void complete_options(std::string& out, const CommandHelp& command, std::string_view condition) {
  for (const auto& option : options_of(command)) {
    std::string names;
    for (const auto& name : names_of(option)) {
      const bool is_long = name.starts_with("--");
      names += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
    }
    out += fmt::format("complete -c splc -n {}{}{} -d {}\n", condition, names,
                       option.argument.empty() ? "" : value(option), text(brief(option.text)));
  }
}

}  // namespace

std::string render_fish(const Manual& manual) {
  std::string out(kFishHead);
  constexpr std::string_view kFirst = "__fish_is_first_token";
  for (const auto& command : manual.commands) {
    out += fmt::format("complete -c splc -n {} -a {} -d {}\n", kFirst, command.name,
                       text(command.summary));
  }
  complete_options(out, manual.splc, "\"__splc_command ''; or __fish_is_first_token\"");
  for (const auto& command : manual.commands) {
    const auto condition = fmt::format("'__splc_command {}'", command.name);
    complete_options(out, command, condition);
    // fish shows policies first and other files after them, so one line does for all arguments.
    const auto arguments = arguments_of(command);
    if (arguments.empty()) continue;
    out += fmt::format("complete -c splc -n {}{}\n", condition, value(arguments.front()));
  }
  return out;
}

}  // namespace spl::driver
