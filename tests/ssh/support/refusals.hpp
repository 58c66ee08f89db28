// What the policies refuse in which joint state: the tables that refusals.py makes of what
// `splc tests` says.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/conversation.hpp"

namespace ssh::test {

/// In one state: statecalls, and the automata's names, with commas between.
using Refusals = std::vector<std::pair<Statecall, std::string>>;
/// By the state of the policy's monitor.
using RefusalTable = std::unordered_map<std::string, Refusals>;

struct OfConnection {
  using Monitor = policy::Monitor;
  static auto parse(std::string_view name) { return policy::parse_statecall(name); }
};
struct OfChannel {
  using Monitor = channel_policy::Monitor;
  static auto parse(std::string_view name) { return channel_policy::parse_statecall(name); }
};

template <typename Monitor>
std::string state_of(const Monitor& monitor) {
  const auto bytes = monitor.snapshot();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Throws std::runtime_error if there is no such table, or if the policy does not go its ways.
template <typename Policy>
RefusalTable read_refusals(const std::string& path);
extern template RefusalTable read_refusals<OfConnection>(const std::string& path);
extern template RefusalTable read_refusals<OfChannel>(const std::string& path);

/// Whether SSH_PACK=all asks for every case.
bool whole_pack();
/// One in so many cases; which ones does not depend on their order. All if that was asked for.
bool is_in_sample(std::uint32_t place, Statecall said, std::uint32_t one_in);

}  // namespace ssh::test
