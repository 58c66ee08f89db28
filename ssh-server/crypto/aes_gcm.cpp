// aes128-gcm@openssh.com and aes256-gcm@openssh.com: RFC 5647 section 7, negotiated as OpenSSH's
// PROTOCOL section 1.6 says.
//
// The length is not encrypted but part of what the tag is over. Invariant: no nonce is used twice
// with a key; its last 8 bytes count the packets and go up with each one that is tried.
#include <algorithm>
#include <array>

#include "crypto/openssl.hpp"
#include "crypto/protection.hpp"

namespace ssh::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kLength = 4;
constexpr std::size_t kIv = 12;
constexpr std::size_t kFixed = 4;
constexpr std::size_t kTag = 16;

class AesGcm final : public PacketProtection {
 public:
  AesGcm(const char* name, const ProtectionKeys& keys, bool sealing) {
    block_size = kBlock;
    tag_size = kTag;
    length_apart = true;
    std::copy(keys.iv.begin(), keys.iv.end(), iv_.begin());
    const Cipher cipher(made(EVP_CIPHER_fetch(nullptr, name, nullptr)));
    context_.reset(made(EVP_CIPHER_CTX_new()));
    must(EVP_CipherInit_ex2(context_.get(), cipher.get(), keys.key.data(), nullptr, sealing ? 1 : 0,
                            nullptr),
         "AES-GCM's key");
  }
  ~AesGcm() override { wipe(iv_); }
  AesGcm(const AesGcm&) = delete;
  AesGcm& operator=(const AesGcm&) = delete;

  void seal(std::uint32_t /*sequence*/, MutableBytes packet, MutableBytes tag) override {
    run(packet);
    must(finish(), "AES-GCM");
    const std::array<OSSL_PARAM, 2> params = tag_params(tag.data());
    must(EVP_CIPHER_CTX_get_params(context_.get(), const_cast<OSSL_PARAM*>(params.data())),
         "AES-GCM's tag");
  }

  std::uint32_t open_length(std::uint32_t /*sequence*/, MutableBytes first) override {
    return big_endian_u32(first);
  }

  bool open(std::uint32_t /*sequence*/, MutableBytes packet, ByteView tag) override {
    if (packet.size() < kLength || tag.size() != kTag) {
      return false;
    }
    run(packet);
    // libcrypto only reads it, and compares in constant time.
    const auto params = tag_params(const_cast<std::uint8_t*>(tag.data()));
    must(EVP_CIPHER_CTX_set_params(context_.get(), params.data()), "AES-GCM's tag");
    return finish() == 1;
  }

 private:
  static std::array<OSSL_PARAM, 2> tag_params(std::uint8_t* tag) {
    return {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, kTag),
            OSSL_PARAM_construct_end()};
  }

  void run(MutableBytes packet) {
    must(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, iv_.data(), -1, nullptr),
         "AES-GCM's nonce");
    count();
    int written = 0;
    must(EVP_CipherUpdate(context_.get(), nullptr, &written, packet.data(), kLength), "AES-GCM");
    const MutableBytes inner = packet.subspan(kLength);
    must(EVP_CipherUpdate(context_.get(), inner.data(), &written, inner.data(), int_size(inner)),
         "AES-GCM");
  }

  int finish() {
    std::array<std::uint8_t, kBlock> nothing;
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), nothing.data(), &written);
  }

  // RFC 5647 section 7.1: the invocation counter, modulo 2^64.
  void count() {
    for (std::size_t i = kIv; i-- > kFixed;) {
      if (++iv_[i] != 0) {
        break;
      }
    }
  }

  CipherCtx context_;
  std::array<std::uint8_t, kIv> iv_{};
};

}  // namespace

std::unique_ptr<PacketProtection> make_aes_gcm(const char* cipher, const ProtectionKeys& keys,
                                               bool sealing) {
  return std::make_unique<AesGcm>(cipher, keys, sealing);
}

}  // namespace ssh::crypto
