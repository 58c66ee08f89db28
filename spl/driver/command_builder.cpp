// The only file besides command_line.cpp that sees CLI11.
#include "driver/command_builder.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace spl::driver {
namespace {

/// The place of a word among those that are known; says which are if it is not.
std::size_t place_of(const std::string& given, const std::vector<std::string>& words,
                     const std::string& names) {
  const auto found = std::find(words.begin(), words.end(), given);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  throw CLI::ValidationError(names.substr(names.rfind("--")),
                             "'" + given + "' is not one of " + CLI::detail::join(words, ", "));
}

}  // namespace

CommandBuilder& CommandBuilder::flag(const std::string& names, bool& value, std::string text) {
  app_.add_flag(names, value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  help_.options.push_back({names, "", std::move(text), {}, false});
  return *this;
}

CommandBuilder& CommandBuilder::option(const std::string& names, std::string& value,
                                       std::string argument, std::string text) {
  app_.add_option(names, value)->take_last();
  help_.options.push_back({names, std::move(argument), std::move(text), {}, false});
  return *this;
}

CommandBuilder& CommandBuilder::option(const std::string& names, std::uint64_t& value,
                                       std::string argument, std::string text) {
  app_.add_option(names, value)->take_last();
  help_.options.push_back({names, std::move(argument), std::move(text), {}, false});
  return *this;
}

template <class T>
CommandBuilder& CommandBuilder::number(const std::string& names, T& value, std::string argument,
                                       T low, T high, std::string text) {
  app_.add_option(names, value)->take_last()->check(CLI::Range(low, high));
  help_.options.push_back({names, std::move(argument), std::move(text), {}, false});
  return *this;
}
template CommandBuilder& CommandBuilder::number(const std::string&, std::uint32_t&, std::string,
                                                std::uint32_t, std::uint32_t, std::string);
template CommandBuilder& CommandBuilder::number(const std::string&, std::uint64_t&, std::string,
                                                std::uint64_t, std::uint64_t, std::string);
template CommandBuilder& CommandBuilder::number(const std::string&, double&, std::string, double,
                                                double, std::string);

CommandBuilder& CommandBuilder::list(const std::string& names, std::vector<std::string>& values,
                                     std::string argument, std::string text) {
  app_.add_option(names, values)->expected(1)->allow_extra_args(false)->take_all();
  help_.options.push_back({names, std::move(argument), std::move(text), {}, false, true});
  return *this;
}

CommandBuilder& CommandBuilder::choices(const std::string& names, std::vector<std::string>& values,
                                        std::string argument, std::vector<std::string> choices,
                                        std::string text) {
  const auto known = [choices, names](const std::string& given) {
    place_of(given, choices, names);
    return std::string();
  };
  app_.add_option(names, values)->expected(1)->allow_extra_args(false)->take_all()->check(known);
  help_.options.push_back(
      {names, std::move(argument), std::move(text), std::move(choices), false, true});
  return *this;
}

CommandBuilder& CommandBuilder::one_of(const std::string& names, std::string argument,
                                       std::vector<std::string> words, std::string text,
                                       std::function<void(std::size_t)> set) {
  const auto take = [words, names, set = std::move(set)](const std::string& given) {
    set(place_of(given, words, names));
  };
  app_.add_option_function<std::string>(names, take)->take_last();
  help_.options.push_back({names, std::move(argument), std::move(text), std::move(words), false});
  return *this;
}

CommandBuilder& CommandBuilder::positional(const std::string& name, std::string& value,
                                           std::string text) {
  app_.add_option(name, value)->required();
  help_.options.push_back({name, "", std::move(text), {}, true});
  return *this;
}

CommandBuilder& CommandBuilder::positionals(const std::string& name,
                                            std::vector<std::string>& values, std::string text,
                                            bool required) {
  app_.add_option(name, values)->required(required);
  help_.options.push_back({name + "...", "", std::move(text), {}, true, true});
  return *this;
}

}  // namespace spl::driver
