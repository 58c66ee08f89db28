// Each word is in one table, with what it sets and how it is explained.
#include "app/options.hpp"

#include <array>
#include <charconv>

namespace xenrt::app {
namespace {

constexpr std::string_view kHelp =
    "  ip=ADDRESS/PREFIX    our address, as in ip=10.0.2.20/24\n"
    "  gw=ADDRESS           the gateway\n"
    "  dhcp                 ask for an address and a gateway instead\n"
    "  ip6=ADDRESS/PREFIX   our address of version 6; gw6=ADDRESS its gateway\n"
    "  noslaac              take no addresses from routers (RFC 4862)\n"
    "  echo=PORT discard=PORT chargen=PORT http=PORT\n"
    "                       where these are served: 7, 9, 19, 80; 'off' instead of a port: not at "
    "all\n"
    "  dns=ADDRESS          who knows the addresses of names (else: whom DHCP and routers name)\n"
    "  call=HOST:PORT       connect there and echo what comes; from=PORT: from this port\n"
    "  memory=SIZE          for packets and queued text, as in memory=8M\n"
    "  hostname=NAME        what DHCP is told\n";

using Problem = std::optional<OptionError>;

OptionError bad(std::string_view word, const char* wants) {
  return {"'" + std::string(word) + "': " + wants, "as in: ip=10.0.2.20/24 gw=10.0.2.2 echo=7"};
}

template <typename T>
bool number(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

bool port(std::string_view text, std::uint16_t& into) {
  if (text == "off") {
    into = 0;
    return true;
  }
  return number(text, into) && into != 0;
}

bool size(std::string_view text, std::size_t& into) {
  std::size_t unit = 1;
  if (text.ends_with('K')) unit = 1024;
  if (text.ends_with('M')) unit = std::size_t{1024} * 1024;
  if (unit != 1) text.remove_suffix(1);
  if (!number(text, into) || into > (std::size_t{1} << 40U)) return false;
  into *= unit;
  return into >= 65536;
}

std::optional<Place> place(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IpAddress::parse(host)) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  Place result{std::string(host), 0};
  if (host.empty() || host.size() > 255 || !number(text.substr(colon + 1), result.port) ||
      result.port == 0) {
    return std::nullopt;
  }
  return result;
}

Problem set_network(Options& o, std::string_view word, std::string_view value, bool v6) {
  auto& into = v6 ? o.net.ipv6 : o.net.ipv4;
  into = IpNetwork::parse(value);
  if (into && into->address.is_v6 == v6) return std::nullopt;
  return bad(word,
             "not an address with its prefix length, such as 10.0.2.20/24 or 2001:db8::20/64");
}

Problem set_gateway(Options& o, std::string_view word, std::string_view value, bool v6) {
  auto& into = v6 ? o.net.gateway6 : o.net.gateway;
  into = IpAddress::parse(value);
  if (into && into->is_v6 == v6) return std::nullopt;
  return bad(word, "not an address");
}

Problem set_port(std::uint16_t& into, std::string_view word, std::string_view value) {
  if (port(value, into)) return std::nullopt;
  return bad(word, "a port is a number from 1 to 65535, or 'off'");
}

Problem take(Options& o, std::string_view word) {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  const bool has_value = equals != std::string_view::npos;
  const auto value = has_value ? word.substr(equals + 1) : std::string_view();
  if (!has_value) {
    if (name == "dhcp") {
      o.net.dhcp = true;
      return std::nullopt;
    }
    if (name == "noslaac") {
      o.net.slaac = false;
      return std::nullopt;
    }
  }
  if (name == "ip") return set_network(o, word, value, false);
  if (name == "ip6") return set_network(o, word, value, true);
  if (name == "gw") return set_gateway(o, word, value, false);
  if (name == "gw6") return set_gateway(o, word, value, true);
  if (name == "echo") return set_port(o.echo, word, value);
  if (name == "discard") return set_port(o.discard, word, value);
  if (name == "chargen") return set_port(o.chargen, word, value);
  if (name == "http") return set_port(o.http, word, value);
  if (name == "from") return set_port(o.call_from, word, value);
  if (name == "call") {
    o.call = place(value);
    if (o.call) return std::nullopt;
    return bad(word,
               "not a host and a port, such as 10.0.2.2:7, [2001:db8::2]:7 or echo.example:7");
  }
  if (name == "dns") {
    const auto server = IpAddress::parse(value);
    if (!server) return bad(word, "not an address");
    o.net.dns.push_back(*server);
    return std::nullopt;
  }
  if (name == "memory") {
    if (size(value, o.net.memory)) return std::nullopt;
    return bad(word, "a size is a number of bytes, at least 64K, perhaps with K or M");
  }
  if (name == "hostname" && !value.empty() && value.size() < 64) {
    o.net.hostname = value;
    return std::nullopt;
  }
  return OptionError{"'" + std::string(word) + "' is not known",
                     "the words are:\n" + std::string(kHelp)};
}

}  // namespace

std::string_view options_help() {
  return kHelp;
}

std::variant<Options, OptionError> parse_options(std::span<const std::string_view> words) {
  Options options;
  for (const auto word : words) {
    if (auto problem = take(options, word)) return *std::move(problem);
  }
  if (options.net.ipv4 && options.net.dhcp) {
    return OptionError{"'ip=' and 'dhcp' are both given", "leave one of them out"};
  }
  if (!options.net.ipv4 && !options.net.dhcp && !options.net.ipv6 && !options.net.slaac) {
    return OptionError{"there is no way to an address", "give ip=, ip6= or dhcp"};
  }
  const std::array<std::uint16_t, 4> ports{options.echo, options.discard, options.chargen,
                                           options.http};
  for (std::size_t i = 0; i < ports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (ports[i] == 0 || ports[i] != ports[j]) continue;
      return OptionError{"port " + std::to_string(ports[i]) + " is given to two services",
                         "turn one of them off: chargen=off"};
    }
  }
  return options;
}

}  // namespace xenrt::app
