// The command line of statecall-sshd.
#pragma once

#include <variant>

#include "monitor/settings.hpp"

namespace ssh::host::monitor {

/// What to do, or the status to exit with at once (help, version, a mistake: it has been said).
std::variant<CommandLine, int> parse_command_line(int argc, char** argv);

}  // namespace ssh::host::monitor
