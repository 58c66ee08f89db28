// The SFTP server inside of the program's own process: `internal-sftp`, with the options of
// sftp-server(8). See programs.hpp, host/run_sftp.hpp.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "host/run_sftp.hpp"
#include "monitor/programs.hpp"

namespace ssh::host::monitor {
namespace {

int complain(std::string_view text) {
  fmt::print(stderr, "internal-sftp: {}\n", text);
  return 254;
}

std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < command.size();) {
    const std::size_t begin = command.find_first_not_of(" \t", at);
    if (begin == std::string::npos) {
      break;
    }
    at = std::min(command.find_first_of(" \t", begin), command.size());
    words.push_back(command.substr(begin, at - begin));
  }
  return words;
}

/// "%d" and "%u" of sftp-server(8).
std::string start_directory(const std::string& text, const Account& account) {
  std::string to;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\0') {
      to += text[i];
      continue;
    }
    to += next == 'd' ? account.home : next == 'u' ? account.name : std::string(1, next);
    ++i;
  }
  return to;
}

Result<SftpOptions> parse_options(const ProgramPlan& plan) {
  SftpOptions options;
  auto denied = sftp::RequestSet::none();
  const auto words = words_of(plan.command);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-R") {
      options.requests.read_only = true;
      continue;
    }
    if (word == "-e" || word == "-h") {
      continue;
    }
    if (i + 1 == words.size()) {
      return failure(fmt::format("{} is not known, or has no value", word));
    }
    const std::string& value = words[++i];
    if (word == "-d") {
      options.files.start = start_directory(value, plan.account);
    } else if (word == "-u") {
      options.umask = static_cast<mode_t>(std::strtoul(value.c_str(), nullptr, 8) & 0777);
    } else if (word == "-p" || word == "-P") {
      const auto set = sftp::RequestSet::parse(value);
      if (!set) {
        return tl::unexpected<Error>(set.error());
      }
      (word == "-P" ? denied : options.requests.allowed) = *set;
    } else if (word != "-f" && word != "-l") {  // what is logged, and where, is the daemon's affair
      return failure(fmt::format("{} is not known", word));
    }
  }
  options.requests.allowed = options.requests.allowed.without(denied);
  return options;
}

}  // namespace

int run_internal_sftp(const ProgramPlan& plan, SftpWatcher* watcher) {
  auto options = parse_options(plan);
  if (!options) {
    return complain(options.error().text);
  }
  if (options->files.start.empty()) {
    // In a chroot the home directory may well not exist.
    options->files.start = ::access(plan.account.home.c_str(), X_OK) == 0 ? plan.account.home : "/";
  }
  options->watcher = watcher;
  ::signal(SIGPIPE, SIG_IGN);
  return run_sftp_server(*options, STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace ssh::host::monitor
