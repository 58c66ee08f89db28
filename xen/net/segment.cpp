// Ethernet II, IPv4 (RFC 791), IPv6 with extension headers (RFC 8200), TCP (RFC 9293 section 3.1).
// Any bytes are fine as input.
#include "net/segment.hpp"

#include <algorithm>

namespace xenrt {
namespace {

constexpr std::uint8_t kTcp = 6, kHopByHop = 0, kRouting = 43, kDestination = 60;

std::uint16_t get16(ByteView b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8U | b[at + 1]);
}
std::uint32_t get32(ByteView b, std::size_t at) {
  return std::uint32_t{get16(b, at)} << 16U | get16(b, at + 2);
}

IpAddress address(ByteView bytes) {
  IpAddress result;
  result.is_v6 = bytes.size() == 16;
  std::ranges::copy(bytes, result.bytes.begin());
  return result;
}

/// Where TCP begins in an IPv4 packet; 0: it does not. `packet` is cut to its length.
std::size_t tcp_in_v4(ByteView& packet) {
  if (packet.size() < 20 || packet[0] >> 4U != 4) return 0;
  const std::size_t header = (packet[0] & 15U) * 4U;
  const std::size_t total = get16(packet, 2);
  if (header < 20 || total < header || total > packet.size()) return 0;
  packet = packet.first(total);
  const bool fragment = (get16(packet, 6) & 0x3fffU) != 0;
  return packet[9] == kTcp && !fragment ? header : 0;
}

std::size_t tcp_in_v6(ByteView& packet) {
  if (packet.size() < 40 || packet[0] >> 4U != 6) return 0;
  const std::size_t total = 40U + get16(packet, 4);
  if (total > packet.size()) return 0;
  packet = packet.first(total);
  std::uint8_t next = packet[6];
  std::size_t at = 40;
  while (next == kHopByHop || next == kRouting || next == kDestination) {
    if (at + 8 > packet.size()) return 0;
    next = packet[at];
    at += (packet[at + 1] + 1U) * 8U;
  }
  return next == kTcp ? at : 0;
}

}  // namespace

std::optional<AddressedSegment> segment_of(ByteView frame) {
  if (frame.size() < 14) return std::nullopt;
  const auto type = get16(frame, 12);
  auto packet = frame.subspan(14);
  AddressedSegment result;
  std::size_t at = 0;
  if (type == 0x0800 && (at = tcp_in_v4(packet)) != 0) {
    result.from.address = address(packet.subspan(12, 4));
    result.to.address = address(packet.subspan(16, 4));
  } else if (type == 0x86dd && (at = tcp_in_v6(packet)) != 0) {
    result.from.address = address(packet.subspan(8, 16));
    result.to.address = address(packet.subspan(24, 16));
  } else {
    return std::nullopt;
  }
  if (at + 20 > packet.size()) return std::nullopt;
  const auto tcp = packet.subspan(at);
  const std::size_t header = (tcp[12] >> 4U) * 4U;
  if (header < 20 || header > tcp.size()) return std::nullopt;
  result.from.port = get16(tcp, 0);
  result.to.port = get16(tcp, 2);
  result.segment = make_segment(get32(tcp, 4), get32(tcp, 8),
                                static_cast<std::uint32_t>(tcp.size() - header), tcp[13]);
  return result;
}

}  // namespace xenrt
