// Lines of OpenSSH's authorized_keys and of files of principals: sshd(8), AUTHORIZED_KEYS FILE
// FORMAT. Pure functions over text. What a line allows is a KeyOptions, and so is what a
// certificate allows (certificate.hpp); merge() makes one of two.
//
// Where sshd(8) leaves it open what a mistake in a line means, the line lets nobody in: an option
// that is not known, quotes that do not end, the same option twice where only one can hold. The
// lines around it are not touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ssh/public_key.hpp"
#include "ssh/result.hpp"

namespace ssh {

/// HOST:PORT of permitopen, permitlisten, PermitOpen and PermitListen.
struct HostPort {
  /// As written, without the brackets around an IPv6 address. `*`, and an absent host of
  /// permitlisten: any. permitlisten: may be a pattern.
  std::string host;
  /// 1 to 65535; none: any.
  std::optional<std::uint16_t> port;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// "host:port", "[host]:port"; with `host_optional` also "port". A port is a number or `*`.
Result<HostPort> parse_host_port(std::string_view text, bool host_optional);
/// "host:port" again, with brackets where the host has colons.
std::string to_string(const HostPort& place);

/// What may be opened or listened on: nothing said (anything), or one of these. An empty list is
/// nothing at all.
using HostPorts = std::optional<std::vector<HostPort>>;
/// permitopen: names are compared as they are, in either case; no patterns but `*`.
bool permits_open(const HostPorts& places, std::string_view host, std::uint16_t port);
/// permitlisten: the host in the list is a pattern.
bool permits_listen(const HostPorts& places, std::string_view host, std::uint16_t port);

/// What logging in with a key allows, and when and from where. As constructed it is what a line
/// without options allows. The server's configuration may forbid more.
struct KeyOptions {
  /// The key is not one to log in with: it signs certificates.
  bool cert_authority = false;

  bool pty = true;
  bool port_forwarding = true;
  bool agent_forwarding = true;
  bool x11_forwarding = true;
  bool user_rc = true;

  /// sk-* keys: signatures must say that somebody touched the authenticator, and that it made sure
  /// of who. Without meaning for other keys.
  bool require_user_presence = true;
  bool require_user_verification = false;

  /// Run instead of whatever the client asks for.
  std::optional<std::string> command;
  HostPorts permit_open;
  HostPorts permit_listen;
  /// Names and values; no name twice. To be used only as PermitUserEnvironment says.
  std::vector<std::pair<std::string, std::string>> environment;

  /// from=: the peer has to be in every one of these lists (match_host_or_address).
  std::vector<std::string> from;
  /// A certificate's source-address (match_network_list), likewise.
  std::vector<std::string> source_addresses;
  /// Seconds since 1970: up to and including this one.
  std::optional<std::int64_t> expires;

  /// With cert_authority: one of these, not the name of the user, has to be in the certificate. Not
  /// empty if there.
  std::optional<std::vector<std::string>> principals;
};

/// Both at once: what either forbids is forbidden. An Error if there are two commands and they
/// differ (sshd(8), command=). cert_authority and principals, which are not about what is allowed,
/// are those of neither.
Result<KeyOptions> merge(const KeyOptions& a, const KeyOptions& b);

/// Whether the options let in somebody from there, now. The Error says why not, for the log. `host`
/// is empty where no name is known (UseDNS no). `now`: seconds since 1970.
Result<void> check_place_and_time(const KeyOptions& options, std::string_view host,
                                  std::string_view address, std::int64_t now);

/// How to read dates without a Z, which are in the system's time zone: seconds that it is ahead of
/// UTC. Nothing here asks an operating system, so the caller does, or says 0.
struct TimeZone {
  std::int32_t seconds_east = 0;
};

/// YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, possibly with Z for UTC: seconds since 1970. Days and
/// times that do not exist are refused, as is what is before 1970.
Result<std::int64_t> parse_timespec(std::string_view text, TimeZone zone);

/// The options before a key, by themselves: "restrict,command=\"date\"".
Result<KeyOptions> parse_key_options(std::string_view text, TimeZone zone);

struct AuthorizedKey {
  KeyOptions options;
  PublicKey key;
};

/// One line that is neither empty nor a comment. Longer ones than 16 KiB are refused.
Result<AuthorizedKey> parse_authorized_key(std::string_view line, TimeZone zone);
/// All of a file; whoever reads it limits its size.
std::vector<KeyFileLine<AuthorizedKey>> parse_authorized_keys(std::string_view file, TimeZone zone);

/// A line of AuthorizedPrincipalsFile: "[options] name".
struct AuthorizedPrincipal {
  KeyOptions options;
  std::string name;
};
Result<AuthorizedPrincipal> parse_authorized_principal(std::string_view line, TimeZone zone);
std::vector<KeyFileLine<AuthorizedPrincipal>> parse_authorized_principals(std::string_view file,
                                                                          TimeZone zone);

}  // namespace ssh
