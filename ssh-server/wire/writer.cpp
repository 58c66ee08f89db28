// See writer.hpp. RFC 4251 section 5.
#include "wire/writer.hpp"

#include <algorithm>

namespace ssh::wire {

Writer& Writer::u32(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to_.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  return *this;
}

Writer& Writer::u64(std::uint64_t value) {
  u32(static_cast<std::uint32_t>(value >> 32));
  return u32(static_cast<std::uint32_t>(value));
}

Writer& Writer::string(ByteView value) {
  u32(static_cast<std::uint32_t>(value.size()));
  return raw(value);
}

Writer& Writer::mpint(ByteView magnitude) {
  const auto first =
      std::find_if(magnitude.begin(), magnitude.end(), [](auto b) { return b != 0; });
  magnitude = magnitude.subspan(static_cast<std::size_t>(first - magnitude.begin()));
  const bool pad = !magnitude.empty() && (magnitude[0] & 0x80) != 0;
  u32(static_cast<std::uint32_t>(magnitude.size() + (pad ? 1 : 0)));
  if (pad) {
    u8(0);
  }
  return raw(magnitude);
}

Writer& Writer::raw(ByteView value) {
  append(to_, value);
  return *this;
}

}  // namespace ssh::wire
