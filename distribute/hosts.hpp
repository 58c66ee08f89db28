// Internal: files of hosts, and what GNU parallel reports about hosts and jobs.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/promela/verify.hpp"

namespace spl::distribute {

/// The lines of an --sshloginfile that name hosts; a failure if there are none.
[[nodiscard]] std::variant<std::vector<std::string>, promela::ToolFailure> read_hosts(
    const std::string& path);

/// A line of GNU parallel's --joblog.
struct JobLogEntry {
  std::size_t number = 0;  // from 1, in the order of the arguments
  std::string host;
  int status = 0;
  int signal = 0;
};
/// What cannot be read is left out.
[[nodiscard]] std::vector<JobLogEntry> read_joblog(std::string_view text);

struct HostState {
  std::vector<std::string> usable;   // lines of the file
  std::vector<std::string> reasons;  // of the others: "HOST: why"
};
/// After a command on all hosts: its joblog and what it said, marked by host.
[[nodiscard]] HostState judge_hosts(std::string_view hosts, std::string_view joblog,
                                    std::string_view said);

}  // namespace spl::distribute
