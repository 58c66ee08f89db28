// Key agreement on curves: X25519 (RFC 8731) and NIST's (RFC 5656 section 4).
//
// Invariant: what the peer sends becomes a key only if it is a point of the curve, and K is never
// the zeros that a point of low order leads to. The curves of RFC 5656 here have cofactor 1, so a
// point on the curve that is not at infinity needs no further check (SEC 1 section 3.2.3.1).
#include <algorithm>
#include <array>

#include "crypto/key_exchange.hpp"
#include "crypto/openssl.hpp"

namespace ssh::crypto {
namespace {

Result<Bytes> derive(EVP_PKEY* ours, EVP_PKEY* theirs) {
  const PkeyCtx context(made(EVP_PKEY_CTX_new_from_pkey(nullptr, ours, nullptr)));
  must(EVP_PKEY_derive_init(context.get()), "derive");
  std::size_t size = 0;
  // 0: the peer's key was checked when it was read.
  if (EVP_PKEY_derive_set_peer_ex(context.get(), theirs, 0) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &size) != 1) {
    return failure("key exchange: the peer's public value does not fit");
  }
  Secret secret(size);
  if (EVP_PKEY_derive(context.get(), secret.bytes.data(), &size) != 1 ||
      size != secret.bytes.size()) {
    return failure("key exchange: the peer's public value leads to no secret");
  }
  return std::move(secret.bytes);
}

class X25519 final : public KeyAgreement {
 public:
  explicit X25519(EVP_PKEY* key) : key_(made(key)) {
    std::size_t size = public_.size();
    must(EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size), "X25519's public key");
  }

  ByteView public_value() const override { return public_; }

  Result<Bytes> shared_secret(ByteView peer) override {
    const ForgetErrors forget;
    // RFC 8731 section 3: of any other length: abort.
    if (peer.size() != kSize) {
      return failure("key exchange: an X25519 public value has 32 bytes");
    }
    const Pkey theirs(
        made(EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, peer.data(), peer.size())));
    Result<Bytes> secret = derive(key_.get(), theirs.get());
    // Section 3: so is a secret of all zeros. libcrypto refuses it; this does not depend on it.
    static constexpr std::array<std::uint8_t, kSize> kZeros{};
    if (secret && equal_in_constant_time(*secret, kZeros)) {
      return failure("key exchange: the peer's public value leads to no secret");
    }
    return secret;
  }

 private:
  static constexpr std::size_t kSize = 32;
  Pkey key_;
  std::array<std::uint8_t, kSize> public_{};
};

class Ecdh final : public KeyAgreement {
 public:
  explicit Ecdh(const char* curve)
      : key_(made(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve))),
        public_(encoded_public_key(key_.get())) {}

  ByteView public_value() const override { return public_; }

  Result<Bytes> shared_secret(ByteView peer) override {
    const ForgetErrors forget;
    // RFC 5656 section 4 lets us refuse compressed points; the point at infinity is one byte.
    if (peer.size() != public_.size() || peer[0] != kUncompressed) {
      return failure("key exchange: the peer's public value is no uncompressed point");
    }
    const Pkey theirs(made(EVP_PKEY_new()));
    must(EVP_PKEY_copy_parameters(theirs.get(), key_.get()), "a curve");
    if (EVP_PKEY_set1_encoded_public_key(theirs.get(), peer.data(), peer.size()) != 1) {
      return failure("key exchange: the peer's public value is not on the curve");
    }
    return derive(key_.get(), theirs.get());
  }

 private:
  static constexpr std::uint8_t kUncompressed = 4;
  Pkey key_;
  Bytes public_;
};

}  // namespace

std::unique_ptr<KeyAgreement> make_x25519() {
  return std::make_unique<X25519>(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
}

std::unique_ptr<KeyAgreement> make_x25519(ByteView secret) {
  return std::make_unique<X25519>(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr, secret.data(), secret.size()));
}

std::unique_ptr<KeyAgreement> make_ecdh(const char* curve) {
  return std::make_unique<Ecdh>(curve);
}

}  // namespace ssh::crypto
