// The provider: every interface of ssh/crypto.hpp, each from its own file.
#include <openssl/rand.h>

#include "crypto/digest.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/key_type.hpp"
#include "crypto/openssl.hpp"
#include "crypto/protection.hpp"
#include "crypto/verify.hpp"
#include "crypto/zlib.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh {
namespace {

class LibcryptoRandom final : public Random {
 public:
  void fill(MutableBytes bytes) override {
    // What this is asked for may become public (cookies, padding) or stay secret; the generator
    // for secrets gives nothing away about itself through either.
    crypto::must(RAND_priv_bytes(bytes.data(), crypto::int_size(bytes)), "randomness");
  }
};

class LibcryptoProvider final : public CryptoProvider {
 public:
  std::vector<std::string_view> key_exchange_methods() const override {
    return crypto::exchange_names();
  }
  std::vector<std::string_view> ciphers() const override { return crypto::cipher_names(); }
  std::vector<std::string_view> macs() const override { return crypto::mac_names(); }
  std::vector<std::string_view> signature_algorithms() const override {
    return crypto::signature_algorithm_names();
  }

  Random& random() const override { return random_; }

  bool is_aead(std::string_view cipher) const override { return crypto::is_aead(cipher); }
  std::optional<ProtectionSizes> protection_sizes(std::string_view cipher,
                                                  std::string_view mac) const override {
    return crypto::protection_sizes(cipher, mac);
  }
  std::unique_ptr<PacketProtection> protect(std::string_view cipher, std::string_view mac,
                                            ByteView key, ByteView iv, ByteView mac_key,
                                            bool sealing) const override {
    return crypto::protect(cipher, mac, {key, iv, mac_key}, sealing);
  }

  std::optional<Digest> exchange_digest(std::string_view method) const override {
    return crypto::exchange_digest(method);
  }
  std::unique_ptr<KeyAgreement> key_agreement(std::string_view method) const override {
    return crypto::key_agreement(method);
  }
  std::optional<DhGroup> choose_group(std::uint32_t min, std::uint32_t n,
                                      std::uint32_t max) const override {
    return crypto::choose_group(min, n, max);
  }
  std::unique_ptr<KeyAgreement> key_agreement(const DhGroup& group) const override {
    return crypto::make_dh(group);
  }

  Bytes digest(Digest which, std::initializer_list<ByteView> parts) const override {
    return crypto::digest(which, parts);
  }
  Result<Signed> verify(std::string_view algorithm, ByteView public_blob, ByteView data,
                        ByteView signature) const override {
    return crypto::verify(algorithm, public_blob, data, signature);
  }

  std::unique_ptr<Compressor> compressor() const override { return crypto::make_compressor(); }
  std::unique_ptr<Decompressor> decompressor() const override {
    return crypto::make_decompressor();
  }

 private:
  // It has no state of its own; libcrypto's generator is one per thread.
  mutable LibcryptoRandom random_;
};

}  // namespace

const CryptoProvider& libcrypto_provider() {
  static const LibcryptoProvider provider;
  return provider;
}

}  // namespace ssh
