// Checks signatures by public keys that a stranger chose. RFC 8709 section 6, RFC 5656 section
// 3.1.2, RFC 8332 section 3, OpenSSH's PROTOCOL.u2f.
//
// Invariant: blobs are read to their last byte, and the algorithm is the same in all places that
// name it: a signature cannot be passed off as one of another algorithm.
#include "crypto/verify.hpp"

#include <openssl/ec.h>

#include <optional>

#include "crypto/digest.hpp"
#include "crypto/key_type.hpp"
#include "wire/writer.hpp"

namespace ssh::crypto {
namespace {

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release<&ECDSA_SIG_free>>;

constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;

struct PublicKey {
  Pkey key;
  // Of a security key: what it was made for, usually "ssh:".
  ByteView application;
};

struct Signature {
  ByteView raw;
  // Of a security key.
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;
};

Result<PublicKey> read_key(const KeyType& type, ByteView blob) {
  wire::Reader reader(blob);
  if (reader.text() != type.name) {
    return failure("the key is not of the signature's type");
  }
  Result<Pkey> key = read_public_fields(type, reader);
  if (!key) {
    return tl::unexpected(std::move(key.error()));
  }
  const ByteView application = type.security_key ? reader.string() : ByteView();
  if (!reader.done()) {
    return failure("a public key that is cut short or too long");
  }
  return PublicKey{std::move(*key), application};
}

Result<Signature> read_signature(const SignatureAlgorithm& algorithm, bool security_key,
                                 ByteView blob) {
  wire::Reader reader(blob);
  if (reader.text() != algorithm.name) {
    return failure("the signature is not of the algorithm that was named");
  }
  Signature signature;
  signature.raw = reader.string();
  if (security_key) {
    signature.flags = reader.u8();
    signature.counter = reader.u32();
  }
  if (!reader.done()) {
    return failure("a signature that is cut short or too long");
  }
  return signature;
}

// RFC 5656 section 3.1.2 has two mpints; libcrypto wants ASN.1.
Result<Bytes> ecdsa_der(const KeyType& type, ByteView raw) {
  wire::Reader reader(raw);
  const ByteView r = reader.mpint();
  const ByteView s = reader.mpint();
  if (!reader.done() || r.size() > type.field || s.size() > type.field) {
    return failure("an ecdsa signature that is not two numbers of its curve");
  }
  const EcdsaSignature both(made(ECDSA_SIG_new()));
  must(ECDSA_SIG_set0(both.get(), number(r).release(), number(s).release()), "r and s");
  const int size = i2d_ECDSA_SIG(both.get(), nullptr);
  must(size > 0, "an ecdsa signature");
  Bytes der(static_cast<std::size_t>(size));
  std::uint8_t* at = der.data();
  i2d_ECDSA_SIG(both.get(), &at);
  return der;
}

// The signature as libcrypto wants it.
Result<Bytes> libcrypto_form(const KeyType& type, const EVP_PKEY* key, ByteView raw) {
  switch (type.kind) {
    case KeyKind::ed25519:
      if (raw.size() != 64) {
        return failure("an ed25519 signature that has not 64 bytes");
      }
      return to_bytes(raw);
    case KeyKind::ecdsa:
      return ecdsa_der(type, raw);
    case KeyKind::rsa:
      break;
  }
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  if (raw.size() > size) {
    return failure("an rsa signature that is longer than its key");
  }
  // RFC 8332 section 3: some leave out leading zeros.
  Bytes padded(size - raw.size());
  append(padded, raw);
  return padded;
}

// PROTOCOL.u2f: what a security key signs.
Bytes security_key_data(const PublicKey& key, const Signature& signature, ByteView data) {
  Bytes around = digest(Digest::sha256, {key.application});
  wire::Writer(around)
      .u8(signature.flags)
      .u32(signature.counter)
      .raw(digest(Digest::sha256, {data}));
  return around;
}

bool valid(const SignatureAlgorithm& algorithm, const KeyType& type, EVP_PKEY* key, ByteView raw,
           ByteView data) {
  const char* digest = type.kind == KeyKind::ed25519 ? nullptr : digest_name(algorithm.digest);
  const MdCtx context(made(EVP_MD_CTX_new()));
  return EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) ==
             1 &&
         EVP_DigestVerify(context.get(), raw.data(), raw.size(), data.data(), data.size()) == 1;
}

}  // namespace

Result<CryptoProvider::Signed> verify(std::string_view algorithm_name, ByteView public_blob,
                                      ByteView data, ByteView signature_blob) {
  const ForgetErrors forget;
  const SignatureAlgorithm* algorithm = find_signature_algorithm(algorithm_name);
  if (algorithm == nullptr) {
    return failure("an unknown signature algorithm");
  }
  const KeyType& type = *find_key_type(algorithm->key_type);
  const Result<PublicKey> key = read_key(type, public_blob);
  if (!key) {
    return tl::unexpected(key.error());
  }
  const Result<Signature> signature = read_signature(*algorithm, type.security_key, signature_blob);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  const Result<Bytes> raw = libcrypto_form(type, key->key.get(), signature->raw);
  if (!raw) {
    return tl::unexpected(raw.error());
  }
  CryptoProvider::Signed result;
  if (type.security_key) {
    const Bytes around = security_key_data(*key, *signature, data);
    result.valid = valid(*algorithm, type, key->key.get(), *raw, around);
    result.user_present = (signature->flags & kUserPresent) != 0;
    result.user_verified = (signature->flags & kUserVerified) != 0;
  } else {
    result.valid = valid(*algorithm, type, key->key.get(), *raw, data);
  }
  return result;
}

}  // namespace ssh::crypto
