// pcap with nanoseconds: magic number, version 2.4, Ethernet. Frames are written in the order in
// which the stack sends and takes them, so that the capture shows what the monitors saw.
#include "hosted/capturing_device.hpp"

#include <array>
#include <chrono>

namespace xenrt {
namespace {

template <typename T, std::size_t n>
ByteView raw(const std::array<T, n>& words) {
  return {reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words};
}

}  // namespace

CapturingDevice::CapturingDevice(NetDevice& device, const std::string& file)
    : device_(device), wanted_(!file.empty()) {
  if (!wanted_) return;
  file_.open(file, std::ios::binary);
  put(raw(std::array<std::uint32_t, 6>{0xa1b23c4dU, 2U | 4U << 16U, 0, 0, 65535, 1}));
}

void CapturingDevice::put(ByteView bytes) {
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
}

void CapturingDevice::begin(std::size_t size) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto length = static_cast<std::uint32_t>(size);
  put(raw(std::array<std::uint32_t, 4>{static_cast<std::uint32_t>(now / 1'000'000'000),
                                       static_cast<std::uint32_t>(now % 1'000'000'000), length,
                                       length}));
}

SendResult CapturingDevice::send(std::span<const ByteView> pieces) {
  if (wanted_) {
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    begin(size);
    for (const auto piece : pieces) put(piece);
  }
  return device_.send(pieces);
}

std::size_t CapturingDevice::receive(FrameSink& sink, std::size_t most) {
  sink_ = &sink;
  return device_.receive(*this, most);
}

void CapturingDevice::frame(ByteView bytes, bool checksum_is_good) {
  if (wanted_) {
    begin(bytes.size());
    put(bytes);
  }
  sink_->frame(bytes, checksum_is_good);
}

}  // namespace xenrt
