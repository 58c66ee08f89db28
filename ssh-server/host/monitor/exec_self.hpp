// This program again, as another kind of process: with a memory in which nothing of the monitor's
// is.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace ssh::host::monitor {

/// For children: the descriptors become 3, 4 ... in their order, and the program (for tests,
/// another one) runs with the arguments (without argv[0]). Returns only if it cannot: the status to
/// exit with.
int exec_self(const std::string& program, std::vector<std::string> arguments,
              std::span<const int> descriptors);

}  // namespace ssh::host::monitor
