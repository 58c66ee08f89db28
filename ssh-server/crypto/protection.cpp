// The tables of ciphers and MACs, and what is made of a name. RFC 4344 section 4, RFC 6668,
// OpenSSH's PROTOCOL sections 1.5 and 1.6, PROTOCOL.chacha20poly1305.
#include "crypto/protection.hpp"

#include <array>

namespace ssh::crypto {
namespace {

enum class Kind { chacha20_poly1305, gcm, ctr };

struct CipherEntry {
  std::string_view name;
  Kind kind;
  const char* libcrypto_name;
  std::size_t key;
  std::size_t iv;
};
// In the order of preference: AEADs first.
constexpr std::array<CipherEntry, 6> kCiphers{{
    {"chacha20-poly1305@openssh.com", Kind::chacha20_poly1305, nullptr, 64, 0},
    {"aes128-gcm@openssh.com", Kind::gcm, "AES-128-GCM", 16, 12},
    {"aes256-gcm@openssh.com", Kind::gcm, "AES-256-GCM", 32, 12},
    {"aes128-ctr", Kind::ctr, "AES-128-CTR", 16, 16},
    {"aes192-ctr", Kind::ctr, "AES-192-CTR", 24, 16},
    {"aes256-ctr", Kind::ctr, "AES-256-CTR", 32, 16},
}};

struct MacEntry {
  std::string_view name;
  const char* digest;
  std::size_t key;
  bool encrypt_then_mac;
};
constexpr std::array<MacEntry, 4> kMacs{{
    {"hmac-sha2-256-etm@openssh.com", "SHA2-256", 32, true},
    {"hmac-sha2-512-etm@openssh.com", "SHA2-512", 64, true},
    {"hmac-sha2-256", "SHA2-256", 32, false},
    {"hmac-sha2-512", "SHA2-512", 64, false},
}};

template <typename Table>
const typename Table::value_type* find(const Table& table, std::string_view name) {
  for (const auto& entry : table) {
    if (entry.name == name) {
      return &entry;
    }
  }
  return nullptr;
}

template <typename Table>
std::vector<std::string_view> names(const Table& table) {
  std::vector<std::string_view> all;
  for (const auto& entry : table) {
    all.push_back(entry.name);
  }
  return all;
}

}  // namespace

std::vector<std::string_view> cipher_names() {
  return names(kCiphers);
}

std::vector<std::string_view> mac_names() {
  return names(kMacs);
}

bool is_aead(std::string_view cipher) {
  const CipherEntry* entry = find(kCiphers, cipher);
  return entry != nullptr && entry->kind != Kind::ctr;
}

std::optional<ProtectionSizes> protection_sizes(std::string_view cipher, std::string_view mac) {
  const CipherEntry* entry = find(kCiphers, cipher);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (entry->kind != Kind::ctr) {
    return ProtectionSizes{entry->key, entry->iv, 0};
  }
  const MacEntry* beside = find(kMacs, mac);
  if (beside == nullptr) {
    return std::nullopt;
  }
  return ProtectionSizes{entry->key, entry->iv, beside->key};
}

std::unique_ptr<PacketProtection> protect(std::string_view cipher, std::string_view mac,
                                          const ProtectionKeys& keys, bool sealing) {
  const auto sizes = protection_sizes(cipher, mac);
  if (!sizes || keys.key.size() != sizes->key || keys.iv.size() != sizes->iv ||
      keys.mac_key.size() != sizes->mac_key) {
    return nullptr;
  }
  const CipherEntry& entry = *find(kCiphers, cipher);
  switch (entry.kind) {
    case Kind::chacha20_poly1305:
      return make_chacha20_poly1305(keys.key);
    case Kind::gcm:
      return make_aes_gcm(entry.libcrypto_name, keys, sealing);
    case Kind::ctr:
      break;
  }
  const MacEntry& beside = *find(kMacs, mac);
  return make_aes_ctr_hmac(entry.libcrypto_name, beside.digest, beside.encrypt_then_mac, keys,
                           sealing);
}

}  // namespace ssh::crypto
