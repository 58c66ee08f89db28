// A TAP device of Linux (Documentation/networking/tuntap.rst) as a NetDevice: the stack in a
// process.
#pragma once

#include <memory>
#include <string>

#include "xenrt/net_device.hpp"

namespace xenrt {

class TapDevice final : public NetDevice {
 public:
  /// Opens the TAP device of that name, which is made if there is none (needs CAP_NET_ADMIN). On
  /// failure null, and `error` says why.
  static std::unique_ptr<TapDevice> open(const std::string& name, const MacAddress& mac,
                                         std::string& error);
  ~TapDevice() override;

  MacAddress mac() const override { return mac_; }
  NetCapabilities capabilities() const override { return {}; }
  bool link_up() const override { return !gone_; }
  SendResult send(std::span<const ByteView> pieces) override;
  std::size_t receive(FrameSink& sink, std::size_t most) override;

  /// Readable when a frame waits. Stays the device's.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  TapDevice(int descriptor, const MacAddress& mac) : descriptor_(descriptor), mac_(mac) {}

  int descriptor_;
  MacAddress mac_;
  bool gone_ = false;
};

}  // namespace xenrt
