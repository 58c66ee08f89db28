// The completion script for bash. It does without the bash-completion package: bash takes words
// apart at "=", so the script first puts "--format=js" together again.
#include <fmt/format.h>

#include "driver/completion.hpp"

namespace spl::driver {
namespace {

constexpr std::string_view kBashHead =
    R"sh(# bash completion for splc. Made by: splc --completion=bash

# _splc_value KIND [WORD...]: offers what can stand where $current is.
_splc_value() {
  local kind=$1
  shift
  case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current") ;;
    program) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
    directory) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    policy) mapfile -t COMPREPLY < <(compgen -f -X '!*.spl' -- "$current"; compgen -d -- "$current") ;;
  esac
  if [[ $kind == file || ($kind == policy && ${#COMPREPLY[@]} -eq 0) ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
  [[ $kind == words ]] || compopt -o filenames 2>/dev/null
}

)sh";

constexpr std::string_view kTail = R"sh(
_splc() {
  local word previous= current command commands= options= arguments= valued= i count=0
  local only_arguments=
  local -a line=()
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ ${#line[@]} -gt 0 && ($word == = || $previous == =) && ${line[-1]} == --* ]]; then
      line[-1]+=$word
    else
      line+=("$word")
    fi
    previous=$word
  done
  current=${line[-1]}
  unset 'line[-1]'
  command=${line[0]-}
  [[ $command == -* ]] && command=
  _splc_describe
  # Which argument it is; or, if the word before wants a value, that option.
  local option=
  for ((i = ${#command} > 0 ? 1 : 0; i < ${#line[@]}; ++i)); do
    word=${line[i]}
    if [[ $only_arguments || $word != -?* ]]; then
      count=$((count + 1))
    elif [[ $word == -- ]]; then
      only_arguments=1
    elif [[ $valued == *" $word "* ]]; then
      i=$((i + 1))
      [[ $i -lt ${#line[@]} ]] || option=$word
    fi
  done
  if [[ $option ]]; then
    _splc_option "$command $option"
  elif [[ $only_arguments || $current != -* || $current == - ]] && [[ $command || $current != -* ]]; then
    local -a kinds=($arguments)
    # The last one may stand for all that follow.
    [[ $arguments != *... || $count -lt ${#kinds[@]} ]] || count=$((${#kinds[@]} - 1))
    word=${kinds[count]-}
    if [[ ! $command && $count -eq 0 ]]; then
      _splc_value words "$commands"
    elif [[ $word ]]; then
      _splc_value "${word%...}"
    fi
  elif [[ $current == --*=* ]]; then
    option=${current%%=*}
    current=${current#*=}
    _splc_option "$command $option"
    # bash replaces what follows the "=", unless that is no word break.
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$option=}")
  elif [[ $current == -[!-]* && $valued == *" ${current:0:2} "* ]]; then
    option=${current:0:2}
    current=${current:2}
    _splc_option "$command $option"
    COMPREPLY=("${COMPREPLY[@]/#/$option}")
    # Likewise of -Werror=ID.
    [[ $COMP_WORDBREAKS != *=* || $current != *=* ]] || COMPREPLY=("${COMPREPLY[@]#*=}")
  else
    _splc_value words "$options"
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
  fi
}

complete -F _splc splc
)sh";

std::string_view kind_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::none:
      return "none";
    case ValueKind::words:
      return "words";
    case ValueKind::policy:
      return "policy";
    case ValueKind::file:
      return "file";
    case ValueKind::directory:
      return "directory";
    case ValueKind::program:
      return "program";
  }
  return "none";
}

/// Two cases: what a command has, and what the values of its options are.
void describe(const CommandHelp& command, std::string& commands, std::string& values) {
  std::string options;
  std::string valued;
  for (const auto& option : options_of(command)) {
    const auto names = names_of(option);
    std::vector<std::string> patterns;
    for (const auto& name : names) {
      const bool assigned = !option.argument.empty() && name.starts_with("--");
      options += fmt::format(" {}{}", name, assigned ? "=" : "");
      if (!option.argument.empty()) valued += " " + name;
      patterns.push_back(fmt::format("'{} {}'", command.name, name));
    }
    const auto kind = value_kind(option);
    if (kind == ValueKind::none) continue;
    const auto words =
        kind == ValueKind::words ? " " + quoted(joined(value_words(option), " "), "'\\''") : "";
    values += fmt::format("    {}) _splc_value {}{} ;;\n", joined(patterns, " | "), kind_name(kind),
                          words);
  }
  std::string arguments;
  for (const auto& argument : arguments_of(command)) {
    arguments += fmt::format("{}{}{}", arguments.empty() ? "" : " ",
                             kind_name(value_kind(argument)), argument.repeats ? "..." : "");
  }
  const auto name = command.name.empty() ? "''" : command.name;
  commands += fmt::format("    {})\n      options='{}'\n      valued='{} '\n      arguments='{}'\n",
                          name, options.substr(1), valued, arguments);
  commands += "      ;;\n";
}

}  // namespace

std::string render_bash(const Manual& manual) {
  std::string cases;
  std::string values;
  std::vector<std::string> names;
  for (const auto& command : manual.commands) names.push_back(command.name);
  describe(manual.splc, cases, values);
  for (const auto& command : manual.commands) describe(command, cases, values);
  std::string out(kBashHead);
  out += fmt::format(
      "# _splc_option \"COMMAND OPTION\": offers values of an option.\n"
      "_splc_option() {{\n  case $1 in\n{}  esac\n}}\n\n",
      values);
  out += fmt::format(
      "# Sets the options of $command, those with a value, and the kinds of its arguments.\n"
      "_splc_describe() {{\n  commands='{}'\n  case $command in\n{}  esac\n}}\n",
      joined(names, " "), cases);
  out += kTail;
  return out;
}

}  // namespace spl::driver
