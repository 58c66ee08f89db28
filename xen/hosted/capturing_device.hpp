// Another device, and every frame that goes through it in a pcap file.
#pragma once

#include <fstream>

#include "xenrt/net_device.hpp"

namespace xenrt {

class CapturingDevice final : public NetDevice, private FrameSink {
 public:
  /// No file: nothing is written.
  CapturingDevice(NetDevice& device, const std::string& file);
  /// The file could not be written, at least not all of it.
  [[nodiscard]] bool failed() const { return wanted_ && !file_; }

  MacAddress mac() const override { return device_.mac(); }
  NetCapabilities capabilities() const override { return device_.capabilities(); }
  bool link_up() const override { return device_.link_up(); }
  SendResult send(std::span<const ByteView> pieces) override;
  void flush() override { device_.flush(); }
  std::size_t receive(FrameSink& sink, std::size_t most) override;

 private:
  void frame(ByteView bytes, bool checksum_is_good) override;
  void begin(std::size_t size);
  void put(ByteView bytes);

  NetDevice& device_;
  FrameSink* sink_ = nullptr;
  std::ofstream file_;
  bool wanted_;
};

}  // namespace xenrt
