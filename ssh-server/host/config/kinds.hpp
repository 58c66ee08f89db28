// Sorts of keywords: how the words behind one become a member of ServerOptions, and how it is
// printed. Each sort has read() and print(), as Keyword wants them. Only for the table.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include "host/config/keywords.hpp"
#include "host/config/values.hpp"
#include "ssh/patterns.hpp"

namespace ssh::config {

template <auto Member>
using TypeOf = std::remove_reference_t<decltype(std::declval<ServerOptions&>().*Member)>;

using Status = Result<void>;

/// What a Result's Error is in a function that returns a Status.
template <typename T>
Status status_of(const Result<T>& result) {
  if (!result) return tl::unexpected<Error>(result.error());
  return {};
}

/// The words for the values of a type; the first word of a value is the one that is printed.
template <typename T>
struct Choices;
template <typename T>
using Named = std::pair<std::string_view, T>;
template <>
struct Choices<bool> {
  static constexpr Named<bool> all[] = {{"yes", true}, {"no", false}};
};
template <>
struct Choices<AddressFamily> {
  static constexpr Named<AddressFamily> all[] = {
      {"any", AddressFamily::any}, {"inet", AddressFamily::inet}, {"inet6", AddressFamily::inet6}};
};
template <>
struct Choices<Forwarding> {
  static constexpr Named<Forwarding> all[] = {{"yes", Forwarding::yes},
                                              {"all", Forwarding::yes},
                                              {"no", Forwarding::no},
                                              {"local", Forwarding::local},
                                              {"remote", Forwarding::remote}};
};
template <>
struct Choices<RootLogin> {
  // The older word is the one that sshd -T prints.
  static constexpr Named<RootLogin> all[] = {
      {"without-password", RootLogin::prohibit_password},
      {"prohibit-password", RootLogin::prohibit_password},
      {"forced-commands-only", RootLogin::forced_commands_only},
      {"yes", RootLogin::yes},
      {"no", RootLogin::no}};
};
template <>
struct Choices<GatewayPorts> {
  static constexpr Named<GatewayPorts> all[] = {{"clientspecified", GatewayPorts::client_specified},
                                                {"yes", GatewayPorts::yes},
                                                {"no", GatewayPorts::no}};
};
template <>
struct Choices<LogLevel> {
  static constexpr Named<LogLevel> all[] = {
      {"QUIET", LogLevel::quiet},   {"FATAL", LogLevel::fatal},     {"ERROR", LogLevel::error},
      {"INFO", LogLevel::info},     {"VERBOSE", LogLevel::verbose}, {"DEBUG", LogLevel::debug1},
      {"DEBUG1", LogLevel::debug1}, {"DEBUG2", LogLevel::debug2},   {"DEBUG3", LogLevel::debug3}};
};
template <>
struct Choices<Facility> {
  static constexpr Named<Facility> all[] = {
      {"DAEMON", Facility::daemon}, {"USER", Facility::user},     {"AUTH", Facility::auth},
      {"LOCAL0", Facility::local0}, {"LOCAL1", Facility::local1}, {"LOCAL2", Facility::local2},
      {"LOCAL3", Facility::local3}, {"LOCAL4", Facility::local4}, {"LOCAL5", Facility::local5},
      {"LOCAL6", Facility::local6}, {"LOCAL7", Facility::local7}, {"AUTHPRIV", Facility::authpriv}};
};
template <>
struct Choices<LogFormat> {
  static constexpr Named<LogFormat> all[] = {{"text", LogFormat::text}, {"json", LogFormat::json}};
};

template <auto Member>
struct Choice {
  using Type = TypeOf<Member>;
  static Status read(const Input& input, ServerOptions& options) {
    std::string names;
    for (const auto& [name, value] : Choices<Type>::all) {
      if (lower_case(name) == lower_case(input.words[0])) {
        options.*Member = value;
        return {};
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return failure(quote(input.words[0]) + " is none of " + names);
  }
  static void print(const ServerOptions& options, Printer& printer) {
    for (const auto& [name, value] : Choices<Type>::all) {
      if (value == options.*Member) return printer.line(name);
    }
  }
};

/// A thing that is not supported: only "no" is taken.
template <auto Member>
struct OnlyNo {
  static Status read(const Input& input, ServerOptions& options) {
    if (const auto chosen = Choice<Member>::read(input, options); !chosen) return chosen;
    if (options.*Member) return failure("not supported here: only \"no\" is possible");
    return {};
  }
  static void print(const ServerOptions& options, Printer& printer) {
    Choice<Member>::print(options, printer);
  }
};

template <auto Member, unsigned Min, unsigned Max>
struct Number {
  static Status read(const Input& input, ServerOptions& options) {
    const auto value = read_number(input.words[0], Min, Max);
    if (value) options.*Member = static_cast<unsigned>(*value);
    return status_of(value);
  }
  static void print(const ServerOptions& options, Printer& printer) {
    printer.line(std::to_string(options.*Member));
  }
};

template <auto Member>
struct Time {
  static Status read(const Input& input, ServerOptions& options) {
    const auto value = read_time(input.words[0]);
    if (value) options.*Member = *value;
    return status_of(value);
  }
  static void print(const ServerOptions& options, Printer& printer) {
    printer.line(std::to_string((options.*Member).count()));
  }
};

template <typename Text>
void print_or_none(const Text& text, Printer& printer) {
  printer.line(text.empty() ? std::string_view("none") : std::string_view(text));
}

/// An absolute path or none; with Tokens, one that may have tokens, and with Relative be relative.
template <auto Member, bool Tokens = false, bool Relative = false>
struct Path {
  static Status read(const Input& input, ServerOptions& options) {
    const auto path =
        Tokens ? read_token_path(input.words[0], Relative) : read_path(input.words[0]);
    if (path) options.*Member = *path;
    return status_of(path);
  }
  static void print(const ServerOptions& options, Printer& printer) {
    print_or_none(options.*Member, printer);
  }
};

using KnownAlgorithms = Names (*)(const AlgorithmLists&);
template <auto List>
Names list_of(const AlgorithmLists& lists) {
  return lists.*List;
}

template <auto Member, KnownAlgorithms Known>
struct Algorithms {
  static Status read(const Input& input, ServerOptions& options) {
    const Names known = Known(input.lists);
    auto names = read_algorithms(input.words[0], known, known, input.warnings);
    if (names) options.*Member = *names;
    return status_of(names);
  }
  static void print(const ServerOptions& options, Printer& printer) {
    printer.line(join(options.*Member, ","));
  }
};

inline Status any_word(const std::string& word) {
  if (word.empty()) return failure("a word is empty");
  return {};
}
/// USER or USER@HOST.
inline Status user_pattern(const std::string& word) {
  if (const auto checked = any_word(word); !checked) return checked;
  return status_of(match_user("", "", "", word));
}
/// A pattern for names of variables.
inline Status variable_pattern(const std::string& word) {
  if (word.find('=') != std::string::npos) return failure(quote(word) + " is no name");
  return any_word(word);
}
inline Status absolute_path(const std::string& word) {
  if (!word.starts_with('/')) return failure(quote(word) + " is no absolute path");
  return {};
}

/// Words that accumulate, printed one a line.
template <auto Member, Status (*Check)(const std::string&)>
struct Words {
  static Status read(const Input& input, ServerOptions& options) {
    for (const std::string& word : input.words) {
      if (const auto checked = Check(word); !checked) return checked;
      (options.*Member).push_back(word);
    }
    return {};
  }
  static void print(const ServerOptions& options, Printer& printer) {
    for (const std::string& word : options.*Member) printer.line(word);
  }
};

/// PermitOpen and PermitListen.
template <auto Member, bool HostOptional>
struct Places {
  static Status read(const Input& input, ServerOptions& options) {
    const std::string first = lower_case(input.words[0]);
    if (first == "any" || first == "none") {
      if (input.words.size() > 1) return failure(quote(first) + " stands alone");
      options.*Member = first == "any" ? HostPorts() : std::vector<HostPort>();
      return {};
    }
    std::vector<HostPort> places;
    for (const std::string& word : input.words) {
      const auto place = parse_host_port(word, HostOptional);
      if (!place) return status_of(place);
      places.push_back(*place);
    }
    options.*Member = std::move(places);
    return {};
  }
  static void print(const ServerOptions& options, Printer& printer) {
    const HostPorts& places = options.*Member;
    if (!places) return printer.line("any");
    Names words;
    for (const HostPort& place : *places) words.push_back(to_string(place));
    print_or_none(join(words, " "), printer);
  }
};

}  // namespace ssh::config
