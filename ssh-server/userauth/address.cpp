// IP addresses and networks as text: the part of patterns.hpp that knows of bits.
//
// Invariant: whatever parse_address() takes is one address, and the operating system would read the
// same one: forms that programs disagree on (octal numbers, fewer than four) are refused.
#include <algorithm>
#include <charconv>
#include <vector>

#include "ssh/patterns.hpp"

namespace ssh {
namespace {

/// A whole text of at most `digits` digits.
std::optional<unsigned> number(std::string_view text, int base, std::size_t digits) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || text.size() > digits) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  std::size_t end = 0;
  while ((end = text.find(at)) != std::string_view::npos) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

bool parse_v4(std::string_view text, std::uint8_t* to) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return false;
  for (const std::string_view part : parts) {
    const auto value = number(part, 10, 3);
    // "010" is ten to some and eight to others.
    if (!value || *value > 255 || (part.size() > 1 && part[0] == '0')) return false;
    *to++ = static_cast<std::uint8_t>(*value);
  }
  return true;
}

/// Groups of four hexadecimal digits with colons between them, the last possibly an IPv4 address.
bool parse_groups(std::string_view text, std::vector<std::uint8_t>& to) {
  if (text.empty()) return true;
  const auto parts = split(text, ':');
  if (parts.size() > 8) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
      to.resize(to.size() + 4);
      return parse_v4(parts[i], to.data() + to.size() - 4);
    }
    const auto value = number(parts[i], 16, 4);
    if (!value) return false;
    to.push_back(static_cast<std::uint8_t>(*value >> 8));
    to.push_back(static_cast<std::uint8_t>(*value & 0xFF));
  }
  return true;
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& to) {
  std::vector<std::uint8_t> head;
  std::vector<std::uint8_t> tail;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, head) || head.size() != 16) return false;
  } else {
    const std::string_view before = text.substr(0, gap);
    // What stands before the gap has no IPv4 address at its end.
    if (before.find('.') != std::string_view::npos || !parse_groups(before, head) ||
        !parse_groups(text.substr(gap + 2), tail) || head.size() + tail.size() > 14) {
      return false;
    }
  }
  to.fill(0);
  std::copy(head.begin(), head.end(), to.begin());
  std::copy(tail.rbegin(), tail.rend(), to.rbegin());
  return true;
}

/// Whether it is in ::ffff:0:0/96, which carries IPv4.
bool carries_v4(const std::array<std::uint8_t, 16>& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

Address as_v4(const std::array<std::uint8_t, 16>& bytes) {
  Address address;
  std::copy_n(bytes.begin() + 12, 4, address.bytes.begin());
  return address;
}

/// As written: addresses that carry IPv4 stay IPv6.
std::optional<Address> parse_literally(std::string_view text) {
  Address address;
  if (parse_v4(text, address.bytes.data())) return address;
  address.v6 = true;
  if (parse_v6(text, address.bytes)) return address;
  return std::nullopt;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  std::string_view plain = text.substr(0, text.find('%'));
  auto address = parse_literally(plain);
  if (!address) return std::nullopt;
  if (!address->v6) return plain.size() == text.size() ? address : std::nullopt;
  return carries_v4(address->bytes) ? as_v4(address->bytes) : *address;
}

std::string to_string(const Address& address) {
  if (!address.v6) {
    std::string text;
    for (std::size_t i = 0; i < 4; ++i) {
      text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
    }
    return text;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = static_cast<unsigned>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
  }
  // RFC 5952 section 4.2: the longest run of zeros, the first of them, but not a single one.
  std::size_t gap = 8;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto end = std::find_if(groups.begin() + static_cast<std::ptrdiff_t>(i), groups.end(),
                                  [](unsigned group) { return group != 0; });
    const auto size = static_cast<std::size_t>(end - groups.begin()) - i;
    if (size > gap_size) {
      gap = i;
      gap_size = size;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    char digits[4];
    const auto end = std::to_chars(digits, digits + 4, groups[i], 16).ptr;
    text.append(digits, end);
  }
  return text;
}

bool Network::contains(const Address& other) const {
  if (other.v6 != address.v6) return false;
  for (unsigned bit = 0; bit < bits; bit += 8) {
    const unsigned count = std::min(8U, bits - bit);
    const unsigned mask = 0xFF00U >> count & 0xFFU;
    if (((other.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

Result<std::optional<Network>> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = parse_literally(text.substr(0, slash));
  if (!address) return std::nullopt;
  unsigned bits = address->bits();
  if (slash != std::string_view::npos) {
    const auto given = number(text.substr(slash + 1), 10, 3);
    if (!given || *given > bits) {
      return failure("\"" + std::string(text.substr(0, 100)) + "\" has no such mask");
    }
    bits = *given;
  }
  for (unsigned bit = bits; bit < address->bits(); ++bit) {
    if ((address->bytes[bit / 8] & 0x80U >> bit % 8) != 0) {
      return failure("\"" + std::string(text) + "\" has bits set behind its mask");
    }
  }
  if (address->v6 && bits >= 96 && carries_v4(address->bytes)) {
    return Network{as_v4(address->bytes), bits - 96};
  }
  return Network{*address, bits};
}

}  // namespace ssh
