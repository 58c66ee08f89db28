// Internet addresses of either family.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xenrt {

struct IpAddress {
  /// The first four count if it is none of version 6.
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;

  /// "192.0.2.1" or "2001:db8::1" (RFC 4291, section 2.2; no zone). nullopt: neither.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// All zero: "any" where one listens.
  [[nodiscard]] bool is_any() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};
/// As RFC 5952 has it for version 6.
[[nodiscard]] std::string to_string(const IpAddress& address);

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};
/// "192.0.2.1:80", "[2001:db8::1]:80".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

/// An address and how many of its bits name the network.
struct IpNetwork {
  IpAddress address;
  std::uint8_t prefix = 0;
  /// "10.0.2.20/24", "2001:db8::20/64". The prefix must be there.
  [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
};

}  // namespace xenrt
