// See impaired_device.hpp. A frame that is held back goes on after three others, or at the next
// look for frames, so that the last frame of an exchange is late and not lost.
#include "hosted/impaired_device.hpp"

#include <utility>

namespace xenrt {

template <typename Pass>
void ImpairedDevice::impair(Direction& direction, ByteView bytes, Pass&& pass) {
  const bool overtakes = !direction.held.empty();
  if (!happens(impairment_.loss)) {
    if (!overtakes && happens(impairment_.reorder)) {
      direction.held.assign(bytes.begin(), bytes.end());
      direction.overtaken = 0;
      return;
    }
    pass(bytes);
    if (happens(impairment_.duplicate)) pass(bytes);
  }
  if (overtakes && ++direction.overtaken == 3) {
    const auto late = std::exchange(direction.held, {});
    pass(ByteView(late));
  }
}

SendResult ImpairedDevice::send(std::span<const ByteView> pieces) {
  Bytes whole;
  for (const auto piece : pieces) whole.insert(whole.end(), piece.begin(), piece.end());
  impair(out_, whole, [this](ByteView bytes) { device_.send(std::array{bytes}); });
  return SendResult::sent;
}

void ImpairedDevice::frame(ByteView bytes, bool checksum_is_good) {
  impair(in_, bytes, [&](ByteView passed) { sink_->frame(passed, checksum_is_good); });
}

std::size_t ImpairedDevice::receive(FrameSink& sink, std::size_t most) {
  sink_ = &sink;
  if (const auto late = std::exchange(out_.held, {}); !late.empty()) {
    device_.send(std::array{ByteView(late)});
  }
  if (const auto late = std::exchange(in_.held, {}); !late.empty()) sink.frame(late, false);
  return device_.receive(*this, most);
}

}  // namespace xenrt
