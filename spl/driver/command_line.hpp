// From argv to Options.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "driver/help.hpp"
#include "driver/options.hpp"

namespace spl::driver {

/// Text that was asked for instead of work: --help, --version and the like.
struct NoticeFile {
  std::string text;
  std::string output;  // a file, or empty for standard output
};
struct Notice {
  std::vector<NoticeFile> files;
  std::string directory{};  // where they go, to be made if missing; or empty
};
struct UsageError {
  std::string message;
  std::string hint;
};

[[nodiscard]] std::variant<Options, Notice, UsageError> parse_command_line(int argc,
                                                                           const char* const* argv);
/// Everything the command line knows about itself.
[[nodiscard]] Manual manual();

}  // namespace spl::driver
