// Running a filter program: text in, text out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spl::driver {

struct FilterError {
  enum class Kind : std::uint8_t { missing, failed, timed_out, interrupted };
  Kind kind = Kind::failed;  // missing: there is no such program
  std::string reason;        // one line
};

/// Runs `command` (looked up in PATH), feeds it `input`, returns what it prints. An error if it
/// cannot be started, exits with anything but 0, dies, takes longer than `seconds` (0: as long as
/// it likes), or if a signal that asks splc to end comes meanwhile. It is gone afterwards, with all
/// that it may have started.
[[nodiscard]] std::variant<std::string, FilterError> run_filter(
    const std::vector<std::string>& command, std::string_view input, double seconds);

}  // namespace spl::driver
