// Link headers, IP headers and the TCP header (RFC 791, 8200, 9293), one after the other. Each step
// takes its header off the front; what is left is bounded by the packet's own length, which may be
// larger than what was captured, and smaller than the frame (Ethernet pads).
#include "capture/packet.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace spl::capture {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint8_t kTcp = 6;
constexpr int kMaxTags = 8;         // of VLANs within each other
constexpr int kMaxExtensions = 16;  // of an IPv6 packet

/// The rest of a packet: `kept` bytes of the `length` that were on the wire.
struct Rest {
  std::span<const std::uint8_t> kept;
  std::uint32_t length = 0;

  [[nodiscard]] bool has(std::size_t bytes) const { return kept.size() >= bytes; }
  [[nodiscard]] std::uint8_t u8(std::size_t at) const { return kept[at]; }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(kept[at] << 8U | kept[at + 1]);
  }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return static_cast<std::uint32_t>(u16(at)) << 16U | u16(at + 2);
  }
  /// The header is off; it was checked to be within `length`.
  void drop(std::size_t bytes) {
    kept = kept.subspan(std::min(bytes, kept.size()));
    length -= static_cast<std::uint32_t>(bytes);
  }
  /// What follows the packet in its frame is not part of it.
  void end_after(std::uint32_t bytes) {
    length = bytes;
    kept = kept.first(std::min<std::size_t>(kept.size(), bytes));
  }
  /// Why a header of `bytes` is not to be had.
  [[nodiscard]] Skipped lacking(std::size_t bytes) const {
    return length < bytes ? Skipped::malformed : Skipped::truncated;
  }
};

// ---- what the frames begin with ----

std::variant<std::uint16_t, Skipped> after_tags(Rest& rest, std::uint16_t type) {
  for (int tags = 0; type == 0x8100 || type == 0x88a8 || type == 0x9100; ++tags) {
    if (!rest.has(4)) return rest.lacking(4);
    if (tags == kMaxTags) return Skipped::malformed;
    type = rest.u16(2);
    rest.drop(4);
  }
  return type;
}

/// A header of `size` bytes with the protocol at `at`.
std::variant<std::uint16_t, Skipped> typed_header(Rest& rest, std::size_t size, std::size_t at) {
  if (!rest.has(size)) return rest.lacking(size);
  const auto type = rest.u16(at);
  rest.drop(size);
  return after_tags(rest, type);
}

/// The address family in the byte order of the host that captured, or of the network.
std::variant<std::uint16_t, Skipped> null_header(Rest& rest) {
  if (!rest.has(4)) return rest.lacking(4);
  auto family = rest.u32(0);
  if (family > 0xffff) family = __builtin_bswap32(family);
  rest.drop(4);
  if (family == 2) return kIpv4;
  // Linux, NetBSD and OpenBSD, FreeBSD, macOS.
  if (family == 10 || family == 24 || family == 28 || family == 30) return kIpv6;
  return Skipped::not_ip;
}

std::variant<std::uint16_t, Skipped> network_protocol(Link link, Rest& rest) {
  switch (link) {
    case Link::ethernet:
      return typed_header(rest, 14, 12);
    case Link::linux_sll:
      return typed_header(rest, 16, 14);
    case Link::linux_sll2:
      return typed_header(rest, 20, 0);
    case Link::null:
      return null_header(rest);
    case Link::raw:
      break;
  }
  if (!rest.has(1)) return rest.lacking(1);
  const auto version = rest.u8(0) >> 4U;
  if (version == 4) return kIpv4;
  if (version == 6) return kIpv6;
  return Skipped::not_ip;
}

// ---- IP ----

using Taken = std::optional<Skipped>;  // nullopt: the header is off, TCP comes next

/// A length of 0 is that of a packet which the network card was to cut up; the frame has the true
/// one.
Taken bound_by(Rest& rest, std::uint32_t length) {
  if (length == 0) return std::nullopt;
  if (length > rest.length) return Skipped::malformed;
  rest.end_after(length);
  return std::nullopt;
}

Taken take_ipv4(Rest& rest, Segment& segment) {
  if (!rest.has(20)) return rest.lacking(20);
  const std::size_t header = (rest.u8(0) & 15U) * std::size_t{4};
  if (rest.u8(0) >> 4U != 4 || header < 20) return Skipped::malformed;
  if (auto wrong = bound_by(rest, rest.u16(2))) return wrong;
  if (rest.length < header) return Skipped::malformed;
  if ((rest.u16(6) & 0x3fffU) != 0) return Skipped::fragment;  // more to come, or not the first
  if (rest.u8(9) != kTcp) return Skipped::not_tcp;
  for (auto* address : {&segment.from.address, &segment.to.address}) {
    (*address)[10] = (*address)[11] = 0xff;
  }
  std::copy_n(rest.kept.begin() + 12, 4, segment.from.address.begin() + 12);
  std::copy_n(rest.kept.begin() + 16, 4, segment.to.address.begin() + 12);
  rest.drop(header);
  return std::nullopt;
}

Taken take_extensions(Rest& rest, std::uint8_t next) {
  for (int headers = 0; next != kTcp; ++headers) {
    const bool fragment = next == 44;
    const bool authentication = next == 51;
    if (!fragment && !authentication && next != 0 && next != 43 && next != 60 && next != 135) {
      return Skipped::not_tcp;
    }
    if (headers == kMaxExtensions) return Skipped::malformed;
    if (!rest.has(8)) return rest.lacking(8);
    // An offset, or more to come; a packet that is its only fragment is a whole one (RFC 6946).
    if (fragment && (rest.u16(2) & 0xfff9U) != 0) return Skipped::fragment;
    const std::size_t size = fragment         ? 8
                             : authentication ? (rest.u8(1) + std::size_t{2}) * 4
                                              : (rest.u8(1) + std::size_t{1}) * 8;
    if (rest.length < size) return Skipped::malformed;
    next = rest.u8(0);
    rest.drop(size);
  }
  return std::nullopt;
}

Taken take_ipv6(Rest& rest, Segment& segment) {
  constexpr std::uint32_t kHeader = 40;
  if (!rest.has(kHeader)) return rest.lacking(kHeader);
  if (rest.u8(0) >> 4U != 6) return Skipped::malformed;
  const std::uint32_t payload = rest.u16(4);
  if (auto wrong = bound_by(rest, payload == 0 ? 0 : payload + kHeader)) return wrong;
  const auto next = rest.u8(6);
  std::copy_n(rest.kept.begin() + 8, 16, segment.from.address.begin());
  std::copy_n(rest.kept.begin() + 24, 16, segment.to.address.begin());
  rest.drop(kHeader);
  return take_extensions(rest, next);
}

// ---- TCP ----

/// The window scale (RFC 7323), as far as the options are there and make sense.
void read_options(const Rest& options, Segment& segment) {
  constexpr std::uint8_t kEnd = 0, kNothing = 1, kWindowScale = 3;
  std::size_t at = 0;
  while (options.has(at + 1) && options.u8(at) != kEnd) {
    const auto kind = options.u8(at);
    if (kind == kNothing) {
      ++at;
      continue;
    }
    if (!options.has(at + 2)) return;
    const auto size = options.u8(at + 1);
    if (size < 2) return;
    if (kind == kWindowScale && size == 3 && options.has(at + 3)) {
      segment.scaled = true;
      segment.scale = std::min<std::uint8_t>(options.u8(at + 2), 14);
      return;
    }
    at += size;
  }
}

Taken take_tcp(Rest& rest, Segment& segment) {
  if (!rest.has(20)) return rest.lacking(20);
  const std::size_t header = (rest.u8(12) >> 4U) * std::size_t{4};
  if (header < 20 || header > rest.length) return Skipped::malformed;
  segment.from.port = rest.u16(0);
  segment.to.port = rest.u16(2);
  segment.seq = rest.u32(4);
  segment.ack = rest.u32(8);
  const auto flags = rest.u8(13);
  segment.fin = (flags & 1U) != 0;
  segment.syn = (flags & 2U) != 0;
  segment.rst = (flags & 4U) != 0;
  segment.has_ack = (flags & 16U) != 0;
  segment.window = rest.u16(14);
  segment.length = rest.length - static_cast<std::uint32_t>(header);
  if (!segment.syn) return std::nullopt;
  auto options = rest;
  options.end_after(static_cast<std::uint32_t>(header));
  options.drop(20);
  read_options(options, segment);
  return std::nullopt;
}

}  // namespace

std::variant<Segment, Skipped> decode(Link link, std::span<const std::uint8_t> captured,
                                      std::uint32_t length) {
  Rest rest{captured, std::max(length, static_cast<std::uint32_t>(captured.size()))};
  const auto protocol = network_protocol(link, rest);
  if (const auto* why = std::get_if<Skipped>(&protocol)) return *why;
  const auto type = std::get<std::uint16_t>(protocol);
  if (type != kIpv4 && type != kIpv6) return Skipped::not_ip;
  Segment segment;
  auto skipped = type == kIpv4 ? take_ipv4(rest, segment) : take_ipv6(rest, segment);
  if (!skipped) skipped = take_tcp(rest, segment);
  // A connection of a port with itself has no two ends to tell apart.
  if (!skipped && segment.from == segment.to) skipped = Skipped::malformed;
  if (skipped) return *skipped;
  return segment;
}

const char* to_string(Skipped why) {
  switch (why) {
    case Skipped::not_ip:
      return "not IP";
    case Skipped::not_tcp:
      return "not TCP";
    case Skipped::fragment:
      return "fragment";
    case Skipped::truncated:
      return "truncated";
    case Skipped::malformed:
      break;
  }
  return "malformed";
}

std::string to_string(const Endpoint& endpoint) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const auto& a = endpoint.address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (std::equal(kMapped.begin(), kMapped.end(), a.begin())) {
    ::inet_ntop(AF_INET, a.data() + 12, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), endpoint.port);
  }
  ::inet_ntop(AF_INET6, a.data(), text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), endpoint.port);
}

}  // namespace spl::capture
