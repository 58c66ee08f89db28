#include "xenrt/secrets.hpp"

#include <gtest/gtest.h>

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

}  // namespace
