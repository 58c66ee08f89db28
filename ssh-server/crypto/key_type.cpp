// See key_type.hpp. RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1 (ECDSA), RFC 8709 section 4
// (Ed25519), RFC 8332 (RSA with SHA-2), OpenSSH's PROTOCOL.u2f (security keys).
//
// Invariant: an ECDSA key that was read is a point of its curve; an RSA key that was read has 2048
// to 16384 bits. ssh-rsa is a type of keys here, and no signature algorithm.
#include "crypto/key_type.hpp"

#include <algorithm>

#include "wire/writer.hpp"

namespace ssh::crypto {
namespace {

constexpr std::array<KeyType, 7> kKeyTypes{{
    {"ssh-ed25519", KeyKind::ed25519, false, nullptr, nullptr, 32},
    {"sk-ssh-ed25519@openssh.com", KeyKind::ed25519, true, nullptr, nullptr, 32},
    {"ecdsa-sha2-nistp256", KeyKind::ecdsa, false, "nistp256", "P-256", 32},
    {"ecdsa-sha2-nistp384", KeyKind::ecdsa, false, "nistp384", "P-384", 48},
    {"ecdsa-sha2-nistp521", KeyKind::ecdsa, false, "nistp521", "P-521", 66},
    {"sk-ecdsa-sha2-nistp256@openssh.com", KeyKind::ecdsa, true, "nistp256", "P-256", 32},
    {"ssh-rsa", KeyKind::rsa, false, nullptr, nullptr, 0},
}};

// In the order of preference. RFC 5656 section 6.2.1 ties the digest to the curve.
constexpr std::array<SignatureAlgorithm, 8> kAlgorithms{{
    {"ssh-ed25519", "ssh-ed25519", Digest::sha512},
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", Digest::sha512},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", Digest::sha256},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", Digest::sha384},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", Digest::sha512},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", Digest::sha256},
    {"rsa-sha2-512", "ssh-rsa", Digest::sha512},
    {"rsa-sha2-256", "ssh-rsa", Digest::sha256},
}};

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 16384;
// The exponents that people use have 17 bits; a large one only costs us time.
constexpr int kMaxExponentBits = 64;

template <typename Table>
const typename Table::value_type* find(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  return found != table.end() ? &*found : nullptr;
}

Result<Pkey> read_ed25519(wire::Reader& fields) {
  const ByteView point = fields.string();
  if (!fields.ok() || point.size() != 32) {
    return failure("ed25519 key: not 32 bytes");
  }
  return Pkey(made(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, point.data(), point.size())));
}

Result<Pkey> read_ecdsa(const KeyType& type, wire::Reader& fields) {
  const std::string_view curve = fields.text();
  const ByteView point = fields.string();
  if (!fields.ok() || curve != type.curve) {
    return failure("ecdsa key: not of the curve that its type names");
  }
  // RFC 5656 section 3.1: compression MAY be used; nobody does.
  if (point.size() != 1 + 2 * type.field || point[0] != 4) {
    return failure("ecdsa key: no uncompressed point");
  }
  Pkey key = KeyParams()
                 .text(OSSL_PKEY_PARAM_GROUP_NAME, type.group)
                 .octets(OSSL_PKEY_PARAM_PUB_KEY, point)
                 .key("EC", EVP_PKEY_PUBLIC_KEY);
  if (key == nullptr) {
    return failure("ecdsa key: not a point of its curve");
  }
  return key;
}

}  // namespace

const KeyType* find_key_type(std::string_view name) {
  return find(kKeyTypes, name);
}

const SignatureAlgorithm* find_signature_algorithm(std::string_view name) {
  return find(kAlgorithms, name);
}

std::vector<std::string_view> signature_algorithm_names() {
  std::vector<std::string_view> names;
  for (const SignatureAlgorithm& algorithm : kAlgorithms) {
    names.push_back(algorithm.name);
  }
  return names;
}

std::vector<std::string_view> algorithms_of(std::string_view key_type) {
  std::vector<std::string_view> names;
  for (const SignatureAlgorithm& algorithm : kAlgorithms) {
    if (algorithm.key_type == key_type) {
      names.push_back(algorithm.name);
    }
  }
  return names;
}

Result<void> check_rsa(const BIGNUM* n, const BIGNUM* e) {
  const int bits = BN_num_bits(n);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return failure("rsa key: " + std::to_string(bits) + " bits, not 2048 to 16384");
  }
  if (BN_is_odd(n) == 0 || BN_is_odd(e) == 0 || BN_is_one(e) == 1 ||
      BN_num_bits(e) > kMaxExponentBits) {
    return failure("rsa key: a modulus or an exponent that no key has");
  }
  return {};
}

Result<Pkey> rsa_public_key(ByteView n, ByteView e) {
  // Before a number of any size is made of it.
  if (n.size() > kMaxRsaBits / 8 || e.size() > kMaxRsaBits / 8) {
    return failure("rsa key: more than 16384 bits");
  }
  const Number modulus = number(n);
  const Number exponent = number(e);
  if (auto fits = check_rsa(modulus.get(), exponent.get()); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  Pkey key = KeyParams()
                 .number(OSSL_PKEY_PARAM_RSA_N, modulus.get())
                 .number(OSSL_PKEY_PARAM_RSA_E, exponent.get())
                 .key("RSA", EVP_PKEY_PUBLIC_KEY);
  if (key == nullptr) {
    return failure("rsa key: libcrypto refuses it");
  }
  return key;
}

Result<Pkey> read_public_fields(const KeyType& type, wire::Reader& fields) {
  switch (type.kind) {
    case KeyKind::ed25519:
      return read_ed25519(fields);
    case KeyKind::ecdsa:
      return read_ecdsa(type, fields);
    case KeyKind::rsa:
      break;
  }
  const ByteView e = fields.mpint();
  const ByteView n = fields.mpint();
  if (!fields.ok()) {
    return failure("rsa key: cut short");
  }
  return rsa_public_key(n, e);
}

Bytes public_blob(const KeyType& type, const EVP_PKEY* key) {
  Bytes blob;
  wire::Writer writer(blob);
  writer.string(type.name);
  switch (type.kind) {
    case KeyKind::ed25519:
      writer.string(raw_public_key(key));
      break;
    case KeyKind::ecdsa:
      writer.string(type.curve).string(encoded_public_key(key));
      break;
    case KeyKind::rsa:
      writer.mpint(magnitude(number_of(key, OSSL_PKEY_PARAM_RSA_E).get()));
      writer.mpint(magnitude(number_of(key, OSSL_PKEY_PARAM_RSA_N).get()));
      break;
  }
  return blob;
}

}  // namespace ssh::crypto
