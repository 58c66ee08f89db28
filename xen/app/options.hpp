// The command line of the TCP services: words, as a kernel gets them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "xenrt/stack.hpp"

namespace xenrt::app {

/// A name or an address, and a port.
struct Place {
  std::string host;
  std::uint16_t port = 0;
};

struct Options {
  NetConfig net;
  // Ports; 0: not served. RFC 862, 863, 864; the page of what is going on.
  std::uint16_t echo = 7, discard = 9, chargen = 19, http = 80;
  /// Connect there, and echo what comes.
  std::optional<Place> call;
  std::uint16_t call_from = 0;
};

struct OptionError {
  std::string message, hint;
};

[[nodiscard]] std::variant<Options, OptionError> parse_options(
    std::span<const std::string_view> words);
/// What the words are, a line each.
[[nodiscard]] std::string_view options_help();

}  // namespace xenrt::app
