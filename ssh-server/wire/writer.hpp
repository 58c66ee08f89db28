// Writes the data types of RFC 4251 section 5 behind what a buffer already holds.
#pragma once

#include <initializer_list>

#include "ssh/bytes.hpp"

namespace ssh::wire {

class Writer {
 public:
  /// The buffer outlives the writer.
  explicit Writer(Bytes& to) : to_(to) {}

  Writer& u8(std::uint8_t value) {
    to_.push_back(value);
    return *this;
  }
  Writer& boolean(bool value) { return u8(value ? 1 : 0); }
  Writer& u32(std::uint32_t value);
  Writer& u64(std::uint64_t value);
  Writer& string(ByteView value);
  Writer& string(std::string_view value) { return string(as_bytes(value)); }
  Writer& string(const char* value) { return string(std::string_view(value)); }
  /// From a magnitude, big-endian, leading zeros allowed.
  Writer& mpint(ByteView magnitude);
  /// The bytes as they are, without a length.
  Writer& raw(ByteView value);

 private:
  Bytes& to_;
};

}  // namespace ssh::wire
