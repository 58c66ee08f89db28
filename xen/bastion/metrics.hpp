// What is counted, in Prometheus' text format (exposition format 0.0.4).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace bastion {

struct Metrics {
  std::uint64_t connections = 0;  // that came
  std::uint64_t turned_away = 0;  // at a limit, or for a penalty
  std::uint64_t logins = 0;
  std::uint64_t failed_logins = 0;            // attempts
  std::uint64_t jumps = 0;                    // channels that were opened
  std::uint64_t jumps_refused = 0;            // by the rules
  std::uint64_t jumps_failed = 0;             // nobody answered there
  std::uint64_t bytes_in = 0, bytes_out = 0;  // of connections that are over
  std::uint64_t key_exchanges = 0;            // likewise
  /// By automaton and statecall.
  std::map<std::pair<std::string, std::string>, std::uint64_t> refusals;
};

/// What is now, beside what was counted.
struct Gauges {
  std::uint64_t connections = 0, logged_in = 0, channels = 0;
  std::uint64_t log_lines_lost = 0;
  std::uint64_t uptime_seconds = 0;
  std::uint64_t tcp_connections = 0, tcp_refused_in = 0, tcp_refused_out = 0;
  std::uint64_t tcp_memory = 0, tcp_memory_limit = 0, tcp_disagreements = 0;
};

[[nodiscard]] std::string to_prometheus(const Metrics& metrics, const Gauges& gauges);

}  // namespace bastion
