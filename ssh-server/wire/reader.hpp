// Reads the data types of RFC 4251 section 5 from bytes that a stranger may have written.
//
// Invariant: nothing outside the bytes is touched, and nothing is copied. A read that does not fit
// fails the reader for good; later reads give zeros and empty views. So a message is read as a
// straight line and asked once, at its end, whether all of it was there: ok(), or done() if nothing
// may follow.
#pragma once

#include "ssh/bytes.hpp"

namespace ssh::wire {

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  std::uint8_t u8();
  /// Any value but 0 is true (RFC 4251 section 5).
  bool boolean() { return u8() != 0; }
  std::uint32_t u32();
  std::uint64_t u64();
  /// A string: its length, and that many bytes.
  ByteView string();
  /// The same, seen as text. No encoding is checked.
  std::string_view text() { return as_text(string()); }
  /// A multiple precision integer that is not negative: its magnitude, big-endian, without leading
  /// zeros. A negative one, and one with a needless leading zero, fails the reader.
  ByteView mpint();
  /// Exactly that many bytes.
  ByteView bytes(std::size_t count);
  /// Everything that is left.
  ByteView rest();

  /// How many bytes are left.
  std::size_t left() const { return rest_.size(); }
  bool ok() const { return ok_; }
  /// Everything fitted, and nothing is left.
  bool done() const { return ok_ && rest_.empty(); }
  /// For what the caller finds wrong itself.
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace ssh::wire
