// Where users may jump to, and where they may listen: lists of hosts with ports, as the
// configuration writes them. Pure functions over text.
//
//   10.0.0.0/8:22        a network, and one port
//   *.internal:22,2222   names by pattern (ssh_config(5), PATTERNS), several ports
//   [2001:db8::]/32:*    brackets around an address of version 6; any port
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ssh/patterns.hpp"
#include "ssh/result.hpp"

namespace bastion {

struct PortRange {
  std::uint16_t first = 0, last = 0;
};
using Ports = std::vector<PortRange>;
/// "22", "22,8000-8100", "*".
ssh::Result<Ports> parse_ports(std::string_view text);
bool contains(const Ports& ports, std::uint16_t port);

struct Destination {
  /// A network; or a pattern for a name, in lower case.
  std::variant<ssh::Network, std::string> host;
  Ports ports;
};
ssh::Result<Destination> parse_destination(std::string_view text);

class Destinations {
 public:
  void add(Destination destination) { all_.push_back(std::move(destination)); }
  bool empty() const { return all_.empty(); }

  /// What a host's name says, before anybody has asked for its address.
  enum class Verdict {
    allowed,             // by its name, whatever the address
    depends_on_address,  // some network is allowed at this port
    refused,
  };
  /// `host`: a name, or an address as text.
  Verdict judge(std::string_view host, std::uint16_t port) const;
  /// For a name whose address is known now, and for addresses.
  bool allows_address(const ssh::Address& address, std::uint16_t port) const;

 private:
  std::vector<Destination> all_;
};

}  // namespace bastion
