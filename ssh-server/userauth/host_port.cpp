// HOST:PORT of permitopen and permitlisten. See authorized_keys.hpp.
#include <algorithm>
#include <charconv>

#include "ssh/authorized_keys.hpp"
#include "ssh/patterns.hpp"

namespace ssh {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, 100)) + "\"";
}

/// 1 to 65535, or `*` for none.
Result<std::optional<std::uint16_t>> parse_port(std::string_view text) {
  if (text == "*") return std::nullopt;
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port == 0)
    return failure(quoted(text) + " is no port");
  return port;
}

bool equal_in_either_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

template <typename SameHost>
bool permits(const HostPorts& places, std::uint16_t port, SameHost same_host) {
  if (!places) return true;
  return std::any_of(places->begin(), places->end(), [&](const HostPort& place) {
    return (!place.port || *place.port == port) && (place.host == "*" || same_host(place.host));
  });
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text, bool host_optional) {
  HostPort place{"*", std::nullopt};
  std::string_view port = text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end == std::string_view::npos) return failure(quoted(text) + " is no [host]:port");
    place.host = text.substr(1, end - 1);
    port = text.substr(end + 2);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    place.host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.find(':') != std::string_view::npos) {
      return failure(quoted(text) + ": an address with colons stands in brackets");
    }
  } else if (!host_optional) {
    return failure(quoted(text) + " is no host:port");
  }
  if (place.host.empty() || place.host.size() > 1024) return failure(quoted(text) + " has no host");
  const auto parsed = parse_port(port);
  if (!parsed) return tl::unexpected<Error>(parsed.error());
  place.port = *parsed;
  return place;
}

std::string to_string(const HostPort& place) {
  const bool brackets = place.host.find(':') != std::string::npos;
  return (brackets ? "[" + place.host + "]" : place.host) + ":" +
         (place.port ? std::to_string(*place.port) : "*");
}

bool permits_open(const HostPorts& places, std::string_view host, std::uint16_t port) {
  return permits(places, port,
                 [&](const std::string& name) { return equal_in_either_case(name, host); });
}

bool permits_listen(const HostPorts& places, std::string_view host, std::uint16_t port) {
  return permits(places, port, [&](const std::string& name) { return match_pattern(host, name); });
}

}  // namespace ssh
