// From the bytes of one captured packet to the TCP segment in it. Any bytes are fine as input.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

namespace spl::capture {

/// An IPv4 address is kept as the IPv6 address ::ffff:a.b.c.d.
struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};
/// "192.0.2.1:80", "[2001:db8::1]:80".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

struct Segment {
  Endpoint from;
  Endpoint to;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint32_t length = 0;  // of the text, as the headers say; it need not have been captured
  std::uint16_t window = 0;
  std::uint8_t scale = 0;  // of a SYN: the shift of later windows, 0 if the option is not there
  bool scaled = false;     // a SYN with that option
  bool fin = false, syn = false, rst = false, has_ack = false;
};

/// Why a packet holds no segment that can be judged.
enum class Skipped : std::uint8_t {
  not_ip,     // another network protocol, or a frame without one
  not_tcp,    // another transport protocol
  fragment,   // a part of an IP packet, the first one included
  truncated,  // less of it was captured than the headers that are needed
  malformed,  // headers that contradict each other or the packet's length
};
inline constexpr std::size_t kSkippedKinds = 5;
/// "not IP", "not TCP", ...
[[nodiscard]] const char* to_string(Skipped why);

/// What the frames of a capture begin with.
enum class Link : std::uint8_t { ethernet, raw, null, linux_sll, linux_sll2 };

/// `captured` is what was kept of a packet of `length` bytes.
[[nodiscard]] std::variant<Segment, Skipped> decode(Link link,
                                                    std::span<const std::uint8_t> captured,
                                                    std::uint32_t length);

}  // namespace spl::capture
