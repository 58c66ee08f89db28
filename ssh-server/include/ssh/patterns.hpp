// Patterns and lists of addresses, as OpenSSH's files write them: ssh_config(5) PATTERNS, and the
// lists of from=, source-address, Match and AllowUsers. Pure functions over text; nothing is
// resolved.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"

namespace ssh {

/// Whether all of the text is what the pattern describes: `*` stands for any characters, also none,
/// `?` for exactly one. Case counts. Takes at most text.size() * pattern.size() steps.
bool match_pattern(std::string_view text, std::string_view pattern);

/// What a list says about a thing. `negative`: an entry with `!` matches it, and this outweighs
/// every other entry. Only `positive` lets anybody in.
enum class ListMatch { none, positive, negative };

/// A list of patterns with commas between them, each possibly negated with `!`.
ListMatch match_pattern_list(std::string_view text, std::string_view list);

/// An IP address. IPv4 addresses that IPv6 carries (::ffff:1.2.3.4) are IPv4 addresses here.
struct Address {
  bool v6 = false;
  /// IPv4: the first four, the others are zero.
  std::array<std::uint8_t, 16> bytes{};

  unsigned bits() const { return v6 ? 128 : 32; }
  friend bool operator==(const Address&, const Address&) = default;
};

/// Four decimal numbers (no leading zeros), or RFC 4291 section 2.2. A zone behind `%` is left out.
std::optional<Address> parse_address(std::string_view text);
/// The form of RFC 5952 section 4.
std::string to_string(const Address& address);

/// All addresses whose first `bits` are those of `address`; the other bits are zero.
struct Network {
  Address address;
  unsigned bits = 0;

  bool contains(const Address& other) const;
};

/// "address/bits", or an address alone. No value: the text begins with no address, and may be a
/// pattern. An Error: it does, but the mask is too long or leaves bits of the address out.
Result<std::optional<Network>> parse_network(std::string_view text);

/// A list whose entries are networks, or patterns that are compared with the address as text; `!`
/// negates. An Error is an entry with a wrong mask or an empty one, and then nobody may be let in.
/// An empty address matches nothing, so this also checks a list.
Result<ListMatch> match_address_list(std::string_view address, std::string_view list);

/// The list of from= and of HOST in AllowUsers: the name of the host (compared in lower case) or
/// its address has to be in it, and neither may be negated. Where no name is known, `host` is
/// empty.
Result<bool> match_host_or_address(std::string_view host, std::string_view address,
                                   std::string_view list);

/// The list of a certificate's source-address: networks only, no patterns, nothing negated
/// (PROTOCOL.certkeys). An address that is none is in no list.
Result<bool> match_network_list(std::string_view address, std::string_view list);

/// USER or USER@HOST of AllowUsers and DenyUsers.
Result<bool> match_user(std::string_view user, std::string_view host, std::string_view address,
                        std::string_view pattern);

}  // namespace ssh
