// JSON piece by piece into any sink, for explanations. Internal; needs no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spl/rt/printer.hpp"

namespace spl::rt::detail {

/// Bytes of the well-formed UTF-8 sequence (RFC 3629) that begins at text[at]; 0 if none does.
constexpr std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4) return 0;
  // The second byte rules out long forms, surrogates, and what is above U+10FFFF.
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
  }
  return length;
}

/// The caller keeps begin and end, key and value, in order; no more than 8 levels.
template <class Out>
class Json {
 public:
  explicit constexpr Json(Out& out) : print_(out) {}

  constexpr Json& begin(char bracket) {
    separate();
    print_.repeat(bracket, 1);
    first_[depth_++] = true;
    return *this;
  }
  constexpr Json& end(char bracket) {
    --depth_;
    print_.repeat(bracket, 1);
    return *this;
  }
  constexpr Json& key(std::string_view name) {
    separate();
    quote(name);
    print_ << ":";
    after_key_ = true;
    return *this;
  }
  constexpr Json& string(std::string_view text) {
    separate();
    quote(text);
    return *this;
  }
  constexpr Json& number(std::int64_t n) {
    separate();
    if (n < 0) print_ << "-";
    const auto bits = static_cast<std::uint64_t>(n);
    print_.number(n < 0 ? 0 - bits : bits, 1);
    return *this;
  }
  constexpr Json& null() {
    separate();
    print_ << "null";
    return *this;
  }

 private:
  constexpr void separate() {
    if (after_key_) {
      after_key_ = false;
    } else if (depth_ != 0) {
      if (!first_[depth_ - 1]) print_ << ",";
      first_[depth_ - 1] = false;
    }
  }
  /// What is not UTF-8 becomes U+FFFD, byte by byte.
  constexpr void quote(std::string_view text) {
    print_ << "\"";
    for (std::size_t at = 0; at < text.size();) {
      const auto length = utf8_length(text, at);
      if (length == 0) {
        print_ << "\\ufffd";
      } else if (length > 1) {
        print_ << std::string_view(text.data() + at, length);
      } else {
        ascii(text[at]);
      }
      at += length == 0 ? 1 : length;
    }
    print_ << "\"";
  }
  constexpr void ascii(char c) {
    switch (c) {
      case '"':
        print_ << "\\\"";
        return;
      case '\\':
        print_ << "\\\\";
        return;
      case '\n':
        print_ << "\\n";
        return;
      case '\t':
        print_ << "\\t";
        return;
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
      print_ << std::string_view(&c, 1);
      return;
    }
    constexpr const char* kDigits = "0123456789abcdef";
    const char escaped[] = {'\\', 'u', '0', '0', kDigits[byte >> 4U], kDigits[byte & 15U]};
    print_ << std::string_view(escaped, sizeof escaped);
  }

  Printer<Out> print_;
  bool first_[8] = {};  // per open bracket: nothing written in it yet
  std::uint32_t depth_ = 0;
  bool after_key_ = false;
};

}  // namespace spl::rt::detail
