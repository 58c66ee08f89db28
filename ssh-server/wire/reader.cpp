// See reader.hpp. RFC 4251 section 5.
#include "wire/reader.hpp"

namespace ssh::wire {

ByteView Reader::bytes(std::size_t count) {
  if (count > rest_.size()) {
    fail();
    return {};
  }
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint8_t Reader::u8() {
  const ByteView byte = bytes(1);
  return byte.empty() ? std::uint8_t{0} : byte[0];
}

std::uint32_t Reader::u32() {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes(4)) {
    value = value << 8 | byte;
  }
  return value;
}

std::uint64_t Reader::u64() {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes(8)) {
    value = value << 8 | byte;
  }
  return value;
}

ByteView Reader::string() {
  return bytes(u32());
}

ByteView Reader::mpint() {
  ByteView digits = string();
  if (digits.empty()) {
    return digits;
  }
  if ((digits[0] & 0x80) != 0) {
    fail();
    return {};
  }
  if (digits[0] != 0) {
    return digits;
  }
  // A zero byte is there only to keep the number positive; zero itself has no bytes.
  if (digits.size() == 1 || (digits[1] & 0x80) == 0) {
    fail();
    return {};
  }
  return digits.subspan(1);
}

ByteView Reader::rest() {
  return bytes(rest_.size());
}

}  // namespace ssh::wire
