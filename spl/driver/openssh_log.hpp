// From the debug log of a real OpenSSH client (`ssh -vvv`) or server (`sshd -ddd`) to the
// statecalls of the SSH server's policies (ssh-server/policy/vocabulary.spl).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spl::driver {

/// Whose log it is. Statecalls are the server's view either way: what a client's log has sent,
/// the server has received.
enum class OpensshRole : std::uint8_t { client, server };

/// A statecall, and the line of the log (from 1) that it was read from.
struct LoggedStatecall {
  std::string_view name;  // static
  std::uint32_t line = 0;
};

/// One SSH connection.
struct OpensshTrace {
  std::uint32_t line = 0;  // where it begins
  std::string process;     // process id, if the log has one; else empty
  std::vector<LoggedStatecall> statecalls;
};

struct OpensshLog {
  OpensshRole role = OpensshRole::client;
  std::vector<OpensshTrace> traces;  // in the order in which they begin; none is empty
};

/// What is wrong with the log: one line, and what to do about it.
struct OpensshLogError {
  std::string message;
  std::string hint;
};

/// Any bytes are fine as input; lines that say nothing about messages are passed over. Window
/// adjustments and channel data (93 to 95) are missing from the result, for OpenSSH does not log
/// them. Whatever else the log leaves open is taken as what OpenSSH does by default.
[[nodiscard]] std::variant<OpensshLog, OpensshLogError> read_openssh_log(
    std::string_view text, std::optional<OpensshRole> role = std::nullopt);

}  // namespace spl::driver
