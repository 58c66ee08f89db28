// What the worker gives up before it hears a stranger's first byte.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "control/control.hpp"
#include "ssh/crypto.hpp"

namespace ssh::host {

/// Signals that are for the monitor (a terminal and systemd send them to all of a daemon's
/// processes), and those that only repeat what an error says.
void ignore_signals();

/// Uses every family of algorithms once: what libcrypto and the C library load or open at the first
/// use, they cannot load or open later.
void warm_up(const CryptoProvider& crypto);

/// A system call that the worker may make, and what for. At most one argument is looked at: it has
/// to be one of the values listed, if there are any.
struct AllowedCall {
  int number;
  std::string_view name;
  std::string_view reason;
  unsigned argument = 0;
  std::span<const std::uint64_t> values = {};
  /// Bits of the argument that must all be zero; 0: none.
  std::uint64_t forbidden_bits = 0;
};

/// The whole list, to be read and tested.
std::span<const AllowedCall> allowed_calls();

/// In this order: root directory, groups, user, no new privileges, limits, system calls. There is
/// no way back. An Error: the process must not go on. `more`: calls that are allowed besides, for a
/// process that is no worker.
Result<void> confine(const WorkerOptions& options, std::span<const AllowedCall> more = {});

/// The steps of confine().
Result<void> drop_privileges(const WorkerOptions& options);
Result<void> limit_resources();
Result<void> filter_system_calls(std::span<const AllowedCall> more = {});

}  // namespace ssh::host
