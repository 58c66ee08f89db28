// libcrypto as Debian ships it: its random generator, a hash, a cipher, a signature.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdio>
#include <cstring>
#include <memory>

int main() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  unsigned char random[2][32] = {};
  const bool seeded = RAND_bytes(random[0], 32) == 1 && RAND_bytes(random[1], 32) == 1;
  std::printf("RAND_bytes: %s\n",
              seeded && std::memcmp(random[0], random[1], 32) != 0 ? "ok" : "failed");

  unsigned char hash[32];
  unsigned length = 0;
  EVP_Digest("abc", 3, hash, &length, EVP_sha256(), nullptr);
  std::printf("SHA-256 %02x%02x%02x%02x\n", hash[0], hash[1], hash[2], hash[3]);

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  unsigned char signature[64];
  std::size_t size = sizeof signature;
  const unsigned char text[] = "text";
  const bool made = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestSign(context.get(), signature, &size, text, 4) == 1;
  const auto verify = [&] {
    EVP_MD_CTX_reset(context.get());
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature, size, text, 4) == 1;
  };
  const bool good = made && verify();
  signature[5] ^= 1;
  std::printf("Ed25519: %s, forged: %s\n", good ? "good" : "bad",
              verify() ? "accepted" : "refused");
}
