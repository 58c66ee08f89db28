// The binary packet protocol (RFC 4253 section 6): bytes to payloads and back, with whatever
// protection and compression is in force in that direction. Knows no message.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "ssh/buffer_pool.hpp"
#include "ssh/crypto.hpp"

namespace ssh::wire {

/// The largest packet_length taken or made (RFC 4253 section 6.1 asks for 35000 at least; OpenSSH
/// takes 256 KiB).
inline constexpr std::uint32_t kLargestPacket = 256 * 1024;

/// What goes out or comes in with one set of keys, to know when to change them.
struct KeyUse {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
};

/// Takes bytes as they come and gives payloads. Packets are decrypted where they lie: in the bytes
/// that feed() was given, or, if one came in pieces, in a buffer of its own.
class PacketInput {
 public:
  PacketInput();

  /// The bytes stay with the caller, who leaves them alone until next() gives nothing or keep() is
  /// called.
  void feed(MutableBytes bytes);
  /// Copies what is left of them.
  void keep();

  enum class State : std::uint8_t { incomplete, packet, broken };
  /// The next payload: not empty, valid until the next call of any member. `broken`: error() says
  /// why, and it is so for good.
  State next(ByteView& payload);
  const std::string& error() const { return error_; }
  bool bad_mac() const { return bad_mac_; }

  /// One line up to its LF, of at most `limit` bytes, before the first packet (RFC 4253
  /// section 4.2).
  State next_line(std::size_t limit, std::string& line);

  /// The next packet is the first with these keys.
  void protect(std::unique_ptr<PacketProtection> protection);
  /// The payloads are compressed from the next packet on; null: not any more.
  void decompress(std::unique_ptr<Decompressor> decompressor) {
    decompressor_ = std::move(decompressor);
  }
  void reset_sequence() { sequence_ = 0; }
  /// The largest packet_length that is taken from now on; at most kLargestPacket, which it is at
  /// first.
  void set_largest(std::uint32_t bytes) { largest_ = bytes; }

  /// Of the payload that was returned last.
  std::uint32_t sequence() const { return sequence_ - 1; }
  const KeyUse& use() const { return use_; }
  /// Bytes are waiting that have not been looked at.
  bool has_more() const { return !fed_.empty() || kept_size() > 0; }

 private:
  std::size_t kept_size() const { return kept_.size() - head_; }
  /// At least `count` bytes of the next packet in one piece, or nothing.
  MutableBytes gather(std::size_t count);
  void release();
  State broken(std::string why);
  State unpack(MutableBytes packet, ByteView& payload);

  std::unique_ptr<PacketProtection> protection_;
  std::unique_ptr<Decompressor> decompressor_;
  MutableBytes fed_;
  Bytes kept_;
  std::size_t head_ = 0;      // of what is left in kept_
  std::size_t finished_ = 0;  // size of the packet returned last, at the front
  bool length_known_ = false;
  std::uint32_t length_ = 0;
  std::uint32_t largest_ = kLargestPacket;
  std::uint32_t sequence_ = 0;
  KeyUse use_;
  Bytes unpacked_;
  std::string error_;
  bool bad_mac_ = false;
};

/// Makes packets of payloads, behind each other in one buffer.
class PacketOutput {
 public:
  PacketOutput(Random& random, BufferPool* pool);
  ~PacketOutput();
  PacketOutput(const PacketOutput&) = delete;
  PacketOutput& operator=(const PacketOutput&) = delete;

  /// Bytes that are no packet: the identification string.
  void raw(std::string_view text);
  /// The payload is to be appended to what is returned; then end().
  Bytes& begin();
  void end();

  void protect(std::unique_ptr<PacketProtection> protection);
  void compress(std::unique_ptr<Compressor> compressor) { compressor_ = std::move(compressor); }
  void reset_sequence() { sequence_ = 0; }

  ByteView data() const { return ByteView(buffer_).subspan(head_); }
  void consume(std::size_t bytes);
  const KeyUse& use() const { return use_; }
  /// Ended since the beginning.
  std::uint64_t packets() const { return packets_; }

 private:
  void pad(std::size_t count);

  Random& random_;
  BufferPool* pool_;
  std::unique_ptr<PacketProtection> protection_;
  std::unique_ptr<Compressor> compressor_;
  Bytes buffer_;
  std::size_t head_ = 0;
  std::size_t start_ = 0;  // of the packet that is being made
  Bytes uncompressed_;
  std::uint32_t sequence_ = 0;
  std::uint64_t packets_ = 0;
  KeyUse use_;
  // Random bytes for padding, asked for by the handful.
  std::array<std::uint8_t, 64> padding_{};
  std::size_t padding_used_ = 64;
};

}  // namespace ssh::wire
