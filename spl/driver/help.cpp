// Help for a terminal: what a person reads at 80 to 100 columns.
#include "driver/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace spl::driver {
namespace {

constexpr std::size_t kWidth = 88;
constexpr std::size_t kColumn = 28;  // where explanations of options start

/// Breaks text into lines, each after `indent` blanks; `used` columns of the first are taken.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t used) {
  std::string out;
  std::size_t column = used;
  if (used > indent) {
    out += '\n';
    column = 0;
  }
  const auto start_line = [&] {
    out.append(indent - std::min(indent, column), ' ');
    column = indent;
  };
  start_line();
  bool first = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (!first && column + 1 + end > kWidth) {
      out += '\n';
      column = 0;
      start_line();
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string left_side(const OptionHelp& option) {
  if (option.positional) return option.names;
  std::string names = option.names;
  for (auto at = names.find(','); at != std::string::npos; at = names.find(',', at + 2)) {
    names.replace(at, 1, ", ");
  }
  if (option.argument.empty()) return names;
  const bool is_long = names.find("--") != std::string::npos;
  return names + (is_long ? "=" : " ") + option.argument;
}

std::string right_side(const OptionHelp& option) {
  if (option.choices.empty()) return option.text;
  std::string choices;
  for (const auto& choice : option.choices) choices += (choices.empty() ? "" : "|") + choice;
  return fmt::format("{}: {}", choices, option.text);
}

std::string option_list(const CommandHelp& command) {
  std::string out;
  const auto row = [&](const OptionHelp& option) {
    const auto left = left_side(option);
    out += "  " + left;
    const auto used = left.size() + 2;
    out += wrapped(right_side(option), kColumn, used + 1 > kColumn ? kColumn + 1 : used);
  };
  for (const auto& option : command.options) {
    if (option.positional) row(option);
  }
  out += "\nOptions:\n";
  for (const auto& option : command.options) {
    if (!option.positional) row(option);
  }
  row(help_option());
  return out;
}

std::string example_list(const CommandHelp& command) {
  if (command.examples.empty()) return {};
  std::string out = command.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const auto& example : command.examples) {
    out += fmt::format("  # {}\n  {}\n", example.text, example.command);
  }
  return out;
}

}  // namespace

const OptionHelp& help_option() {
  static const OptionHelp option{"-h,--help", "", "Print this", {}, false};
  return option;
}

std::string render_help(const CommandHelp& command) {
  auto out =
      fmt::format("Usage: splc {} {}\n\n{}.\n", command.name, command.usage, command.summary);
  for (const auto& paragraph : command.paragraphs) out += "\n" + wrapped(paragraph, 0, 0);
  return out + "\n" + option_list(command) + example_list(command);
}

std::string render_overview(const Manual& manual) {
  auto out = fmt::format("splc: {}\n\nUsage: splc {}\n", manual.splc.summary, manual.splc.usage);
  for (const auto& paragraph : manual.splc.paragraphs) out += "\n" + wrapped(paragraph, 0, 0);
  out += "\nCommands:\n";
  for (const auto& command : manual.commands) {
    out += fmt::format("  {:<10}{}\n", command.name, command.summary);
  }
  out += option_list(manual.splc);
  return out +
         "\n\"splc COMMAND --help\" explains a command and shows examples.\n"
         "Exit status: 0 all is well; 1 the policy, a property or a trace is at fault;\n"
         "2 splc could not do its work (usage, files, tools, limits).\n";
}

}  // namespace spl::driver
