// Adds options to a CLI11 parser and to the manual in one call. Private to command_line.cpp and
// the files that describe commands. CLI11 itself, which is slow to compile, stays behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "driver/help.hpp"

namespace CLI {
class App;
}

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

  CommandBuilder& flag(const std::string& names, bool& value, std::string text);
  CommandBuilder& option(const std::string& names, std::string& value, std::string argument,
                         std::string text);
  CommandBuilder& option(const std::string& names, std::uint64_t& value, std::string argument,
                         std::string text);

  /// A number between two bounds. T: std::uint32_t, std::uint64_t or double.
  template <class T>
  CommandBuilder& number(const std::string& names, T& value, std::string argument, T low, T high,
                         std::string text);

  /// May be given several times; one value each time.
  CommandBuilder& list(const std::string& names, std::vector<std::string>& values,
                       std::string argument, std::string text);

  /// May be given several times, each time one of these words.
  CommandBuilder& choices(const std::string& names, std::vector<std::string>& values,
                          std::string argument, std::vector<std::string> choices, std::string text);

  /// One of these words.
  template <class Enum>
  CommandBuilder& choice(const std::string& names, Enum& value, std::string argument,
                         const std::vector<std::pair<std::string, Enum>>& choices,
                         std::string text) {
    std::vector<std::string> words;
    std::vector<Enum> meanings;
    for (const auto& [word, meaning] : choices) {
      words.push_back(word);
      meanings.push_back(meaning);
    }
    return one_of(names, std::move(argument), std::move(words), std::move(text),
                  [&value, meanings](std::size_t chosen) { value = meanings[chosen]; });
  }

  /// What a shell offers as values of the last option, where any text may be given.
  CommandBuilder& offers(std::vector<std::string> values) {
    help_.options.back().offers = std::move(values);
    return *this;
  }

  CommandBuilder& positional(const std::string& name, std::string& value, std::string text);
  CommandBuilder& positionals(const std::string& name, std::vector<std::string>& values,
                              std::string text, bool required = true);

 private:
  /// Calls `set` with the number of the word that was given.
  CommandBuilder& one_of(const std::string& names, std::string argument,
                         std::vector<std::string> words, std::string text,
                         std::function<void(std::size_t)> set);

  CLI::App& app_;
  CommandHelp& help_;
};

}  // namespace spl::driver
