// UTF-8, read defensively (RFC 3629). Nothing here trusts its input.
#include "sema/utf8.hpp"

namespace spl::utf8 {
namespace {

unsigned byte(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool continuation(unsigned b) {
  return (b & 0xc0U) == 0x80U;
}

}  // namespace

Step decode(std::string_view text, std::size_t at) {
  const unsigned first = byte(text, at);
  if (first < 0x80) return {1, first, true};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() - at < length) return {};
  std::uint32_t point = first & (0xffU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    const unsigned next = byte(text, at + k);
    if (!continuation(next)) return {};
    point = (point << 6U) | (next & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (overlong || surrogate || point > 0x10ffff) return {};
  return {length, point, true};
}

std::size_t floor_boundary(std::string_view text, std::size_t limit) {
  if (limit >= text.size()) return text.size();
  // A character has at most three continuation bytes; more of them are not UTF-8 anyway.
  std::size_t at = limit;
  for (int back = 0; back < 3 && at > 0 && continuation(byte(text, at)); ++back) --at;
  return continuation(byte(text, at)) ? limit : at;
}

}  // namespace spl::utf8
