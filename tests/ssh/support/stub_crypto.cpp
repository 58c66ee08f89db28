#include "support/stub_crypto.hpp"

#include <algorithm>

#include "wire/writer.hpp"

namespace ssh::test {
namespace {

/// FNV-1a.
std::uint32_t checksum(ByteView bytes, std::uint32_t from = 2166136261U) {
  for (const std::uint8_t byte : bytes) from = (from ^ byte) * 16777619U;
  return from;
}

class Counting final : public Random {
 public:
  void fill(MutableBytes bytes) override { std::ranges::fill(bytes, std::uint8_t{0x55}); }
};

class Tagged final : public PacketProtection {
 public:
  Tagged(std::uint32_t key, std::size_t tag) : key_(key) {
    tag_size = tag;
    length_apart = true;
  }
  void seal(std::uint32_t sequence, MutableBytes packet, MutableBytes tag) override {
    put(sum(sequence, packet), tag);
  }
  std::uint32_t open_length(std::uint32_t, MutableBytes first) override {
    return static_cast<std::uint32_t>(first[0]) << 24 | static_cast<std::uint32_t>(first[1]) << 16 |
           static_cast<std::uint32_t>(first[2]) << 8 | first[3];
  }
  bool open(std::uint32_t sequence, MutableBytes packet, ByteView tag) override {
    std::uint8_t wanted[4] = {};
    const auto size = std::min<std::size_t>(tag.size(), 4);
    put(sum(sequence, packet), MutableBytes(wanted).first(size));
    return std::ranges::equal(tag, ByteView(wanted).first(size));
  }

 private:
  std::uint32_t sum(std::uint32_t sequence, ByteView packet) const {
    // The ends of a packet will do: a stub is to be quick.
    const std::uint32_t head = checksum(packet.first(std::min<std::size_t>(packet.size(), 64)));
    return (head ^ key_) + sequence * 2654435761U + static_cast<std::uint32_t>(packet.size());
  }
  static void put(std::uint32_t value, MutableBytes to) {
    for (auto& byte : to) {
      byte = static_cast<std::uint8_t>(value >> 24);
      value <<= 8;
    }
  }
  std::uint32_t key_;
};

class Agreement final : public KeyAgreement {
 public:
  ByteView public_value() const override { return value_; }
  Result<Bytes> shared_secret(ByteView peer) override {
    if (peer.empty()) return failure("stub: an empty public value");
    return Bytes{0x42, 0x43, 0x44};
  }

 private:
  Bytes value_ = {0x11, 0x22, 0x33, 0x44};
};

class Plain final : public Compressor, public Decompressor {
 public:
  void compress(ByteView payload, Bytes& to) override {
    to.push_back(0x78);
    append(to, payload);
  }
  Result<Bytes> decompress(ByteView payload, std::size_t limit) override {
    if (payload.empty() || payload[0] != 0x78) return failure("stub: not compressed");
    if (payload.size() - 1 > limit) return failure("stub: unpacks to too much");
    return to_bytes(payload.subspan(1));
  }
};

class Stub final : public CryptoProvider {
 public:
  std::vector<std::string_view> key_exchange_methods() const override {
    return {"ecdh-sha2-stub", "diffie-hellman-stub", "stub-hybrid",
            "diffie-hellman-group-exchange-stub"};
  }
  std::vector<std::string_view> ciphers() const override { return {"stub-tag", "stub-clear"}; }
  std::vector<std::string_view> macs() const override { return {"stub-mac"}; }
  std::vector<std::string_view> signature_algorithms() const override { return {"ssh-ed25519"}; }
  Random& random() const override {
    static Counting counting;
    return counting;
  }
  bool is_aead(std::string_view cipher) const override { return !cipher.empty(); }
  std::optional<ProtectionSizes> protection_sizes(std::string_view,
                                                  std::string_view) const override {
    return ProtectionSizes{4, 4, 0};
  }
  std::unique_ptr<PacketProtection> protect(std::string_view cipher, std::string_view, ByteView key,
                                            ByteView iv, ByteView, bool) const override {
    return std::make_unique<Tagged>(checksum(iv, checksum(key)), cipher == "stub-tag" ? 4 : 0);
  }
  std::optional<Digest> exchange_digest(std::string_view) const override { return Digest::sha256; }
  std::unique_ptr<KeyAgreement> key_agreement(std::string_view) const override {
    return std::make_unique<Agreement>();
  }
  std::optional<DhGroup> choose_group(std::uint32_t min, std::uint32_t,
                                      std::uint32_t max) const override {
    if (min > max) return std::nullopt;
    return DhGroup{{0x17}, {0x02}};
  }
  std::unique_ptr<KeyAgreement> key_agreement(const DhGroup&) const override {
    return std::make_unique<Agreement>();
  }
  Bytes digest(Digest, std::initializer_list<ByteView> parts) const override {
    std::uint32_t sum = checksum({});
    for (const ByteView part : parts) sum = checksum(part, sum);
    Bytes bytes;
    wire::Writer(bytes).u32(sum).u32(~sum).u32(sum * 3).u32(sum * 5);
    return bytes;
  }
  Result<Signed> verify(std::string_view, ByteView, ByteView, ByteView) const override {
    return Signed{true, true, false};
  }
  std::unique_ptr<Compressor> compressor() const override { return std::make_unique<Plain>(); }
  std::unique_ptr<Decompressor> decompressor() const override { return std::make_unique<Plain>(); }
};

}  // namespace

const CryptoProvider& stub_provider() {
  static const Stub stub;
  return stub;
}

std::shared_ptr<SessionOptions> stub_options() {
  auto options = std::make_shared<SessionOptions>();
  const auto& crypto = stub_provider();
  const auto strings = [](const std::vector<std::string_view>& views) {
    return std::vector<std::string>(views.begin(), views.end());
  };
  options->crypto = &crypto;
  options->key_exchange = strings(crypto.key_exchange_methods());
  options->ciphers = strings(crypto.ciphers());
  options->macs = strings(crypto.macs());
  options->compression = true;
  options->host_keys.push_back({to_bytes(std::string_view("stub key")), {"ssh-ed25519"}});
  options->public_key_algorithms = strings(crypto.signature_algorithms());
  options->login_grace = {};
  options->max_auth_tries = 20;
  return options;
}

Bytes stub_signature() {
  Bytes blob;
  wire::Writer(blob).string("ssh-ed25519").string("stub signature");
  return blob;
}

}  // namespace ssh::test
