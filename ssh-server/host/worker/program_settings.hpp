// What a client has said about the program of a session before it starts one (RFC 4254 sections
// 6.2 and 6.4): collected with bounds, for the monitor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ssh/session.hpp"

namespace ssh::host {

class ProgramSettings {
 public:
  static constexpr std::size_t kMostVariables = 128;
  static constexpr std::size_t kMostEnvironmentBytes = 32 * 1024;
  static constexpr std::size_t kMostTerminalModes = 256;
  static constexpr std::size_t kLongestTerm = 255;

  /// Whether the variable is accepted; the last value of a name counts.
  bool add(EnvRequest variable, const std::vector<std::string>& accept);
  /// One terminal at most.
  bool set_terminal(PtyRequest terminal);

  std::vector<EnvRequest> environment;
  std::optional<PtyRequest> terminal;
  bool agent = false;
  /// A program has been asked for: no more settings.
  bool used = false;

 private:
  std::size_t bytes_ = 0;
};

}  // namespace ssh::host
