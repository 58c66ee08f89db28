#include "xenrt/secrets.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <set>
#include <vector>

namespace {

using xenrt::Secrets;

// The key 00..0f and the messages of the SipHash paper's reference implementation: 00, 00 01, ...
TEST(Secrets, HashIsSipHash) {
  std::array<std::uint8_t, 16> key{};
  std::vector<std::uint8_t> message;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  Secrets secrets(key);
  EXPECT_EQ(secrets.keyed_hash(message), 0x726fdb47dd0e0e31U);
  for (std::uint8_t i = 0; i < 15; ++i) message.push_back(i);
  EXPECT_EQ(secrets.keyed_hash(message), 0xa129ca6149be45e5U);
  EXPECT_EQ(secrets.keyed_hash({}), 0x726fdb47dd0e0e31U) << "one message has nothing of another";
}

TEST(Secrets, KeysAreDifferentAndStay) {
  const std::vector<std::uint8_t> message{1, 2, 3};
  Secrets one, other;
  EXPECT_EQ(one.keyed_hash(message), one.keyed_hash(message));
  EXPECT_NE(one.keyed_hash(message), other.keyed_hash(message));
}

TEST(Secrets, RandomFillsAllOfIt) {
  Secrets secrets;
  std::array<std::set<std::uint8_t>, 40> seen;
  for (int i = 0; i < 50; ++i) {
    std::array<std::uint8_t, 40> bytes{};
    secrets.random(bytes);
    for (std::size_t at = 0; at < bytes.size(); ++at) seen[at].insert(bytes[at]);
  }
  for (const auto& values : seen) EXPECT_GT(values.size(), 10U);
  secrets.random({});
}

std::uint64_t seedings(EVP_RAND_CTX* generator) {
  unsigned count = 0;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_COUNTER, &count),
                             OSSL_PARAM_construct_end()};
  EXPECT_EQ(EVP_RAND_CTX_get_params(generator, parameters), 1);
  return count;
}

// It cannot be seen in the numbers, for which another process would have to begin with this state.
TEST(Secrets, EveryGeneratorIsSeededAnew) {
  const std::array generators{RAND_get0_primary(nullptr), RAND_get0_public(nullptr),
                              RAND_get0_private(nullptr)};
  for (int i = 0; i < 3; ++i) {
    std::array<std::uint64_t, 3> before{};
    for (std::size_t n = 0; n < 3; ++n) before[n] = seedings(generators[n]);
    Secrets::reseed();
    for (std::size_t n = 0; n < 3; ++n) EXPECT_GT(seedings(generators[n]), before[n]) << n;
  }
}

}  // namespace
