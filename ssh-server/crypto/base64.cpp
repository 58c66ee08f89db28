// See base64.hpp.
#include "crypto/base64.hpp"

namespace ssh::crypto {
namespace {

bool in_alphabet(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

}  // namespace

std::string base64(ByteView bytes) {
  // libcrypto adds a zero byte.
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(text.data()), bytes.data(), int_size(bytes));
  text.pop_back();
  return text;
}

std::optional<Secret> from_base64(std::string_view text) {
  Secret digits(text.size());
  std::size_t count = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      continue;
    }
    if (c == '=') {
      ++padding;
    } else if (padding != 0 || !in_alphabet(c)) {
      return std::nullopt;
    }
    digits.bytes[count++] = static_cast<std::uint8_t>(c);
  }
  if (count == 0 || count % 4 != 0 || padding > 2) {
    return std::nullopt;
  }
  // Padding becomes zero bytes, which go.
  Secret decoded(count / 4 * 3);
  if (EVP_DecodeBlock(decoded.bytes.data(), digits.bytes.data(), static_cast<int>(count)) < 0) {
    return std::nullopt;
  }
  decoded.bytes.resize(decoded.bytes.size() - padding);
  return decoded;
}

}  // namespace ssh::crypto
