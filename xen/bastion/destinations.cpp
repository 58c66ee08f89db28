#include "bastion/destinations.hpp"

#include <algorithm>
#include <charconv>

namespace bastion {
namespace {

using ssh::failure;

std::optional<std::uint16_t> number(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return result;
}

}  // namespace

ssh::Result<Ports> parse_ports(std::string_view text) {
  if (text == "*") return Ports{{1, 65535}};
  Ports ports;
  while (true) {
    const auto comma = text.find(',');
    const auto word = text.substr(0, comma);
    const auto dash = word.find('-');
    const auto first = number(word.substr(0, dash));
    const auto last = dash == word.npos ? first : number(word.substr(dash + 1));
    if (!first || !last || *first > *last) {
      return failure("'" + std::string(word) + "' is no port: 22, 8000-8100 or *");
    }
    ports.push_back({*first, *last});
    if (comma == text.npos) return ports;
    text.remove_prefix(comma + 1);
  }
}

bool contains(const Ports& ports, std::uint16_t port) {
  return std::ranges::any_of(
      ports, [port](const PortRange& range) { return range.first <= port && port <= range.last; });
}

ssh::Result<Destination> parse_destination(std::string_view text) {
  const auto colon = text.rfind(':');
  // "::1" has colons and no port.
  const bool bare_v6 = !text.starts_with('[') && text.find(':') != colon;
  if (colon == text.npos || colon == 0 || bare_v6 || text.find(']', colon) != text.npos) {
    return failure(
        "'" + std::string(text) +
        "' is no host with its ports: 10.0.0.0/8:22, *.internal:22 or [2001:db8::]/32:*");
  }
  auto ports = parse_ports(text.substr(colon + 1));
  if (!ports) return tl::unexpected<ssh::Error>(ports.error());
  std::string host = lower(text.substr(0, colon));
  if (const auto open = host.find('['); open == 0) {
    const auto close = host.find(']');
    if (close == host.npos) return failure("'" + host + "' has no closing bracket");
    host.erase(close, 1).erase(0, 1);
    if (!ssh::parse_address(host.substr(0, close - 1))) {
      return failure("'" + host + "' is no address");
    }
  }
  auto network = ssh::parse_network(host);
  if (!network) return tl::unexpected<ssh::Error>(network.error());
  if (*network) return Destination{**network, std::move(*ports)};
  if (host.find('/') != host.npos) return failure("'" + host + "' is no network");
  return Destination{std::move(host), std::move(*ports)};
}

Destinations::Verdict Destinations::judge(std::string_view host, std::uint16_t port) const {
  if (const auto address = ssh::parse_address(host)) {
    return allows_address(*address, port) ? Verdict::allowed : Verdict::refused;
  }
  const std::string name = lower(host);
  auto verdict = Verdict::refused;
  for (const auto& destination : all_) {
    if (!contains(destination.ports, port)) continue;
    const auto* pattern = std::get_if<std::string>(&destination.host);
    if (pattern == nullptr) {
      verdict = Verdict::depends_on_address;
    } else if (ssh::match_pattern(name, *pattern)) {
      return Verdict::allowed;
    }
  }
  return verdict;
}

bool Destinations::allows_address(const ssh::Address& address, std::uint16_t port) const {
  return std::ranges::any_of(all_, [&](const Destination& destination) {
    const auto* network = std::get_if<ssh::Network>(&destination.host);
    return network != nullptr && network->contains(address) && contains(destination.ports, port);
  });
}

}  // namespace bastion
