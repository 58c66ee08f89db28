// The types of keys, and their public halves as the wire has them.
#pragma once

#include <array>
#include <string_view>

#include "crypto/openssl.hpp"
#include "wire/reader.hpp"

namespace ssh::crypto {

enum class KeyKind { ed25519, ecdsa, rsa };

struct KeyType {
  std::string_view name;
  KeyKind kind;
  /// PROTOCOL.u2f: held by a security key, which signs something around the data.
  bool security_key;
  /// For ecdsa: its curve's name on the wire and in libcrypto, and the size of its numbers.
  const char* curve;
  const char* group;
  std::size_t field;
};
/// Null: not one that we know.
const KeyType* find_key_type(std::string_view name);

/// A signature algorithm: what key it takes and, except for ed25519, which digest.
struct SignatureAlgorithm {
  std::string_view name;
  std::string_view key_type;
  Digest digest;
};
const SignatureAlgorithm* find_signature_algorithm(std::string_view name);
std::vector<std::string_view> signature_algorithm_names();
/// Those that a key of that type can serve, best first.
std::vector<std::string_view> algorithms_of(std::string_view key_type);

/// Reads a public key's fields behind its type's name, but not what security keys have beside.
Result<Pkey> read_public_fields(const KeyType& type, wire::Reader& fields);
/// From numbers read elsewhere. RSA of less than 2048 bits and exponents that make no sense are
/// refused.
Result<Pkey> rsa_public_key(ByteView n, ByteView e);
Result<void> check_rsa(const BIGNUM* n, const BIGNUM* e);
Bytes public_blob(const KeyType& type, const EVP_PKEY* key);

}  // namespace ssh::crypto
