// Frames made and looked at by hand, apart from what is tested: Ethernet, IPv4 and IPv6, TCP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/segment.hpp"

namespace xenrt::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr MacAddress kOurMac{{2, 0, 0, 0, 0, 1}};
inline constexpr MacAddress kPeerMac{{2, 0, 0, 0, 0, 2}};

/// What a test wants in a segment.
struct Raw {
  std::uint8_t flags = kAck;
  std::uint32_t seq = 0, ack = 0;
  std::uint16_t window = 0xffff;
  Bytes text;
  Bytes options;
};

/// A frame from the peer to us, with good checksums.
Bytes make_frame(const Endpoint& from, const Endpoint& to, const Raw& raw);
/// Source and destination change places, as if the other end had sent it. Of ARP and the like:
/// empty.
Bytes reflect(const Bytes& frame);
/// The answer to a question for an address (ARP, neighbour solicitation); empty if it is none.
Bytes neighbour_answer(const Bytes& frame);
/// The text of a TCP segment.
Bytes text_of(const Bytes& frame);
std::uint16_t window_of(const Bytes& frame);
/// The checksum of the TCP segment in the frame is right.
bool checksum_is_good(const Bytes& frame);

/// A capture in memory, and the file that splc reads.
class Capture {
 public:
  void add(const Bytes& frame, std::int64_t nanoseconds);
  void write(const std::string& path) const;
  [[nodiscard]] std::size_t frames() const { return frames_; }

 private:
  Bytes bytes_;
  std::size_t frames_ = 0;
};

/// What `splc replay --format=pcap` says of it: empty if all is accepted, else its output.
std::string replay(const Capture& capture, const std::string& name);

}  // namespace xenrt::test
