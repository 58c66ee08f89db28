// What protecting packets of 32 KiB costs, for each cipher: sealing and opening in place, and as
// the limit libcrypto by itself: one call of the cipher, and of the MAC, over as many bytes.
#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdlib>
#include <string>

#include "ssh/libcrypto_provider.hpp"

namespace {

using ssh::Bytes;
using ssh::MutableBytes;

// 32 KiB of data, as SSH_MSG_CHANNEL_DATA has them: a multiple of every block.
constexpr std::size_t kInner = 32768 + 32;

const ssh::CryptoProvider& provider = ssh::libcrypto_provider();

struct Names {
  std::string cipher;
  std::string mac;
};

std::unique_ptr<ssh::PacketProtection> make(const Names& names, bool sealing) {
  const auto sizes = provider.protection_sizes(names.cipher, names.mac).value();
  return provider.protect(names.cipher, names.mac, Bytes(sizes.key, 1), Bytes(sizes.iv, 2),
                          Bytes(sizes.mac_key, 3), sealing);
}

Bytes packet_for(const ssh::PacketProtection& protection, std::size_t inner) {
  const std::size_t size = protection.length_apart ? 4 + inner : inner;
  Bytes packet(size);
  const std::size_t length = size - 4;
  packet[2] = static_cast<std::uint8_t>(length >> 8);
  packet[3] = static_cast<std::uint8_t>(length);
  return packet;
}

void seal(benchmark::State& state, const Names& names, std::size_t inner) {
  const auto sealer = make(names, true);
  Bytes packet = packet_for(*sealer, inner);
  Bytes tag(sealer->tag_size);
  std::uint32_t sequence = 0;
  for (auto _ : state) {
    sealer->seal(sequence++, packet, tag);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * inner));
}

// Every packet that is opened has to be sealed first, with the clock stopped; many at a time, for
// that takes time too.
void open(benchmark::State& state, const Names& names, std::size_t inner) {
  const auto sealer = make(names, true);
  const auto opener = make(names, false);
  const Bytes plain = packet_for(*sealer, inner);
  std::vector<Bytes> packets(64, plain);
  std::vector<Bytes> tags(64, Bytes(sealer->tag_size));
  std::uint32_t sealed = 0;
  std::uint32_t opened = 0;
  while (state.KeepRunningBatch(64)) {
    state.PauseTiming();
    for (std::size_t i = 0; i < packets.size(); ++i) {
      packets[i] = plain;
      sealer->seal(sealed++, packets[i], tags[i]);
    }
    state.ResumeTiming();
    for (std::size_t i = 0; i < packets.size(); ++i) {
      opener->open_length(opened, MutableBytes(packets[i]).first(opener->length_bytes()));
      if (!opener->open(opened++, packets[i], tags[i])) {
        std::abort();
      }
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * inner));
}

void must(int result) {
  if (result != 1) {
    std::abort();
  }
}

// The cipher alone, its nonce set for each packet as an AEAD has to.
void bare_cipher(benchmark::State& state, const char* name, bool nonce_each) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const Bytes key(64, 1);
  const Bytes iv(16, 2);
  Bytes data(kInner);
  int written = 0;
  must(EVP_EncryptInit_ex2(context, cipher, key.data(), iv.data(), nullptr));
  for (auto _ : state) {
    if (nonce_each) {
      must(EVP_EncryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr));
    }
    must(EVP_EncryptUpdate(context, data.data(), &written, data.data(), kInner));
    if (nonce_each) {
      std::uint8_t rest[32];
      must(EVP_EncryptFinal_ex(context, rest, &written));
    }
    benchmark::ClobberMemory();
  }
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kInner));
}

void bare_mac(benchmark::State& state, const char* name, const char* digest) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, name, nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  const Bytes key(32, 1);
  const Bytes data(kInner);
  OSSL_PARAM params[2] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (digest != nullptr) {
    params[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0);
  }
  must(EVP_MAC_init(context, key.data(), key.size(), params));
  std::uint8_t tag[64];
  std::size_t size = 0;
  for (auto _ : state) {
    // Poly1305 has a key for each packet.
    must(digest == nullptr ? EVP_MAC_init(context, key.data(), key.size(), nullptr)
                           : EVP_MAC_init(context, nullptr, 0, nullptr));
    must(EVP_MAC_update(context, data.data(), data.size()));
    must(EVP_MAC_final(context, tag, &size, sizeof tag));
    benchmark::ClobberMemory();
  }
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kInner));
}

void add(const Names& names) {
  const std::string name = names.cipher + (names.mac.empty() ? "" : "+" + names.mac);
  benchmark::RegisterBenchmark(("seal/" + name).c_str(), seal, names, kInner);
  benchmark::RegisterBenchmark(("open/" + name).c_str(), open, names, kInner);
  // A key stroke's echo.
  benchmark::RegisterBenchmark(("seal-64-bytes/" + name).c_str(), seal, names, std::size_t{64});
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const char* cipher : {"ChaCha20", "AES-128-GCM", "AES-256-GCM"}) {
    benchmark::RegisterBenchmark((std::string("bare/") + cipher).c_str(), bare_cipher, cipher,
                                 true);
  }
  for (const char* cipher : {"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"}) {
    benchmark::RegisterBenchmark((std::string("bare/") + cipher).c_str(), bare_cipher, cipher,
                                 false);
  }
  benchmark::RegisterBenchmark("bare/POLY1305", bare_mac, "POLY1305", nullptr);
  benchmark::RegisterBenchmark("bare/HMAC-SHA2-256", bare_mac, "HMAC", "SHA2-256");
  benchmark::RegisterBenchmark("bare/HMAC-SHA2-512", bare_mac, "HMAC", "SHA2-512");
  for (const auto cipher : provider.ciphers()) {
    if (provider.is_aead(cipher)) {
      add({std::string(cipher), ""});
      continue;
    }
    for (const auto mac : provider.macs()) {
      add({std::string(cipher), std::string(mac)});
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
