// Adds options to a CLI11 parser and to the manual in one call. Private to command_line.cpp and
// the files that describe commands: nothing else includes CLI11, which is slow to compile.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "driver/help.hpp"

namespace spl::driver {

class CommandBuilder {
 public:
  CommandBuilder(CLI::App& app, CommandHelp& help) : app_(app), help_(help) {}

  CommandBuilder& paragraph(std::string text) {
    help_.paragraphs.push_back(std::move(text));
    return *this;
  }
  CommandBuilder& example(std::string command, std::string text) {
    help_.examples.push_back({std::move(command), std::move(text)});
    return *this;
  }
  CommandBuilder& usage(std::string text) {
    help_.usage = std::move(text);
    return *this;
  }

  CommandBuilder& flag(const std::string& names, bool& value, std::string text) {
    app_.add_flag(names, value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    help_.options.push_back({names, "", std::move(text), {}, false});
    return *this;
  }

  template <class T>
  CommandBuilder& option(const std::string& names, T& value, std::string argument,
                         std::string text) {
    app_.add_option(names, value)->take_last();
    help_.options.push_back({names, std::move(argument), std::move(text), {}, false});
    return *this;
  }

  /// A number between two bounds.
  template <class T>
  CommandBuilder& number(const std::string& names, T& value, std::string argument, T low, T high,
                         std::string text) {
    app_.add_option(names, value)->take_last()->check(CLI::Range(low, high));
    help_.options.push_back({names, std::move(argument), std::move(text), {}, false});
    return *this;
  }

  /// May be given several times; one value each time.
  CommandBuilder& list(const std::string& names, std::vector<std::string>& values,
                       std::string argument, std::string text) {
    app_.add_option(names, values)->expected(1)->allow_extra_args(false)->take_all();
    help_.options.push_back({names, std::move(argument), std::move(text), {}, false, true});
    return *this;
  }

  /// May be given several times, each time one of these words.
  CommandBuilder& choices(const std::string& names, std::vector<std::string>& values,
                          std::string argument, std::vector<std::string> choices,
                          std::string text) {
    const auto shown = names.substr(names.rfind("--"));
    const auto known = [choices, shown](const std::string& given) {
      for (const auto& choice : choices) {
        if (choice == given) return std::string();
      }
      throw CLI::ValidationError(
          shown, "'" + given + "' is not one of " + CLI::detail::join(choices, ", "));
    };
    app_.add_option(names, values)->expected(1)->allow_extra_args(false)->take_all()->check(known);
    help_.options.push_back(
        {names, std::move(argument), std::move(text), std::move(choices), false, true});
    return *this;
  }

  template <class Enum>
  CommandBuilder& choice(const std::string& names, Enum& value, std::string argument,
                         const std::vector<std::pair<std::string, Enum>>& choices,
                         std::string text) {
    OptionHelp help{names, std::move(argument), std::move(text), {}, false};
    for (const auto& [name, unused] : choices) help.choices.push_back(name);
    const auto shown = names.substr(names.rfind("--"));
    const auto set = [&value, choices, shown, known = help.choices](const std::string& text_given) {
      for (const auto& [name, meaning] : choices) {
        if (name == text_given) {
          value = meaning;
          return;
        }
      }
      throw CLI::ValidationError(
          shown, "'" + text_given + "' is not one of " + CLI::detail::join(known, ", "));
    };
    app_.add_option_function<std::string>(names, set)->take_last();
    help_.options.push_back(std::move(help));
    return *this;
  }

  /// What a shell offers as values of the last option, where any text may be given.
  CommandBuilder& offers(std::vector<std::string> values) {
    help_.options.back().offers = std::move(values);
    return *this;
  }

  CommandBuilder& positional(const std::string& name, std::string& value, std::string text) {
    app_.add_option(name, value)->required();
    help_.options.push_back({name, "", std::move(text), {}, true});
    return *this;
  }
  CommandBuilder& positionals(const std::string& name, std::vector<std::string>& values,
                              std::string text, bool required = true) {
    app_.add_option(name, values)->required(required);
    help_.options.push_back({name + "...", "", std::move(text), {}, true, true});
    return *this;
  }

 private:
  CLI::App& app_;
  CommandHelp& help_;
};

}  // namespace spl::driver
