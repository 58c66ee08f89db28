// Terminals for programs: a pair of pseudo-terminals, and RFC 4254 section 8's modes.
#pragma once

#include <string>
#include <vector>

#include "monitor/identity.hpp"
#include "ssh/session.hpp"
#include "unique_fd.hpp"

namespace ssh::host::monitor {

struct Terminal {
  UniqueFd master, slave;
  std::string name;  // "/dev/pts/3"
};

/// For the user, with the size and modes that the client wants. The master is non-blocking.
Result<Terminal> open_terminal(const PtyRequest& request, const Account& account);

/// Modes that are not known are left out; those that do not fit stay as they are.
void set_modes(int terminal, const std::vector<TerminalMode>& modes);

/// In the child: a session of its own, with the terminal as its controlling one.
Result<void> take_terminal(int slave);

}  // namespace ssh::host::monitor
