// See packets.hpp. RFC 4253 section 6.
#include <algorithm>

#include "wire/packets.hpp"

namespace ssh::wire {
namespace {

constexpr std::size_t kHeader = 5;
constexpr std::size_t kLeastPadding = 4;
constexpr std::size_t kClearBlock = 8;

}  // namespace

PacketOutput::PacketOutput(Random& random, BufferPool* pool) : random_(random), pool_(pool) {}

PacketOutput::~PacketOutput() {
  if (pool_ != nullptr) pool_->give(std::move(buffer_));
}

void PacketOutput::raw(std::string_view text) {
  append(buffer_, as_bytes(text));
}

Bytes& PacketOutput::begin() {
  if (buffer_.capacity() == 0 && pool_ != nullptr) buffer_ = pool_->take();
  start_ = buffer_.size();
  if (compressor_) {
    uncompressed_.clear();
    return uncompressed_;
  }
  buffer_.resize(start_ + kHeader);
  return buffer_;
}

void PacketOutput::pad(std::size_t count) {
  if (padding_used_ + count > padding_.size()) {
    random_.fill(padding_);
    padding_used_ = 0;
  }
  append(buffer_, ByteView(padding_).subspan(padding_used_, count));
  padding_used_ += count;
}

void PacketOutput::end() {
  if (compressor_) {
    buffer_.resize(start_ + kHeader);
    compressor_->compress(uncompressed_, buffer_);
  }
  const std::size_t block = protection_ ? protection_->block_size : kClearBlock;
  const std::size_t apart = protection_ && protection_->length_apart ? 4 : 0;
  std::size_t padding = block - (buffer_.size() - start_ - apart) % block;
  if (padding < kLeastPadding) padding += block;
  pad(padding);
  const std::size_t size = buffer_.size() - start_;
  const auto length = static_cast<std::uint32_t>(size - 4);
  for (std::size_t i = 0; i < 4; ++i) {
    buffer_[start_ + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
  }
  buffer_[start_ + 4] = static_cast<std::uint8_t>(padding);
  if (protection_) {
    buffer_.resize(start_ + size + protection_->tag_size);
    const MutableBytes packet = MutableBytes(buffer_).subspan(start_);
    protection_->seal(sequence_, packet.first(size), packet.subspan(size));
  }
  ++sequence_;
  ++packets_;
  ++use_.packets;
  use_.bytes += buffer_.size() - start_;
}

void PacketOutput::consume(std::size_t bytes) {
  head_ += std::min(bytes, buffer_.size() - head_);
  if (head_ < buffer_.size()) return;
  head_ = 0;
  if (pool_ != nullptr) {
    pool_->give(std::move(buffer_));
    buffer_ = {};
  } else {
    buffer_.clear();
  }
}

void PacketOutput::protect(std::unique_ptr<PacketProtection> protection) {
  protection_ = std::move(protection);
  use_ = {};
}

}  // namespace ssh::wire
