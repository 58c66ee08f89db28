// See settings.hpp.
//
// Where a file says nothing, the mode decides: what is put before the files as if it were on the
// command line is only what neither the command line nor a file says.
#include "monitor/settings.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "host/config/keywords.hpp"
#include "monitor/files.hpp"
#include "monitor/identity.hpp"
#include "monitor/log.hpp"
#include "monitor/systemd.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh::host::monitor {
namespace {

constexpr std::size_t kLargestConfig = 1U << 20;
constexpr std::size_t kMostIncluded = 256;

Result<std::vector<config::ConfigFile>> include(const std::string& pattern) {
  glob_t found{};
  const int result = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; result == 0 && i < found.gl_pathc && i < kMostIncluded; ++i) {
    paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (result != 0 && result != GLOB_NOMATCH) {
    return failure("cannot be read");
  }
  std::vector<config::ConfigFile> files;
  for (const std::string& path : paths) {
    auto text = read_file(path, kLargestConfig);
    if (!text) {
      return tl::unexpected<Error>(text.error());
    }
    files.push_back({path, std::move(*text)});
  }
  return files;
}

bool given(const config::Config& config, std::string_view keyword) {
  const auto index = config::find_keyword(keyword);
  return index && std::any_of(config.settings.begin(), config.settings.end(), [&](const auto& set) {
           return set.keyword == *index && set.condition == 0;
         });
}

std::string state_directory() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') {
    return std::string(state) + "/statecall-sshd";
  }
  const auto self = own_account();
  return (self ? self->home : std::string("/")) + "/.local/state/statecall-sshd";
}

/// What the mode says where nobody else does.
std::vector<std::pair<std::string, std::string>> defaults(const CommandLine& command) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const std::string& key : standard_host_keys(places(command.user_mode).keys)) {
    lines.emplace_back("HostKey", key);
  }
  if (command.user_mode) {
    lines.emplace_back("ListenAddress", "127.0.0.1");
    lines.emplace_back("ListenAddress", "::1");
    lines.emplace_back("Port", "2222");
    lines.emplace_back("PidFile", "none");
    lines.emplace_back("StatecallLogFile", "stderr");
    lines.emplace_back("PasswordAuthentication", "no");
    lines.emplace_back("KbdInteractiveAuthentication", "no");
  } else if (under_service_manager()) {
    lines.emplace_back("StatecallLogFile", "stderr");
  }
  return lines;
}

}  // namespace

Places places(bool user_mode) {
  if (!user_mode) {
    return {"/etc/statecall-sshd", "/run/statecall-sshd"};
  }
  return {state_directory(), ""};
}

Result<std::shared_ptr<Settings>> read_settings(const CommandLine& command, std::string& report) {
  std::string options;
  for (const std::string& line : command.options) {
    options += line + "\n";
  }
  std::vector<config::ConfigFile> files{{"command line", options}};
  // For one user, and before anybody has written one, there need not be a file.
  if (auto text = read_file(command.file, kLargestConfig)) {
    files.push_back({command.file, std::move(*text)});
  } else if (command.file_given || ::access(command.file.c_str(), F_OK) == 0) {
    return tl::unexpected<Error>(text.error());
  }
  const auto lists = config::AlgorithmLists::of(libcrypto_provider());
  const auto first = config::parse_config(files, lists, include);
  for (const auto& diagnostic : first.diagnostics) {
    report += escaped(config::to_string(diagnostic)) + "\n";
  }
  if (!first.ok()) {
    return failure("the configuration has errors");
  }
  for (const auto& [keyword, value] : defaults(command)) {
    if (!given(first.config, keyword)) {
      files[0].text += fmt::format("{} {}\n", keyword, value);
    }
  }
  auto parsed = config::parse_config(files, lists, include);
  if (!parsed.ok()) {
    for (const auto& diagnostic : parsed.diagnostics) {
      report += escaped(config::to_string(diagnostic)) + "\n";
    }
    return failure("the configuration has errors");
  }
  auto settings = std::make_shared<Settings>();
  settings->config = std::move(parsed.config);
  settings->global = config::effective(settings->config);
  return settings;
}

Result<void> load_keys(Settings& settings, const CommandLine& command, bool make, Log& log) {
  const std::string directory = places(command.user_mode).keys;
  const auto standard = standard_host_keys(directory);
  if (make && settings.global.host_keys == standard) {
    if (auto made = make_missing_host_keys(directory, command.user_mode, log); !made) {
      return tl::unexpected<Error>(made.error());
    }
  }
  auto keys = HostKeys::load(settings.global.host_keys, settings.global.host_key_algorithms, log);
  if (!keys) {
    return tl::unexpected<Error>(keys.error());
  }
  settings.keys = std::move(*keys);
  return {};
}

Result<config::ConnectionFacts> parse_connection(const std::string& text) {
  config::ConnectionFacts facts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (name == "user") {
      facts.user = value;
      if (const auto account = find_account(value)) {
        facts.groups = account->groups;
      }
    } else if (name == "host") {
      facts.host = value;
    } else if (name == "addr") {
      facts.address = value;
    } else if (name == "laddr") {
      facts.local_address = value;
    } else if (name == "lport") {
      facts.local_port = static_cast<std::uint16_t>(std::strtoul(value.c_str(), nullptr, 10));
    } else {
      return failure(fmt::format("'{}' is not of user=, host=, addr=, laddr=, lport=", part));
    }
  }
  return facts;
}

Log::Settings log_settings(const config::ServerOptions& options, const CommandLine& command) {
  Log::Settings log;
  const std::string& where = command.log_file.empty() ? options.log_file : command.log_file;
  if (command.debug > 0 || where == "stderr") {
    log.sink = Log::Sink::standard_error;
  } else if (where == "syslog" || where == "journal") {
    log.sink = Log::Sink::syslog;
  } else {
    log.sink = Log::Sink::file;
    log.file = where;
  }
  log.form = options.log_format == config::LogFormat::json ? Log::Form::json : Log::Form::text;
  log.facility = static_cast<int>(options.syslog_facility) << 3;
  using From = config::LogLevel;
  switch (options.log_level) {
    case From::quiet:
      log.level = LogLevel::quiet;
      break;
    case From::fatal:
      log.level = LogLevel::fatal;
      break;
    case From::error:
      log.level = LogLevel::error;
      break;
    case From::info:
      log.level = LogLevel::info;
      break;
    case From::verbose:
      log.level = LogLevel::verbose;
      break;
    case From::debug1:
    case From::debug2:
    case From::debug3:
      log.level = LogLevel::debug;
      break;
  }
  if (command.debug > 0) {
    log.level = LogLevel::debug;
  }
  return log;
}

reply::Options worker_options(const Settings& settings) {
  const config::ServerOptions& from = settings.global;
  SessionOptions session;
  session.key_exchange = from.kex_algorithms;
  session.ciphers = from.ciphers;
  session.macs = from.macs;
  session.compression = from.compression;
  session.host_keys = settings.keys->public_halves();
  session.public_key_algorithms = from.pubkey_accepted_algorithms;
  session.version_comment = from.version_addendum;
  session.rekey_bytes = from.rekey_limit.bytes;
  session.rekey_time = from.rekey_limit.time;
  session.login_grace = from.login_grace_time;
  // The monitor counts by what Match says of the user; the session's own count is the bound.
  session.max_auth_tries = std::max(from.max_auth_tries, 6U);
  session.alive_interval = from.client_alive_interval;
  session.alive_count = from.client_alive_count_max;
  return {std::move(session), std::max(from.max_sessions, 1U)};
}

}  // namespace ssh::host::monitor
