// AES in counter mode (RFC 4344 section 4) beside HMAC with SHA-2 (RFC 6668), in two orders:
// encrypt-and-MAC (RFC 4253 section 6.4: the tag is over the plain packet, the length is
// encrypted) and encrypt-then-MAC (OpenSSH's PROTOCOL section 1.5: the tag is over the encrypted
// packet, the length is plain).
//
// Invariant: the counter runs on from packet to packet, so every byte of the stream is used once:
// open_length() decrypts the first block where it lies, and open() goes on behind it.
#include <array>

#include "crypto/openssl.hpp"
#include "crypto/protection.hpp"

namespace ssh::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kLength = 4;
constexpr std::size_t kMaxTag = EVP_MAX_MD_SIZE;

class AesCtrHmac final : public PacketProtection {
 public:
  AesCtrHmac(const char* cipher_name, const char* digest, bool encrypt_then_mac,
             const ProtectionKeys& keys, bool sealing) {
    block_size = kBlock;
    // RFC 6668 section 2: keys are as long as tags.
    tag_size = keys.mac_key.size();
    length_apart = encrypt_then_mac;
    const Cipher cipher(made(EVP_CIPHER_fetch(nullptr, cipher_name, nullptr)));
    cipher_.reset(made(EVP_CIPHER_CTX_new()));
    must(EVP_CipherInit_ex2(cipher_.get(), cipher.get(), keys.key.data(), keys.iv.data(),
                            sealing ? 1 : 0, nullptr),
         "AES-CTR's key");
    const Mac mac(made(EVP_MAC_fetch(nullptr, "HMAC", nullptr)));
    mac_.reset(made(EVP_MAC_CTX_new(mac.get())));
    const std::array<OSSL_PARAM, 2> params{text_param(OSSL_MAC_PARAM_DIGEST, digest),
                                           OSSL_PARAM_construct_end()};
    must(EVP_MAC_init(mac_.get(), keys.mac_key.data(), keys.mac_key.size(), params.data()),
         "HMAC's key");
  }

  void seal(std::uint32_t sequence, MutableBytes packet, MutableBytes tag) override {
    if (length_apart) {
      run(packet.subspan(kLength));
      mac(sequence, packet, tag.data());
    } else {
      mac(sequence, packet, tag.data());
      run(packet);
    }
  }

  std::uint32_t open_length(std::uint32_t /*sequence*/, MutableBytes first) override {
    if (!length_apart) {
      run(first.first(kBlock));
    }
    return big_endian_u32(first);
  }

  bool open(std::uint32_t sequence, MutableBytes packet, ByteView tag) override {
    if (packet.size() < length_bytes() || tag.size() != tag_size) {
      return false;
    }
    if (!length_apart) {
      run(packet.subspan(kBlock));
    }
    std::array<std::uint8_t, kMaxTag> ours;
    mac(sequence, packet, ours.data());
    if (!equal_in_constant_time(ByteView(ours).first(tag_size), tag)) {
      return false;
    }
    if (length_apart) {
      run(packet.subspan(kLength));
    }
    return true;
  }

 private:
  void run(MutableBytes part) {
    int written = 0;
    must(EVP_CipherUpdate(cipher_.get(), part.data(), &written, part.data(), int_size(part)),
         "AES-CTR");
  }

  // RFC 4253 section 6.4: the sequence number goes before the packet.
  void mac(std::uint32_t sequence, ByteView packet, std::uint8_t* tag) {
    std::array<std::uint8_t, 4> number;
    put_big_endian_u32(sequence, number.data());
    std::size_t size = 0;
    // Without a key: the one it has.
    must(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr), "HMAC");
    must(EVP_MAC_update(mac_.get(), number.data(), number.size()), "HMAC");
    must(EVP_MAC_update(mac_.get(), packet.data(), packet.size()), "HMAC");
    must(EVP_MAC_final(mac_.get(), tag, &size, tag_size), "HMAC's tag");
  }

  CipherCtx cipher_;
  MacCtx mac_;
};

}  // namespace

std::unique_ptr<PacketProtection> make_aes_ctr_hmac(const char* cipher, const char* digest,
                                                    bool encrypt_then_mac,
                                                    const ProtectionKeys& keys, bool sealing) {
  return std::make_unique<AesCtrHmac>(cipher, digest, encrypt_then_mac, keys, sealing);
}

}  // namespace ssh::crypto
