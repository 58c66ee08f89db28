// See command_line.hpp; sshd(8).
#include "monitor/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "spl/rt/version.hpp"

namespace ssh::host::monitor {
namespace {

constexpr int kUsage = 2;

/// "Keyword=value" and "Keyword value" are the same (sshd(8), -o).
std::string option_line(std::string text) {
  if (const auto at = text.find_first_of("= \t"); at != std::string::npos && text[at] == '=') {
    text[at] = ' ';
  }
  return text;
}

struct Raw {
  std::vector<std::string> ports, options, keys;
  std::string identity;
  std::string debugger;
  bool debugger_any_address = false;
  bool worker_debugged = false;
  bool no_sandbox = false;
};

void add_options(CLI::App& app, CommandLine& command, Raw& raw) {
  app.add_option("-f", command.file, "Read this configuration file")->type_name("FILE");
  app.add_flag("-t", command.test, "Test the configuration and the keys, and exit");
  app.add_flag("-T", command.print, "Print the effective configuration, and exit");
  app.add_option("-C", command.connection, "With -T: for this connection")
      ->type_name("user=..,host=..,addr=..");
  app.add_flag("-D,--foreground", command.foreground, "Do not become a daemon");
  app.add_option("-p,--port", raw.ports, "Listen on this port")->type_name("PORT");
  app.add_option("-o", raw.options, "An option as in the file; counts before it")
      ->type_name("KEYWORD=VALUE");
  app.add_option("-h", raw.keys, "A host key file")->type_name("FILE");
  app.add_option("-E", command.log_file, "Append the log to this file")->type_name("FILE");
  app.add_flag("-d", command.debug, "Log everything to standard error, stay in the foreground");
  app.add_flag("--user-mode", command.user_mode,
               "Without privileges, for the one user who starts it");
  app.add_option("--debugger", raw.debugger,
                 "Serve the live debugger's page there; its URL is in the log")
      ->type_name("127.0.0.1:PORT");
  app.add_flag("--debugger-any-address", raw.debugger_any_address,
               "The page may be elsewhere than on the loopback interface");
  app.add_flag("--no-sandbox", raw.no_sandbox, "Workers without seccomp, to look for mistakes");
  // For the program itself.
  app.add_flag("--worker", command.worker)->group("");
  app.add_flag("--debugger-process", command.debugger)->group("");
  app.add_flag("--worker-debugged", raw.worker_debugged)->group("");
  app.add_option("--worker-identity", raw.identity)->group("");
  app.add_option("--worker-directory", command.worker_options.empty_directory)->group("");
}

std::optional<WorkerOptions::Identity> parse_identity(const std::string& text) {
  WorkerOptions::Identity identity;
  const std::size_t colon = text.find(':');
  if (text.empty() || colon == std::string::npos) {
    return std::nullopt;
  }
  identity.user = static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
  identity.group = static_cast<std::uint32_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
  return identity;
}

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argc, char** argv) {
  CLI::App app{"statecall-sshd: an SSH server whose every message is policed", "statecall-sshd"};
  CommandLine command;
  Raw raw;
  app.set_help_flag("--help", "Print this help, and exit");
  app.set_version_flag("--version", fmt::format("statecall-sshd {}.{}.{}", SPL_RT_VERSION_MAJOR,
                                                SPL_RT_VERSION_MINOR, SPL_RT_VERSION_PATCH));
  app.footer(
      "Try it: statecall-sshd --user-mode --port 2222\n"
      "Look at it: statecall-sshd --user-mode --port 2222 --debugger 127.0.0.1:8022");
  add_options(app, command, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;
    app.exit(error);
    return asked ? 0 : kUsage;
  }
  command.file_given = app.count("-f") > 0;
  if (!command.connection.empty() && !command.print) {
    fmt::print(stderr, "statecall-sshd: -C is for use with -T\n");
    return kUsage;
  }
  for (const std::string& port : raw.ports) {
    command.options.push_back("Port " + port);
  }
  for (const std::string& option : raw.options) {
    command.options.push_back(option_line(option));
  }
  if (raw.debugger_any_address && raw.debugger.empty()) {
    fmt::print(stderr, "statecall-sshd: --debugger-any-address is for use with --debugger\n");
    return kUsage;
  }
  if (!raw.debugger.empty()) {
    command.options.push_back("StatecallDebugger " + raw.debugger +
                              (raw.debugger_any_address ? " any-address" : ""));
  }
  for (const std::string& key : raw.keys) {
    command.options.push_back("HostKey " + key);
  }
  command.sandbox = !raw.no_sandbox;
  command.worker_options.sandbox = command.sandbox;
  if (raw.worker_debugged) {
    command.worker_options.debugger = kWorkerDebugger;
  }
  command.worker_options.identity = parse_identity(raw.identity);
  return command;
}

}  // namespace ssh::host::monitor
