// The key exchange methods by name.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ssh/crypto.hpp"

namespace ssh::crypto {

std::vector<std::string_view> exchange_names();
std::optional<Digest> exchange_digest(std::string_view method);
std::unique_ptr<KeyAgreement> key_agreement(std::string_view method);

// One file each. The names are libcrypto's: P-256, modp_4096.
/// With that private key: for published test vectors.
std::unique_ptr<KeyAgreement> make_x25519(ByteView secret);
std::unique_ptr<KeyAgreement> make_x25519();
std::unique_ptr<KeyAgreement> make_ecdh(const char* curve);
std::unique_ptr<KeyAgreement> make_dh(const char* group);
std::unique_ptr<KeyAgreement> make_dh(const DhGroup& group);
std::optional<DhGroup> choose_group(std::uint32_t min, std::uint32_t n, std::uint32_t max);

}  // namespace ssh::crypto
