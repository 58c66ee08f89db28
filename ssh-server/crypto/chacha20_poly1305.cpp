// chacha20-poly1305@openssh.com: OpenSSH's PROTOCOL.chacha20poly1305.
//
// Two keys of ChaCha20: K_2, the first half, for the packet, K_1, the second half, for its length.
// The nonce is the packet's sequence number. The first block of K_2's stream is the key of
// Poly1305, the packet begins with the second; so one run of the stream serves both.
//
// Invariant: the tag is over the length as it was received. open_length() therefore leaves it as it
// is, and remembers what it says for open().
#include <algorithm>
#include <array>

#include "crypto/openssl.hpp"
#include "crypto/protection.hpp"

namespace ssh::crypto {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLength = 4;
constexpr std::size_t kTag = 16;

using Tag = std::array<std::uint8_t, kTag>;
using Iv = std::array<std::uint8_t, 16>;

// libcrypto's IV of ChaCha20: the number of the block, little-endian, then the nonce.
Iv iv_of(std::uint32_t sequence) {
  Iv iv{};
  put_big_endian_u32(sequence, iv.data() + 12);
  return iv;
}

CipherCtx chacha20(const EVP_CIPHER* cipher, ByteView key) {
  CipherCtx context(made(EVP_CIPHER_CTX_new()));
  must(EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr), "ChaCha20's key");
  return context;
}

void start(const CipherCtx& context, const Iv& iv) {
  must(EVP_EncryptInit_ex2(context.get(), nullptr, nullptr, iv.data(), nullptr),
       "ChaCha20's nonce");
}

void run(const CipherCtx& context, ByteView from, std::uint8_t* to) {
  int written = 0;
  must(EVP_EncryptUpdate(context.get(), to, &written, from.data(), int_size(from)), "ChaCha20");
}

class ChaCha20Poly1305 final : public PacketProtection {
 public:
  explicit ChaCha20Poly1305(ByteView key) {
    block_size = 8;
    tag_size = kTag;
    length_apart = true;
    const Cipher cipher(made(EVP_CIPHER_fetch(nullptr, "ChaCha20", nullptr)));
    main_ = chacha20(cipher.get(), key.first(32));
    header_ = chacha20(cipher.get(), key.subspan(32));
    const Mac mac(made(EVP_MAC_fetch(nullptr, "POLY1305", nullptr)));
    mac_.reset(made(EVP_MAC_CTX_new(mac.get())));
  }

  void seal(std::uint32_t sequence, MutableBytes packet, MutableBytes tag) override {
    const Iv iv = iv_of(sequence);
    start(header_, iv);
    run(header_, packet.first(kLength), packet.data());
    start_packet(iv);
    run(main_, packet.subspan(kLength), packet.data() + kLength);
    const Tag ours = tag_of(packet);
    std::copy(ours.begin(), ours.end(), tag.begin());
  }

  std::uint32_t open_length(std::uint32_t sequence, MutableBytes first) override {
    start(header_, iv_of(sequence));
    run(header_, first.first(kLength), length_.data());
    return big_endian_u32(length_);
  }

  bool open(std::uint32_t sequence, MutableBytes packet, ByteView tag) override {
    if (packet.size() < kLength || tag.size() != kTag) {
      return false;
    }
    start_packet(iv_of(sequence));
    if (!equal_in_constant_time(tag_of(packet), tag)) {
      return false;
    }
    std::copy(length_.begin(), length_.end(), packet.begin());
    run(main_, packet.subspan(kLength), packet.data() + kLength);
    return true;
  }

 private:
  // Takes the first block of the packet's stream for Poly1305.
  void start_packet(const Iv& iv) {
    static constexpr std::array<std::uint8_t, kBlock> kZeros{};
    std::array<std::uint8_t, kBlock> block;
    start(main_, iv);
    run(main_, kZeros, block.data());
    must(EVP_MAC_init(mac_.get(), block.data(), 32, nullptr), "Poly1305's key");
    wipe(block);
  }

  Tag tag_of(ByteView packet) {
    Tag tag;
    std::size_t size = 0;
    must(EVP_MAC_update(mac_.get(), packet.data(), packet.size()), "Poly1305");
    must(EVP_MAC_final(mac_.get(), tag.data(), &size, tag.size()), "Poly1305's tag");
    return tag;
  }

  CipherCtx main_;
  CipherCtx header_;
  MacCtx mac_;
  std::array<std::uint8_t, kLength> length_{};
};

}  // namespace

std::unique_ptr<PacketProtection> make_chacha20_poly1305(ByteView key) {
  return std::make_unique<ChaCha20Poly1305>(key);
}

}  // namespace ssh::crypto
