// The bastion's configuration: one text, handed over when it boots. docs/bastion.md has the
// language; keyword_help() has it in short.
//
// A configuration with a mistake in it is none: a bastion never runs with half of one.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bastion/destinations.hpp"
#include "ssh/authorized_keys.hpp"
#include "ssh/crypto.hpp"
#include "ssh/penalties.hpp"
#include "ssh/public_key.hpp"
#include "ssh/startups.hpp"
#include "xenrt/stack.hpp"

namespace bastion {

struct User {
  std::string name;
  /// What logs in, with the options of its line; cert-authority lines are there, too.
  std::vector<ssh::AuthorizedKey> keys;
  /// One of these has to be in a certificate of a `user-ca`. By default the name.
  std::vector<std::string> principals;
  /// direct-tcpip: where to.
  Destinations jumps;
  /// tcpip-forward: at which ports of ours. By default none.
  Ports listens;
  /// May look at what goes on: status, connections, policy, metrics, log.
  bool console = false;
};

enum class LogLevel { error, warning, info, debug };

struct RemoteLog {
  bool tcp = false;
  xenrt::Endpoint to;
};

struct Config {
  xenrt::NetConfig net;
  std::uint16_t port = 22;
  /// Shown before login.
  std::string banner;
  std::vector<std::unique_ptr<ssh::SigningKey>> host_keys;
  std::vector<ssh::Bytes> user_cas;
  std::vector<ssh::Bytes> revoked;
  std::vector<User> users;

  std::chrono::seconds login_grace{30};
  std::chrono::seconds idle_timeout{0};  // no byte in either direction of any channel; 0: never
  std::chrono::seconds alive_interval{60};
  std::chrono::seconds shutdown_grace{5};  // for open connections, when the guest is to end
  unsigned max_auth_tries = 6;
  unsigned max_connections = 200;
  unsigned max_channels = 16;  // of one connection
  std::uint32_t window = 256 * 1024;
  ssh::StartupLimits startups{10, 30, 60, 10};
  ssh::PenaltySettings penalties;

  LogLevel log_level = LogLevel::info;
  std::vector<RemoteLog> remote_logs;
};

struct Mistake {
  std::size_t line = 0;  // from 1; 0: of the whole
  std::string text;
};

/// Either a configuration, or all that is wrong with the text.
struct Parsed {
  std::unique_ptr<const Config> config;
  std::vector<Mistake> mistakes;
};
[[nodiscard]] Parsed parse_config(std::string_view text);
/// "line 3: ...", or without a line.
[[nodiscard]] std::string to_string(const Mistake& mistake);

/// Every keyword with its argument and what it does, a line each.
[[nodiscard]] std::string keyword_help();

}  // namespace bastion
