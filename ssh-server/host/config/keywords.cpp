// The table: see keywords.hpp. Scope and merging are those of sshd_config(5); where OpenSSH's
// releases differ, the newer one's.
#include "host/config/keywords.hpp"

#include <algorithm>
#include <limits>

#include "host/config/kinds_apart.hpp"

namespace ssh::config {
namespace {

using O = ServerOptions;
using Scope = Keyword::Scope;
using Merge = Keyword::Merge;
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
constexpr unsigned kMillion = 1'000'000;

/// A keyword with one word, of which the first counts.
template <typename Kind>
constexpr Keyword one(std::string_view name, Scope scope, std::string_view values,
                      std::string_view help, std::size_t most_words = 1) {
  return {name, scope, Merge::first, values, help, most_words, &Kind::read, &Kind::print};
}
/// A keyword whose lines accumulate.
template <typename Kind>
constexpr Keyword many(std::string_view name, Scope scope, std::string_view values,
                       std::string_view help, std::size_t most_words = kAny,
                       Merge merge = Merge::accumulate) {
  return {name, scope, merge, values, help, most_words, &Kind::read, &Kind::print};
}

constexpr auto kGlobal = Scope::global;
constexpr auto kMatch = Scope::match;
constexpr std::string_view kYesNo = "yes|no";
constexpr std::string_view kPath = "path|none";
constexpr std::string_view kTime = "time";
constexpr std::string_view kNumber = "number";
constexpr std::string_view kList = "[+-^]name,...";

// clang-format off
constexpr Keyword kKeywords[] = {
  many<PortKind>("Port", kGlobal, kNumber, "Ports to listen on.", 1),
  one<Choice<&O::address_family>>("AddressFamily", kGlobal, "any|inet|inet6", "Which sort of addresses to listen on."),
  many<ListenAddressKind>("ListenAddress", kGlobal, "host|host:port|unix:path", "Where to listen; without a port, on all of Port.", 1),
  many<Words<&O::host_keys, absolute_path>>("HostKey", kGlobal, "path", "Files of private keys of the host.", 1),
  one<Algorithms<&O::host_key_algorithms, host_key_algorithms>>("HostKeyAlgorithms", kGlobal, kList, "Signature algorithms that the host offers."),
  one<Algorithms<&O::kex_algorithms, list_of<&AlgorithmLists::kex>>>("KexAlgorithms", kGlobal, kList, "Methods of key exchange."),
  one<Algorithms<&O::ciphers, list_of<&AlgorithmLists::ciphers>>>("Ciphers", kGlobal, kList, "Ciphers."),
  one<Algorithms<&O::macs, list_of<&AlgorithmLists::macs>>>("MACs", kGlobal, kList, "Message authentication codes, for ciphers that need one."),
  one<Algorithms<&O::pubkey_accepted_algorithms, pubkey_algorithms>>("PubkeyAcceptedAlgorithms", kMatch, kList, "Signature algorithms that users may log in with."),
  one<Algorithms<&O::ca_signature_algorithms, list_of<&AlgorithmLists::signatures>>>("CASignatureAlgorithms", kMatch, kList, "Signature algorithms of those who sign certificates."),
  one<CompressionKind>("Compression", kGlobal, "yes|delayed|no", "Whether clients may compress after authentication."),
  one<RekeyLimitKind>("RekeyLimit", kMatch, "bytes|default [time|none]", "When keys are exchanged again.", 2),
  one<VersionAddendumKind>("VersionAddendum", kGlobal, "text|none", "What follows the version of the server.", 0),

  one<Time<&O::login_grace_time>>("LoginGraceTime", kGlobal, kTime, "How long logging in may take; 0 for as long as it likes."),
  one<Number<&O::max_auth_tries, 1, 20>>("MaxAuthTries", kMatch, kNumber, "Failed attempts after which a connection ends, 1 to 20."),
  one<Number<&O::max_sessions, 0, kMillion>>("MaxSessions", kMatch, kNumber, "Sessions in one connection."),
  one<MaxStartupsKind>("MaxStartups", kGlobal, "number|start:rate:full", "Connections that have not authenticated yet."),
  one<PerSourceMaxStartupsKind>("PerSourceMaxStartups", kGlobal, "number|none", "The same, from one source."),
  one<NetBlockSizeKind>("PerSourceNetBlockSize", kGlobal, "bits[:bits]", "How much of an IPv4 and of an IPv6 address is one source."),
  many<PenaltiesKind>("PerSourcePenalties", kGlobal, "yes|no|name:value ...", "For how long a source is refused after what."),
  one<ExemptListKind>("PerSourcePenaltyExemptList", kGlobal, "address,...|none", "Sources that are never refused for a penalty."),
  one<Time<&O::client_alive_interval>>("ClientAliveInterval", kMatch, kTime, "Silence after which a client is asked for a sign of life; 0 for never."),
  one<Number<&O::client_alive_count_max, 0, kMillion>>("ClientAliveCountMax", kMatch, kNumber, "How many of these it may leave unanswered; 0 for any."),
  one<Choice<&O::tcp_keep_alive>>("TCPKeepAlive", kGlobal, kYesNo, "Whether TCP looks after dead connections."),

  one<AuthorizedKeysFileKind>("AuthorizedKeysFile", kMatch, "path ...|none", "Files of a user's keys; %h, %u, %U and %% stand for home, name, number and %.", kAny),
  one<Path<&O::trusted_user_ca_keys>>("TrustedUserCAKeys", kMatch, kPath, "File of keys whose certificates let users in."),
  one<Path<&O::authorized_principals_file, true, true>>("AuthorizedPrincipalsFile", kMatch, kPath, "File of the principals of a user, one of which the certificate must have."),
  one<Path<&O::revoked_keys>>("RevokedKeys", kMatch, kPath, "File of public keys that let nobody in, one a line."),
  one<Choice<&O::pubkey_authentication>>("PubkeyAuthentication", kMatch, kYesNo, "Whether keys let users in."),
  one<Choice<&O::password_authentication>>("PasswordAuthentication", kMatch, kYesNo, "Whether passwords do."),
  one<Choice<&O::kbd_interactive_authentication>>("KbdInteractiveAuthentication", kMatch, kYesNo, "Whether questions and answers do."),
  one<Choice<&O::permit_empty_passwords>>("PermitEmptyPasswords", kMatch, kYesNo, "Whether empty passwords do."),
  one<Choice<&O::use_pam>>("UsePAM", kGlobal, kYesNo, "Whether PAM checks passwords and accounts and, as root, opens sessions."),
  one<PamServiceKind>("PAMServiceName", kMatch, "name", "The service that PAM is asked as: its file in /etc/pam.d."),
  one<AuthenticationMethodsKind>("AuthenticationMethods", kMatch, "any|method,... ...", "Methods that have to be completed, in each list all of them, in order.", kAny),
  one<Path<&O::banner>>("Banner", kMatch, kPath, "File of what is shown before authentication."),
  one<Choice<&O::permit_root_login>>("PermitRootLogin", kMatch, "yes|no|prohibit-password|forced-commands-only", "Whether and how root may log in."),
  one<Choice<&O::strict_modes>>("StrictModes", kGlobal, kYesNo, "Whether files that others may write are left aside."),
  many<Words<&O::allow_users, user_pattern>>("AllowUsers", kMatch, "pattern[@host] ...", "Users who may log in, and nobody else."),
  many<Words<&O::deny_users, user_pattern>>("DenyUsers", kMatch, "pattern[@host] ...", "Users who may not log in."),
  many<Words<&O::allow_groups, any_word>>("AllowGroups", kMatch, "pattern ...", "Groups whose members may log in, and nobody else."),
  many<Words<&O::deny_groups, any_word>>("DenyGroups", kMatch, "pattern ...", "Groups whose members may not log in."),

  one<Choice<&O::allow_tcp_forwarding>>("AllowTcpForwarding", kMatch, "yes|no|local|remote", "Which TCP connections may be forwarded."),
  one<Choice<&O::allow_stream_local_forwarding>>("AllowStreamLocalForwarding", kMatch, "yes|no|local|remote", "Which sockets of the file system may be forwarded."),
  one<Choice<&O::allow_agent_forwarding>>("AllowAgentForwarding", kMatch, kYesNo, "Whether the client's agent may be forwarded."),
  one<Choice<&O::disable_forwarding>>("DisableForwarding", kMatch, kYesNo, "Whether nothing may be forwarded, whatever else is said."),
  one<Places<&O::permit_open, false>>("PermitOpen", kMatch, "host:port ...|any|none", "Where forwarded connections may go.", kAny),
  one<Places<&O::permit_listen, true>>("PermitListen", kMatch, "[host:]port ...|any|none", "Where clients may have the server listen.", kAny),
  one<Choice<&O::gateway_ports>>("GatewayPorts", kMatch, "yes|no|clientspecified", "Whether other machines may connect to forwarded ports: no, always, or as the client asks."),
  one<Choice<&O::permit_tty>>("PermitTTY", kMatch, kYesNo, "Whether there are terminals."),
  one<UserEnvironmentKind>("PermitUserEnvironment", kGlobal, "yes|no|pattern,...", "Which variables a user's files may set."),
  one<Choice<&O::permit_user_rc>>("PermitUserRC", kMatch, kYesNo, "Whether the user's rc file is run."),
  many<Words<&O::accept_env, variable_pattern>>("AcceptEnv", kMatch, "pattern ...", "Variables that clients may set."),
  one<SetEnvKind>("SetEnv", kMatch, "name=value ...", "Variables of every session.", kAny),
  one<ForceCommandKind>("ForceCommand", kMatch, "command|none", "What is run instead of what the client asks for.", 0),
  one<Path<&O::chroot_directory, true, false>>("ChrootDirectory", kMatch, kPath, "Directory that sessions do not leave."),
  many<SubsystemKind>("Subsystem", kMatch, "name command|internal-sftp [arguments]", "Subsystems.", kAny, Merge::by_name),
  one<Choice<&O::print_motd>>("PrintMotd", kGlobal, kYesNo, "Whether the message of the day is shown."),
  one<Choice<&O::print_last_log>>("PrintLastLog", kGlobal, kYesNo, "Whether the last login is shown, to login shells on a terminal."),
  one<BindMaskKind>("StreamLocalBindMask", kMatch, "octal number", "Umask of sockets in the file system."),
  one<Choice<&O::stream_local_bind_unlink>>("StreamLocalBindUnlink", kMatch, kYesNo, "Whether a socket that is there already is removed."),
  one<OnlyNo<&O::x11_forwarding>>("X11Forwarding", kMatch, "no", "X11 is not forwarded."),
  one<OnlyNo<&O::use_dns>>("UseDNS", kGlobal, "no", "Names of clients are not looked up."),

  one<Choice<&O::log_level>>("LogLevel", kMatch, "QUIET|FATAL|ERROR|INFO|VERBOSE|DEBUG[1-3]", "How much is logged."),
  one<Choice<&O::syslog_facility>>("SyslogFacility", kGlobal, "DAEMON|USER|AUTH|AUTHPRIV|LOCAL[0-7]", "What syslog is told that it comes from."),
  one<Path<&O::pid_file>>("PidFile", kGlobal, kPath, "File for the number of the server's process."),

  one<Path<&O::users_file>>("StatecallUsersFile", kGlobal, kPath, "File of users and hashes of their passwords, in place of the system's."),
  one<Choice<&O::log_format>>("StatecallLogFormat", kGlobal, "text|json", "How the log is written."),
  one<LogFileKind>("StatecallLogFile", kGlobal, "path|stderr|syslog|journal", "Where the log goes."),
  one<MetricsAddressKind>("StatecallMetricsAddress", kGlobal, "127.0.0.1:port|[::1]:port|none", "Where Prometheus may ask for metrics."),
  one<DebuggerKind>("StatecallDebugger", kGlobal, "127.0.0.1:port|[::1]:port|none [any-address]", "Where the live debugger's page is served; on other addresses only with any-address.", 2),
  one<WorkersKind>("StatecallWorkers", kGlobal, "number|auto", "Processes that speak the protocol."),
};

/// Older names.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
  {"challengeresponseauthentication", "kbdinteractiveauthentication"},
  {"skeyauthentication", "kbdinteractiveauthentication"},
  {"dsaauthentication", "pubkeyauthentication"},
  {"pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms"},
  {"keepalive", "tcpkeepalive"},
};

constexpr std::string_view kUnsupported[] = {
  "authorizedkeyscommand", "authorizedkeyscommanduser", "authorizedprincipalscommand",
  "authorizedprincipalscommanduser", "channeltimeout", "debianbanner", "exposeauthinfo",
  "fingerprinthash", "gssapiauthentication", "gssapicleanupcredentials",
  "gssapidelegatecredentials", "gssapikeyexchange", "gssapikexalgorithms",
  "gssapistorecredentialsonrekey", "gssapistrictacceptorcheck", "hostbasedacceptedalgorithms",
  "hostbasedacceptedkeytypes", "hostbasedauthentication", "hostbasedusesnamefrompacketonly",
  "hostcertificate", "hostkeyagent", "ignorerhosts", "ignoreuserknownhosts", "ipqos",
  "kerberosauthentication", "kerberosgetafstoken", "kerberosorlocalpasswd",
  "kerberosticketcleanup", "logverbose", "modulifile", "permittunnel", "pubkeyauthoptions",
  "rdomain", "refuseconnection", "requiredrsasize", "routingdomain", "securitykeyprovider",
  "sshdauthpath", "sshdsessionpath", "unusedconnectiontimeout", "x11displayoffset",
  "x11uselocalhost", "xauthlocation",
};

constexpr std::string_view kObsolete[] = {
  "authorizedkeysfile2", "keyregenerationinterval", "protocol", "rhostsauthentication",
  "rhostsrsaauthentication", "rsaauthentication", "serverkeybits", "uselogin",
  "useprivilegeseparation", "verifyreversemapping", "reversemappingcheck", "checkmail",
};
// clang-format on

template <typename List>
bool holds(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// How many characters have to be changed, added or left out to make one of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const Keyword> keywords() {
  return kKeywords;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<std::size_t> find_keyword(std::string_view name) {
  std::string lower = lower_case(name);
  for (const auto& [alias, meant] : kAliases) {
    if (lower == alias) lower = meant;
  }
  for (std::size_t i = 0; i < std::size(kKeywords); ++i) {
    if (lower_case(kKeywords[i].name) == lower) return i;
  }
  return std::nullopt;
}

Foreign foreign_keyword(std::string_view name) {
  const std::string lower = lower_case(name);
  if (holds(kUnsupported, lower)) return Foreign::unsupported;
  return holds(kObsolete, lower) ? Foreign::obsolete : Foreign::unknown;
}

std::optional<std::string> most_like(std::string_view word, std::span<const std::string> names) {
  // A word that is much longer than any name is not one that was mistyped.
  if (word.size() > 64) return std::nullopt;
  const std::string lower = lower_case(word);
  std::optional<std::string> best;
  std::size_t least = std::max<std::size_t>(word.size() > 3 ? 2 : 1, word.size() / 4) + 1;
  for (const std::string& name : names) {
    const std::size_t far = distance(lower, lower_case(name));
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> names) {
  const auto name = most_like(word, names);
  return name ? ", did you mean \"" + *name + "\"?" : "";
}

}  // namespace ssh::config
