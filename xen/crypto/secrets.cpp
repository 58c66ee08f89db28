#include "xenrt/secrets.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <climits>

#include "xenrt/panic.hpp"

namespace xenrt {
namespace {

using Key = std::array<std::uint8_t, 16>;

Key random_key() {
  // The unikernel has no files, and nothing here needs a configuration.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  Key key;
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) panic("libcrypto has no entropy");
  return key;
}

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Mac = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

Mac make_siphash() {
  EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  Mac context(algorithm == nullptr ? nullptr : EVP_MAC_CTX_new(algorithm));
  EVP_MAC_free(algorithm);
  if (!context) panic("libcrypto has no SipHash");
  return context;
}

}  // namespace

struct Secrets::Impl {
  Key key;
  Mac siphash = make_siphash();
};

Secrets::Secrets() : Secrets(random_key()) {}

Secrets::Secrets(const Key& key) : impl_(new Impl{key}) {}

Secrets::~Secrets() {
  OPENSSL_cleanse(impl_->key.data(), impl_->key.size());
}

void Secrets::reseed() {
  // The two others are children of the first, and take their seeds from it.
  for (auto* generator :
       {RAND_get0_primary(nullptr), RAND_get0_public(nullptr), RAND_get0_private(nullptr)}) {
    if (generator == nullptr || EVP_RAND_reseed(generator, 0, nullptr, 0, nullptr, 0) != 1) {
      panic("libcrypto's generator of random numbers cannot be seeded anew");
    }
  }
}

void Secrets::random(std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto part = into.first(std::min<std::size_t>(into.size(), INT_MAX));
    if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) {
      panic("libcrypto has no entropy");
    }
    into = into.subspan(part.size());
  }
}

std::uint64_t Secrets::keyed_hash(std::span<const std::uint8_t> bytes) {
  std::size_t size = 8;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                   OSSL_PARAM_construct_end()};
  auto* mac = impl_->siphash.get();
  std::array<std::uint8_t, 8> hash{};
  std::size_t written = 0;
  if (EVP_MAC_init(mac, impl_->key.data(), impl_->key.size(), parameters) != 1 ||
      EVP_MAC_update(mac, bytes.data(), bytes.size()) != 1 ||
      EVP_MAC_final(mac, hash.data(), &written, hash.size()) != 1 || written != hash.size()) {
    panic("libcrypto's SipHash fails");
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{hash[i]} << (8 * i);
  return value;
}

}  // namespace xenrt
