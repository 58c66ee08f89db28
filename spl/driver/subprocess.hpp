// Running a filter program: text in, text out.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spl::driver {

struct FilterError {
  bool missing = false;  // there is no such program
  std::string reason;    // one line
};

/// Runs `command` (looked up in PATH), feeds it `input`, returns what it prints. An error if it
/// cannot be started, exits with anything but 0, or dies.
[[nodiscard]] std::variant<std::string, FilterError> run_filter(
    const std::vector<std::string>& command, std::string_view input);

}  // namespace spl::driver
