// See packets.hpp. Invariant: a length is checked before it is believed, and a packet authenticated
// before any of it but its length is looked at; never more than one partial packet is copied.
#include <algorithm>

#include "wire/packets.hpp"

namespace ssh::wire {
namespace {

/// RFC 4253 section 6: before the first keys.
class Clear final : public PacketProtection {
 public:
  void seal(std::uint32_t, MutableBytes, MutableBytes) override {}
  std::uint32_t open_length(std::uint32_t, MutableBytes first) override {
    return static_cast<std::uint32_t>(first[0]) << 24 | static_cast<std::uint32_t>(first[1]) << 16 |
           static_cast<std::uint32_t>(first[2]) << 8 | first[3];
  }
  bool open(std::uint32_t, MutableBytes, ByteView) override { return true; }
};

/// packet_length, padding_length, and the least padding.
constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kLeastPadding = 4;

}  // namespace

PacketInput::PacketInput() : protection_(std::make_unique<Clear>()) {}

void PacketInput::feed(MutableBytes bytes) {
  keep();
  fed_ = bytes;
}

void PacketInput::keep() {
  release();
  append(kept_, fed_);
  fed_ = {};
}

void PacketInput::release() {
  if (finished_ == 0) return;
  if (kept_size() > 0) {
    head_ += finished_;
    if (kept_size() == 0) {
      kept_ = {};
      head_ = 0;
    }
  } else {
    fed_ = fed_.subspan(finished_);
  }
  finished_ = 0;
  unpacked_ = {};
}

MutableBytes PacketInput::gather(std::size_t count) {
  if (kept_size() == 0) {
    return fed_.size() >= count ? fed_ : MutableBytes{};
  }
  if (kept_size() < count) {
    // Only what this packet lacks: what follows it stays where it is.
    const std::size_t taken = std::min(count - kept_size(), fed_.size());
    append(kept_, fed_.first(taken));
    fed_ = fed_.subspan(taken);
  }
  return kept_size() >= count ? MutableBytes(kept_).subspan(head_) : MutableBytes{};
}

PacketInput::State PacketInput::broken(std::string why) {
  error_ = std::move(why);
  fed_ = {};
  kept_ = {};
  head_ = 0;
  finished_ = 0;
  return State::broken;
}

PacketInput::State PacketInput::next(ByteView& payload) {
  if (!error_.empty()) return State::broken;
  release();
  auto& protection = *protection_;
  if (!length_known_) {
    const MutableBytes first = gather(protection.length_bytes());
    if (first.empty()) {
      keep();
      return State::incomplete;
    }
    length_ = protection.open_length(sequence_, first.first(protection.length_bytes()));
    const std::size_t padded = length_ + (protection.length_apart ? 0 : kLengthSize);
    if (length_ > largest_ || length_ < 1 + 1 + kLeastPadding ||
        padded % protection.block_size != 0) {
      return broken("bad packet length " + std::to_string(length_));
    }
    length_known_ = true;
  }
  const std::size_t size = kLengthSize + length_;
  const MutableBytes whole = gather(size + protection.tag_size);
  if (whole.empty()) {
    keep();
    return State::incomplete;
  }
  const MutableBytes packet = whole.first(size);
  if (!protection.open(sequence_, packet, whole.subspan(size, protection.tag_size))) {
    bad_mac_ = true;
    return broken("a packet's authentication code is wrong");
  }
  length_known_ = false;
  finished_ = size + protection.tag_size;
  ++sequence_;
  ++use_.packets;
  use_.bytes += finished_;
  return unpack(packet, payload);
}

PacketInput::State PacketInput::unpack(MutableBytes packet, ByteView& payload) {
  const std::size_t padding = packet[kLengthSize];
  if (padding < kLeastPadding || padding + 2 > length_) {
    return broken("bad padding length " + std::to_string(padding));
  }
  payload = packet.subspan(kLengthSize + 1, length_ - 1 - padding);
  if (decompressor_) {
    auto unpacked = decompressor_->decompress(payload, largest_);
    if (!unpacked) return broken(unpacked.error().text);
    unpacked_ = std::move(*unpacked);
    payload = unpacked_;
    if (payload.empty()) return broken("an empty packet");
  }
  return State::packet;
}

PacketInput::State PacketInput::next_line(std::size_t limit, std::string& line) {
  if (!error_.empty()) return State::broken;
  release();
  append(kept_, fed_);
  fed_ = {};
  const auto end = std::find(kept_.begin(), kept_.end(), std::uint8_t{'\n'});
  const auto size = static_cast<std::size_t>(end - kept_.begin());
  if (size >= limit) return broken("the identification string is too long");
  if (end == kept_.end()) return State::incomplete;
  line.assign(as_text(ByteView(kept_).first(size)));
  if (line.ends_with('\r')) line.pop_back();
  kept_.erase(kept_.begin(), end + 1);
  return State::packet;
}

void PacketInput::protect(std::unique_ptr<PacketProtection> protection) {
  protection_ = std::move(protection);
  use_ = {};
}

}  // namespace ssh::wire
