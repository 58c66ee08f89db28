// See sandbox.hpp. Nothing here is secret or used again; failures do not matter, for then the
// algorithm fails in the same way when somebody asks for it.
#include <array>
#include <string>

#include "ssh/libcrypto_provider.hpp"
#include "wire/writer.hpp"
#include "worker/sandbox.hpp"

namespace ssh::host {
namespace {

void exchange_keys(const CryptoProvider& crypto) {
  for (const std::string_view method : crypto.key_exchange_methods()) {
    auto agreement = crypto.key_agreement(method);
    if (!agreement) {
      if (const auto group = crypto.choose_group(2048, 2048, 2048)) {
        agreement = crypto.key_agreement(*group);
      }
    }
    if (agreement) {
      (void)agreement->shared_secret(to_bytes(agreement->public_value()));
    }
    if (const auto digest = crypto.exchange_digest(method)) {
      (void)crypto.digest(*digest, {as_bytes("warm")});
    }
  }
}

void protect(const CryptoProvider& crypto, std::string_view cipher, std::string_view mac) {
  const auto sizes = crypto.protection_sizes(cipher, mac);
  if (!sizes) {
    return;
  }
  const Bytes key(sizes->key, 1);
  const Bytes iv(sizes->iv, 2);
  const Bytes mac_key(sizes->mac_key, 3);
  Bytes packet(4 + 64, 0);
  packet[3] = 64;
  Bytes tag;
  for (const bool sealing : {true, false}) {
    const auto protection = crypto.protect(cipher, mac, key, iv, mac_key, sealing);
    if (!protection) {
      return;
    }
    packet.resize(protection->length_apart ? 4 + 64 : 64);
    tag.resize(protection->tag_size);
    if (sealing) {
      protection->seal(0, packet, tag);
    } else {
      protection->open_length(0, MutableBytes(packet).first(protection->length_bytes()));
      (void)protection->open(0, packet, tag);
    }
  }
}

// A key takes long to make: what only looks like one has the code loaded, too.
void verify_rsa(const CryptoProvider& crypto) {
  const Bytes modulus(256, 0xd5);
  Bytes key;
  wire::Writer(key).string("ssh-rsa").mpint(Bytes{1, 0, 1}).mpint(modulus);
  for (const char* algorithm : {"rsa-sha2-256", "rsa-sha2-512"}) {
    Bytes signature;
    wire::Writer(signature).string(algorithm).string(Bytes(256, 1));
    (void)crypto.verify(algorithm, key, as_bytes("warm"), signature);
  }
}

void verify_signatures(const CryptoProvider& crypto) {
  verify_rsa(crypto);
  for (const char* type :
       {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}) {
    const auto key = generate_private_key(type, "");
    if (!key) {
      continue;
    }
    for (const std::string_view algorithm : (*key)->algorithms()) {
      if (const auto signature = (*key)->sign(algorithm, as_bytes("warm"))) {
        (void)crypto.verify(algorithm, (*key)->public_blob(), as_bytes("warm"), *signature);
      }
    }
  }
}

}  // namespace

void warm_up(const CryptoProvider& crypto) {
  std::array<std::uint8_t, 32> bytes{};
  crypto.random().fill(bytes);
  exchange_keys(crypto);
  for (const std::string_view cipher : crypto.ciphers()) {
    if (crypto.is_aead(cipher)) {
      protect(crypto, cipher, "");
      continue;
    }
    for (const std::string_view mac : crypto.macs()) {
      protect(crypto, cipher, mac);
    }
  }
  verify_signatures(crypto);
  if (auto compressor = crypto.compressor()) {
    Bytes packed;
    compressor->compress(as_bytes("warm"), packed);
    if (auto decompressor = crypto.decompressor()) {
      (void)decompressor->decompress(packed, 1024);
    }
  }
}

}  // namespace ssh::host
