// Another device, and a bad link before it: frames are lost, come twice, or are overtaken, in both
// directions, as a seed has it. For tests on kernels without netem.
#pragma once

#include <random>
#include <vector>

#include "xenrt/net_device.hpp"

namespace xenrt {

struct Impairment {
  unsigned loss = 0, duplicate = 0, reorder = 0;  // per cent of the frames
  std::uint32_t seed = 1;
};

class ImpairedDevice final : public NetDevice, private FrameSink {
 public:
  ImpairedDevice(NetDevice& device, const Impairment& impairment)
      : device_(device), impairment_(impairment), random_(impairment.seed) {}

  MacAddress mac() const override { return device_.mac(); }
  NetCapabilities capabilities() const override { return device_.capabilities(); }
  bool link_up() const override { return device_.link_up(); }
  SendResult send(std::span<const ByteView> pieces) override;
  void flush() override { device_.flush(); }
  std::size_t receive(FrameSink& sink, std::size_t most) override;

 private:
  using Bytes = std::vector<std::uint8_t>;
  /// What a direction does with a frame: how often it goes on now, and one that is held back.
  struct Direction {
    Bytes held;
    unsigned overtaken = 0;
  };
  void frame(ByteView bytes, bool checksum_is_good) override;
  template <typename Pass>
  void impair(Direction& direction, ByteView bytes, Pass&& pass);
  bool happens(unsigned percent) { return random_() % 100 < percent; }

  NetDevice& device_;
  Impairment impairment_;
  std::mt19937 random_;
  FrameSink* sink_ = nullptr;
  Direction in_, out_;
};

}  // namespace xenrt
