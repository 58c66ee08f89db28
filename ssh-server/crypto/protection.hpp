// The ciphers and MACs by name.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ssh/crypto.hpp"

namespace ssh::crypto {

std::vector<std::string_view> cipher_names();
std::vector<std::string_view> mac_names();
bool is_aead(std::string_view cipher);
std::optional<ProtectionSizes> protection_sizes(std::string_view cipher, std::string_view mac);

/// Copied by libcrypto, not kept.
struct ProtectionKeys {
  ByteView key;
  ByteView iv;
  ByteView mac_key;
};
std::unique_ptr<PacketProtection> protect(std::string_view cipher, std::string_view mac,
                                          const ProtectionKeys& keys, bool sealing);

// One file each. The names are libcrypto's: AES-128-GCM, AES-128-CTR, SHA2-256.
std::unique_ptr<PacketProtection> make_chacha20_poly1305(ByteView key);
std::unique_ptr<PacketProtection> make_aes_gcm(const char* cipher, const ProtectionKeys& keys,
                                               bool sealing);
std::unique_ptr<PacketProtection> make_aes_ctr_hmac(const char* cipher, const char* digest,
                                                    bool encrypt_then_mac,
                                                    const ProtectionKeys& keys, bool sealing);

inline std::uint32_t big_endian_u32(ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}
inline void put_big_endian_u32(std::uint32_t value, std::uint8_t* to) {
  for (int i = 3; i >= 0; --i, value >>= 8) {
    to[i] = static_cast<std::uint8_t>(value);
  }
}

}  // namespace ssh::crypto
