// What the daemon counts, and how it is told to Prometheus (text format 0.0.4).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "ssh/session.hpp"

namespace ssh::host::monitor {

class Metrics {
 public:
  void connection_accepted() { ++accepted_; }
  /// Not handed to a worker; reasons are of a fixed set.
  void connection_dropped(std::string_view reason) { ++dropped_[std::string(reason)]; }
  void connection_ended(const SessionCounters& counters);
  void authentication(std::string_view method, std::string_view result) {
    ++authentications_[{std::string(method), std::string(result)}];
  }
  /// Names come from a worker, which is not to be trusted: at most so many are told apart.
  void refusal(std::string_view automaton, std::string_view statecall);
  void worker_lost() { ++workers_lost_; }
  void program_started() { ++programs_; }

  struct Now {
    std::size_t connections = 0, not_logged_in = 0, workers = 0, children = 0, penalized = 0;
  };
  std::string text(const Now& now) const;

 private:
  static constexpr std::size_t kMostRefusals = 1000;

  std::uint64_t accepted_ = 0, workers_lost_ = 0, programs_ = 0;
  std::map<std::string, std::uint64_t> dropped_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> authentications_, refusals_;
  SessionCounters total_;
};

}  // namespace ssh::host::monitor
