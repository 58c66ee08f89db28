// The process that serves the live debugger: an unprivileged account, an empty root directory, the
// workers' filter of system calls. It hears sources (records.hpp), speaks HTTP with whoever knows
// the token (spl/debug/server.hpp), and can do nothing else.
//
// The monitor starts it as `statecall-sshd --debugger-process` with its end of a pair (the class
// Channel) as descriptor 3, and ends it by closing the other one.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "control/control.hpp"

namespace ssh::debugger {

// What the monitor tells the process.

/// First, with one descriptor: a listening TCP socket. Not on a command line, which others can
/// read.
struct Setup {
  std::string token, title, version;
  bool any_host = false;
};
/// With one descriptor: a source's other end. `name`: for people, what it is.
struct Source {
  std::string name;
};
using Message = std::variant<Setup, Source>;

Bytes encode(const Message& message);
Result<Message> decode(ByteView bytes);

/// What the process says first: it has given up what it could do, and hears readers from now on.
/// All further messages are lines for the log.
inline constexpr std::string_view kReady = "ready";

/// The process. `options.control`: the descriptor of the monitor. Returns the exit status once the
/// monitor has gone. Whatever goes wrong with a source is a line to the monitor, for the log.
int run_debugger(const host::WorkerOptions& options);

}  // namespace ssh::debugger
