// What an sshd_config says, as plain values: sshd_config(5), with OpenSSH's defaults unless a
// comment says otherwise. Made by effective() (config.hpp). Every value has been checked; units and
// ranges are said here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ssh/authorized_keys.hpp"

namespace ssh::config {

using Seconds = std::chrono::seconds;
using Names = std::vector<std::string>;

enum class AddressFamily { any, inet, inet6 };
/// Of AllowTcpForwarding and AllowStreamLocalForwarding; local and remote as the client sees it.
enum class Forwarding { yes, no, local, remote };
enum class RootLogin { yes, no, prohibit_password, forced_commands_only };
enum class GatewayPorts { no, yes, client_specified };
enum class LogLevel { quiet, fatal, error, info, verbose, debug1, debug2, debug3 };
enum class LogFormat { text, json };
/// As syslog(3) numbers them, not shifted.
enum class Facility {
  user = 1,
  daemon = 3,
  auth = 4,
  authpriv = 10,
  local0 = 16,
  local1,
  local2,
  local3,
  local4,
  local5,
  local6,
  local7
};

/// Where to listen: an address or name and a port, or a socket in the file system.
struct ListenAddress {
  /// IPv4, IPv6 without brackets, or a name that is still to be resolved.
  std::string host;
  /// 1 to 65535.
  std::optional<std::uint16_t> port;
  /// Absolute; if not empty, there is no host and no port.
  std::string unix_path;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};
std::string to_string(const ListenAddress& address);

/// MaxStartups: connections that have not authenticated yet. From `start` on, new ones are refused
/// with a probability of `rate` percent that grows to 100 at `full`.
struct MaxStartups {
  unsigned start = 10;
  unsigned rate = 30;
  unsigned full = 100;
};

/// PerSourceNetBlockSize: how many leading bits of an address are one source.
struct NetBlockSize {
  unsigned v4 = 32;
  unsigned v6 = 128;
};

/// PerSourcePenalties, as OpenSSH 9.8 and its documentation have them: for how long a source is
/// refused for what it has done; added up, enforced from `min` on, and never more than `max`.
struct PerSourcePenalties {
  bool enabled = true;
  Seconds crash{90};
  Seconds auth_fail{5};
  Seconds no_auth{1};
  Seconds grace_exceeded{10};
  Seconds refuse_connection{10};
  Seconds max{600};
  Seconds min{15};
  /// Sources remembered at most, and what happens to others when so many are: let in, or not.
  unsigned max_sources4 = 65536;
  unsigned max_sources6 = 65536;
  bool overflow4_permissive = true;
  bool overflow6_permissive = true;
  /// Which of them a file has set; only for reading files.
  std::uint32_t given = 0;
};

/// RekeyLimit. Zero bytes: what the cipher wants (RFC 4344 section 3.2). Zero seconds: never for
/// time.
struct RekeyLimit {
  std::uint64_t bytes = 0;
  Seconds time{0};
};

/// A command's words are joined by blanks; "internal-sftp", possibly with arguments, is the
/// server's own.
struct Subsystem {
  std::string name;
  std::string command;
};

struct ServerOptions {
  // Where it listens. `ports` and `listen_given` are as in the file, `listen` is what follows.
  std::vector<std::uint16_t> ports;
  std::vector<ListenAddress> listen_given;
  AddressFamily address_family = AddressFamily::any;
  std::vector<ListenAddress> listen;

  // Keys and algorithms, in the order of preference; all are known to the provider, none is empty.
  Names host_keys;  // absolute paths
  Names host_key_algorithms;
  Names kex_algorithms;
  Names ciphers;
  Names macs;
  Names pubkey_accepted_algorithms;  // with the names for certificates
  Names ca_signature_algorithms;
  bool compression = true;
  RekeyLimit rekey_limit;
  std::string version_addendum;  // empty: none; printable

  // Limits.
  Seconds login_grace_time{120};  // 0: none
  unsigned max_auth_tries = 6;    // 1 to 20, since the policy proves no more
  unsigned max_sessions = 10;     // 0: forwarding only
  MaxStartups max_startups;
  std::optional<unsigned> per_source_max_startups;
  NetBlockSize per_source_net_block_size;
  PerSourcePenalties per_source_penalties;
  std::string per_source_penalty_exempt_list;  // match_address_list(); empty: none
  Seconds client_alive_interval{0};            // 0: never
  unsigned client_alive_count_max = 3;         // 0: never end a connection for it
  bool tcp_keep_alive = true;

  // Who may log in, and how.
  Names authorized_keys_files = {".ssh/authorized_keys", ".ssh/authorized_keys2"};  // with tokens
  std::string trusted_user_ca_keys;        // absolute; empty: none
  std::string authorized_principals_file;  // with tokens; empty: none
  std::string revoked_keys;                // absolute; empty: none
  bool pubkey_authentication = true;
  bool password_authentication = true;
  bool kbd_interactive_authentication = true;
  bool permit_empty_passwords = false;
  bool use_pam = false;
  std::string pam_service_name = "sshd";
  /// Lists of methods, one of which has to be completed, in its order. Empty: any one method.
  /// "keyboard-interactive" may have ":pam" behind it.
  std::vector<Names> authentication_methods;
  std::string banner;  // absolute; empty: none
  RootLogin permit_root_login = RootLogin::prohibit_password;
  bool strict_modes = true;
  // Patterns; users possibly with @HOST (match_user). Empty Allow lists let everybody in.
  Names allow_users, deny_users, allow_groups, deny_groups;

  // What may be done then.
  Forwarding allow_tcp_forwarding = Forwarding::yes;
  Forwarding allow_stream_local_forwarding = Forwarding::yes;
  bool allow_agent_forwarding = true;
  bool disable_forwarding = false;
  HostPorts permit_open;    // permits_open()
  HostPorts permit_listen;  // permits_listen()
  GatewayPorts gateway_ports = GatewayPorts::no;
  bool permit_tty = true;
  /// match_pattern_list() over names of variables; empty: none may be set.
  std::string permit_user_environment;
  bool permit_user_rc = true;
  Names accept_env;  // patterns
  std::vector<std::pair<std::string, std::string>> set_env;
  std::string force_command;     // empty: none
  std::string chroot_directory;  // absolute or with tokens; empty: none
  std::vector<Subsystem> subsystems;
  bool print_motd = true;
  bool print_last_log = true;
  unsigned stream_local_bind_mask = 0177;  // a umask, 0 to 0777
  bool stream_local_bind_unlink = false;
  bool x11_forwarding = false;  // always: not supported
  bool use_dns = false;         // always: not supported

  // How it runs.
  LogLevel log_level = LogLevel::info;
  Facility syslog_facility = Facility::auth;
  /// Absolute; empty: none. Not sshd's own, so that both can run.
  std::string pid_file = "/run/statecall-sshd.pid";

  // Ours alone.
  std::string users_file;  // absolute; empty: none (users_file.hpp)
  LogFormat log_format = LogFormat::text;
  /// "stderr", "syslog", "journal" or an absolute path.
  std::string log_file = "syslog";
  /// An address on the loopback interface; none: no metrics.
  std::optional<ListenAddress> metrics_address;
  /// Where the live debugger's page is served; none: nowhere.
  std::optional<ListenAddress> debugger;
  /// It need not be on the loopback interface.
  bool debugger_any_address = false;
  unsigned workers = 0;  // 1 to 256; 0: one for each processor
};

/// Who a path with tokens is for.
struct UserFacts {
  std::string_view name;
  std::string_view home;
  std::uint32_t uid = 0;
};

/// %% %h %u %U (sshd_config(5), TOKENS), of AuthorizedKeysFile, AuthorizedPrincipalsFile and
/// ChrootDirectory. An Error: another token, or one that is cut off.
Result<std::string> expand_tokens(std::string_view text, const UserFacts& user);

/// DenyUsers, AllowUsers, DenyGroups, AllowGroups, in this order. The Error says for the log which
/// one keeps the user out. `host` is empty where no name is known.
Result<void> check_access(const ServerOptions& options, std::string_view user, const Names& groups,
                          std::string_view host, std::string_view address);

}  // namespace ssh::config
