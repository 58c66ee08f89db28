// The one table from message and direction to statecall, kept whole at compile time: a kind of
// message without a statecall does not build, nor does a statecall of the policy that no message
// and no notification announces.
#pragma once

#include "policy/kinds.hpp"
#include "ssh.hpp"  // generated from ssh.spl

namespace ssh {

enum class Direction : std::uint8_t { receive, transmit };

/// Of a message in that direction. What this server has no business to send is
/// Transmit_Transport_Unexpected, which the policy refuses.
policy::Statecall statecall_of(Kind kind, Direction direction);

}  // namespace ssh
