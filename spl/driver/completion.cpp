// What completion scripts have in common, and the choice of one.
#include "driver/completion.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spl::driver {

ValueKind value_kind(const OptionHelp& option) {
  static constexpr std::array<std::pair<std::string_view, ValueKind>, 6> kWords = {{
      {"POLICY", ValueKind::policy},
      {"OLD", ValueKind::policy},
      {"NEW", ValueKind::policy},
      {"FILE", ValueKind::file},
      {"DIR", ValueKind::directory},
      {"PROGRAM", ValueKind::program},
  }};
  if (!value_words(option).empty()) return ValueKind::words;
  std::string_view word = option.positional ? option.names : option.argument;
  if (word.ends_with("...")) word.remove_suffix(3);
  for (const auto& [known, kind] : kWords) {
    if (word == known) return kind;
  }
  return option.positional ? ValueKind::file : ValueKind::none;
}

const std::vector<std::string>& value_words(const OptionHelp& option) {
  return option.choices.empty() ? option.offers : option.choices;
}

std::vector<std::string> names_of(const OptionHelp& option) {
  std::vector<std::string> names;
  std::string_view rest = option.names;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    names.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

namespace {

std::vector<OptionHelp> those(const CommandHelp& command, bool positional) {
  std::vector<OptionHelp> found;
  for (const auto& option : command.options) {
    if (option.positional == positional) found.push_back(option);
  }
  return found;
}

}  // namespace

std::vector<OptionHelp> options_of(const CommandHelp& command) {
  auto options = those(command, false);
  options.push_back(help_option());
  return options;
}

std::vector<OptionHelp> arguments_of(const CommandHelp& command) {
  return those(command, true);
}

std::string brief(std::string_view text) {
  for (const std::string_view end : {". ", "; ", ": "}) text = text.substr(0, text.find(end));
  return std::string(text);
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string quoted(std::string_view text, std::string_view escape) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string render_completion(const Manual& manual, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return render_bash(manual);
    case Shell::zsh:
      return render_zsh(manual);
    case Shell::fish:
      return render_fish(manual);
  }
  return {};
}

}  // namespace spl::driver
