// A TCP segment's header, and the numbers that tell what it means. Sequence numbers are compared
// modulo 2^32 (RFC 9293 section 3.4).
#pragma once

#include <cstdint>
#include <optional>

#include "xenrt/ip_address.hpp"
#include "xenrt/net_device.hpp"

namespace xenrt {

/// How far `a` is after `b`.
constexpr std::int32_t after(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

struct Segment {
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint32_t text = 0;  // bytes
  bool fin = false, syn = false, rst = false, has_ack = false;

  /// Of sequence space.
  [[nodiscard]] std::uint32_t length() const { return text + (syn ? 1U : 0U) + (fin ? 1U : 0U); }
};

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

[[nodiscard]] constexpr Segment make_segment(std::uint32_t seq, std::uint32_t ack,
                                             std::uint32_t text, std::uint8_t flags) {
  return {seq,
          ack,
          text,
          (flags & kFin) != 0,
          (flags & kSyn) != 0,
          (flags & kRst) != 0,
          (flags & kAck) != 0};
}

struct AddressedSegment {
  Endpoint from, to;
  Segment segment;
};

/// The segment in a whole Ethernet frame. nullopt: there is none, or a fragment of one.
[[nodiscard]] std::optional<AddressedSegment> segment_of(ByteView frame);

}  // namespace xenrt
