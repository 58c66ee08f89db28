// The table of key exchange methods. RFC 8731, RFC 5656 section 6.3, RFC 4419, RFC 8268.
#include "crypto/key_exchange.hpp"

#include <array>

namespace ssh::crypto {
namespace {

enum class Kind { x25519, ecdh, group_exchange, dh };

struct Method {
  std::string_view name;
  Kind kind;
  const char* libcrypto_name;
  Digest digest;
};
// In the order of preference.
constexpr std::array<Method, 9> kMethods{{
    {"curve25519-sha256", Kind::x25519, nullptr, Digest::sha256},
    {"curve25519-sha256@libssh.org", Kind::x25519, nullptr, Digest::sha256},
    {"ecdh-sha2-nistp256", Kind::ecdh, "P-256", Digest::sha256},
    {"ecdh-sha2-nistp384", Kind::ecdh, "P-384", Digest::sha384},
    {"ecdh-sha2-nistp521", Kind::ecdh, "P-521", Digest::sha512},
    {"diffie-hellman-group-exchange-sha256", Kind::group_exchange, nullptr, Digest::sha256},
    {"diffie-hellman-group16-sha512", Kind::dh, "modp_4096", Digest::sha512},
    {"diffie-hellman-group18-sha512", Kind::dh, "modp_8192", Digest::sha512},
    {"diffie-hellman-group14-sha256", Kind::dh, "modp_2048", Digest::sha256},
}};

const Method* find(std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) {
      return &method;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<std::string_view> exchange_names() {
  std::vector<std::string_view> names;
  for (const Method& method : kMethods) {
    names.push_back(method.name);
  }
  return names;
}

std::optional<Digest> exchange_digest(std::string_view method) {
  const Method* found = find(method);
  return found != nullptr ? std::optional(found->digest) : std::nullopt;
}

std::unique_ptr<KeyAgreement> key_agreement(std::string_view method) {
  const Method* found = find(method);
  if (found == nullptr) {
    return nullptr;
  }
  switch (found->kind) {
    case Kind::x25519:
      return make_x25519();
    case Kind::ecdh:
      return make_ecdh(found->libcrypto_name);
    case Kind::dh:
      return make_dh(found->libcrypto_name);
    case Kind::group_exchange:
      break;
  }
  return nullptr;
}

}  // namespace ssh::crypto
