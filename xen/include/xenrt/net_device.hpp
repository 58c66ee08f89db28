// An Ethernet interface, as the stack sees one: a TAP device (xenrt/tap_device.hpp), Xen's
// netfront, or what a test makes up. Not for use by several threads at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace xenrt {

using ByteView = std::span<const std::uint8_t>;

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};
  friend bool operator==(const MacAddress&, const MacAddress&) = default;
};

/// What a device does for the stack. Asked once, when the stack begins to use it.
struct NetCapabilities {
  /// Bytes of an IP packet that fit into a frame: 576 to 9000.
  std::uint16_t mtu = 1500;
  /// The device fills in the TCP checksum of frames that are sent, whatever is in that field. The
  /// stack then leaves it alone.
  bool fills_in_checksums = false;
};

enum class SendResult : std::uint8_t {
  sent,  // the device has taken a copy; whether it arrives is not known
  busy,  // no room now; the frame is dropped, as a network may do at any time
  gone,  // there is no link, or no backend any more
};

/// Takes received frames.
class FrameSink {
 public:
  /// A whole frame, beginning with its Ethernet header, without the frame check sequence. The bytes
  /// are valid during the call only. `checksum_is_good`: the device vouches for the TCP or UDP
  /// checksum (which may not have been filled in at all, for a frame of the same host).
  virtual void frame(ByteView bytes, bool checksum_is_good) = 0;

 protected:
  ~FrameSink() = default;
};

class NetDevice {
 public:
  NetDevice() = default;
  NetDevice(const NetDevice&) = delete;
  NetDevice& operator=(const NetDevice&) = delete;
  virtual ~NetDevice() = default;

  [[nodiscard]] virtual MacAddress mac() const = 0;
  [[nodiscard]] virtual NetCapabilities capabilities() const = 0;
  /// May change at any time; a frame sent without a link is answered with `gone`.
  [[nodiscard]] virtual bool link_up() const = 0;

  /// Sends one frame: the pieces put together, 14 bytes at least and mtu + 14 at most. The device
  /// has copied it when this returns; the pieces stay the caller's. It may hold the frame back
  /// until flush().
  virtual SendResult send(std::span<const ByteView> pieces) = 0;
  /// Called when the stack has sent for now: the moment to ring the bell of the other side.
  virtual void flush() {}
  /// Hands at most `most` received frames to the sink, in their order. Frames of no use (too short,
  /// too long) are dropped by the device and not handed over, but count. Returns `most` if there
  /// may be more; less if none waits now. The sink may call send() while it has a frame.
  virtual std::size_t receive(FrameSink& sink, std::size_t most) = 0;
};

}  // namespace xenrt
