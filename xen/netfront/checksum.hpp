// The checksum of a TCP segment that is about to leave (RFC 9293 section 3.1, RFC 8200
// section 8.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "xenrt/net_device.hpp"

namespace xenrt::netfront {

/// Adds up bytes as RFC 1071 has it, in pieces of which only the last may have an odd size.
class ChecksumSum {
 public:
  void add(ByteView bytes);
  void add(std::uint16_t word) { sum_ += word; }
  /// Carries added in; not complemented.
  [[nodiscard]] std::uint16_t folded() const;

 private:
  std::uint64_t sum_ = 0;
};

/// A TCP segment in a frame of ours.
struct TcpPlace {
  std::size_t begin = 0;  // of its header, in the frame
  std::size_t size = 0;   // with its header
  bool v6 = false;
  [[nodiscard]] std::size_t checksum() const { return begin + 16; }
};

/// Where it is. `head` is the frame's beginning, with all headers; `size` is that of the frame. Not
/// found: no TCP, or a fragment of it, or headers that the stack does not make.
[[nodiscard]] std::optional<TcpPlace> find_tcp(ByteView head, std::size_t size);

/// Of the pseudo-header.
[[nodiscard]] ChecksumSum pseudo_header(ByteView head, const TcpPlace& tcp);

}  // namespace xenrt::netfront
