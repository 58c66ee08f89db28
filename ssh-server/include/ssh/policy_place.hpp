// Where a connection's policies are, for people to look at.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ssh {

using ChannelId = std::uint32_t;

/// A line of a policy where one of its automata waits now. The views are into constants.
struct PolicyPlace {
  std::string_view automaton;
  std::string_view file;
  std::uint32_t line = 0;
  std::string_view text;
  std::optional<ChannelId> channel;  // for the policy of a channel
};

}  // namespace ssh
