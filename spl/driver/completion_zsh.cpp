// The completion script for zsh, in the words of _arguments.
#include <fmt/format.h>

#include "driver/completion.hpp"

namespace spl::driver {
namespace {

/// `text` with a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string action(const OptionHelp& value) {
  switch (value_kind(value)) {
    case ValueKind::none:
      return " ";
    case ValueKind::words:
      return fmt::format("({})", joined(value_words(value), " "));
    case ValueKind::policy:
      return "_splc_policies";
    case ValueKind::file:
      return "_files";
    case ValueKind::directory:
      return "_files -/";
    case ValueKind::program:
      return "_command_names -e";
  }
  return " ";
}

/// One specification a name: '(-o --output)-o+[Write to FILE]:FILE:_files'.
void option_specs(std::string& out, const OptionHelp& option) {
  const auto names = names_of(option);
  for (const auto& name : names) {
    std::string spec;
    if (option.repeats) {
      spec = "*";
    } else if (names.size() > 1) {
      spec = fmt::format("({})", joined(names, " "));
    }
    spec += name;
    if (!option.argument.empty()) {
      // --output=FILE or --output FILE; -oFILE or -o FILE; but -Werror in one word only.
      spec += name.starts_with("--") ? "=" : "+";
    }
    spec += fmt::format("[{}]", escaped(brief(option.text), "[]\\"));
    if (!option.argument.empty()) spec += fmt::format(":{}:{}", option.argument, action(option));
    out += fmt::format(" \\\n        {}", quoted(spec, "'\\''"));
  }
}

std::string specs(const CommandHelp& command) {
  std::string out;
  for (const auto& option : options_of(command)) option_specs(out, option);
  std::size_t position = 0;
  for (const auto& argument : arguments_of(command)) {
    const auto where = argument.repeats ? std::string("*") : fmt::format("{}", ++position);
    out += fmt::format(" \\\n        '{}:{}:{}'", where,
                       escaped(argument.names.substr(0, argument.names.find("...")), ":"),
                       action(argument));
  }
  return out;
}

}  // namespace

std::string render_zsh(const Manual& manual) {
  std::string commands;
  std::string cases;
  for (const auto& command : manual.commands) {
    commands += fmt::format("    {}\n",
                            quoted(command.name + ":" + escaped(command.summary, ":\\"), "'\\''"));
    cases += fmt::format("    {})\n      _arguments -s -S{} && result=0\n      ;;\n", command.name,
                         specs(command));
  }
  return fmt::format(
      "#compdef splc\n"
      "# zsh completion for splc. Made by: splc --completion=zsh\n\n"
      "_splc_policies() {{\n  _files -g '*.spl' || _files\n}}\n\n"
      "_splc() {{\n"
      "  local curcontext=$curcontext state line result=1\n"
      "  typeset -A opt_args\n"
      "  local -a commands=(\n{}  )\n"
      "  _arguments -C{} \\\n"
      "        '1: :->command' '*:: :->arguments' && result=0\n"
      "  case $state in\n"
      "    command)\n      _describe -t commands 'splc command' commands && result=0\n"
      "      return result\n      ;;\n"
      "    arguments) ;;\n"
      "    *) return result ;;\n"
      "  esac\n"
      "  curcontext=\"${{curcontext%:*:*}}:splc-$line[1]:\"\n"
      "  case $line[1] in\n{}  esac\n"
      "  return result\n}}\n\n"
      "if [[ $funcstack[1] == _splc ]]; then\n  _splc \"$@\"\nelse\n  compdef _splc splc\nfi\n",
      commands, specs(manual.splc), cases);
}

}  // namespace spl::driver
