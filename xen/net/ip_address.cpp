// Text of Internet addresses. Version 6: RFC 4291 section 2.2 to read, RFC 5952 to write.
#include "xenrt/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace xenrt {
namespace {

template <typename T>
std::optional<T> number(std::string_view text, int base, unsigned most) {
  unsigned value = 0;
  if (text.empty() || text.size() > 5) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return static_cast<T>(value);
}

bool parse_v4(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const auto dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return false;
    const auto part = text.substr(0, dot);
    // "010" is eight to some programs and ten to others.
    if (part.size() > 1 && part[0] == '0') return false;
    const auto value = number<std::uint8_t>(part, 10, 255);
    if (!value) return false;
    out[i] = *value;
    if (i < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

/// Groups of 16 bits into out[0..]; how many bytes were written, or nullopt.
std::optional<std::size_t> parse_groups(std::string_view text, std::uint8_t* out,
                                        std::size_t room) {
  std::size_t used = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    if (group.find('.') != std::string_view::npos) {
      if (colon != std::string_view::npos || used + 4 > room || !parse_v4(group, out + used)) {
        return std::nullopt;
      }
      return used + 4;
    }
    const auto value = group.size() <= 4 ? number<std::uint16_t>(group, 16, 0xffff) : std::nullopt;
    if (!value || used + 2 > room) return std::nullopt;
    out[used] = static_cast<std::uint8_t>(*value >> 8U);
    out[used + 1] = static_cast<std::uint8_t>(*value & 0xffU);
    used += 2;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a colon at the end
  }
  return used;
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, out.data(), 16) == 16U;
  std::array<std::uint8_t, 16> tail{};
  const auto head_size = parse_groups(text.substr(0, gap), out.data(), 14);
  if (!head_size) return false;
  const auto tail_size = parse_groups(text.substr(gap + 2), tail.data(), 14 - *head_size);
  if (!tail_size) return false;
  std::copy_n(tail.begin(), *tail_size, out.end() - static_cast<std::ptrdiff_t>(*tail_size));
  return true;
}

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  // The longest run of two zero groups or more is left out.
  std::size_t at = 8, length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > length) {
      at = i;
      length = end - i;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == at) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    char group[8];
    std::snprintf(group, sizeof group, "%x", groups[i]);
    text += group;
  }
  return text;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  const bool good =
      address.is_v6 ? parse_v6(text, address.bytes) : parse_v4(text, address.bytes.data());
  return good ? std::optional(address) : std::nullopt;
}

bool IpAddress::is_any() const {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

std::string to_string(const IpAddress& address) {
  if (address.is_v6) return v6_text(address.bytes);
  char text[16];
  std::snprintf(text, sizeof text, "%u.%u.%u.%u", address.bytes[0], address.bytes[1],
                address.bytes[2], address.bytes[3]);
  return text;
}

std::string to_string(const Endpoint& endpoint) {
  const auto address = to_string(endpoint.address);
  const auto port = std::to_string(endpoint.port);
  return endpoint.address.is_v6 ? "[" + address + "]:" + port : address + ":" + port;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto prefix = number<std::uint8_t>(text.substr(slash + 1), 10, address->is_v6 ? 128U : 32U);
  if (!prefix) return std::nullopt;
  return IpNetwork{*address, *prefix};
}

}  // namespace xenrt
