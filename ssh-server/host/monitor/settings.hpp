// From the command line and files to Settings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/control.hpp"
#include "monitor/context.hpp"

namespace ssh::host::monitor {

struct CommandLine {
  bool worker = false;
  bool debugger = false;
  WorkerOptions worker_options;  // of both

  std::string file = "/etc/statecall-sshd/sshd_config";
  bool file_given = false;
  bool test = false;
  bool print = false;
  std::string connection;  // -C
  bool foreground = false;
  bool user_mode = false;
  /// "Keyword value", in the order of the command line; they come before the file.
  std::vector<std::string> options;
  std::string log_file;  // -E
  unsigned debug = 0;
  bool sandbox = true;
  unsigned workers = 0;
};

/// Where things are that no file names.
struct Places {
  std::string keys;     // of the host
  std::string runtime;  // sockets, the empty directory
};
Places places(bool user_mode);

/// Reads and checks; the keys are not loaded yet. Diagnostics are in `report`, a line each.
Result<std::shared_ptr<Settings>> read_settings(const CommandLine& command, std::string& report);
/// Loads the host keys; with `make`, first those that are missing are made, if no file names
/// others.
Result<void> load_keys(Settings& settings, const CommandLine& command, bool make, Log& log);

/// user=..,host=..,addr=..,laddr=..,lport=..
Result<config::ConnectionFacts> parse_connection(const std::string& text);

Log::Settings log_settings(const config::ServerOptions& options, const CommandLine& command);
reply::Options worker_options(const Settings& settings);

}  // namespace ssh::host::monitor
