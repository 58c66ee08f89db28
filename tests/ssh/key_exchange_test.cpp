// Key agreement: both sides agree, and every public value that a document says to refuse is.
#include "crypto/key_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hex.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh {
namespace {

using test::from_hex;
using test::to_hex;

const CryptoProvider& provider = libcrypto_provider();

constexpr std::string_view kGroupExchange = "diffie-hellman-group-exchange-sha256";

void expect_agreement(KeyAgreement& a, KeyAgreement& b) {
  EXPECT_NE(to_hex(a.public_value()), to_hex(b.public_value()));
  const auto at_a = a.shared_secret(b.public_value());
  const auto at_b = b.shared_secret(a.public_value());
  ASSERT_TRUE(at_a) << at_a.error().text;
  ASSERT_TRUE(at_b) << at_b.error().text;
  EXPECT_EQ(*at_a, *at_b);
  EXPECT_GE(at_a->size(), 32U);
}

TEST(KeyExchange, BothSidesAgree) {
  for (const std::string_view method : provider.key_exchange_methods()) {
    SCOPED_TRACE(method);
    ASSERT_TRUE(provider.exchange_digest(method));
    if (method == kGroupExchange) {
      EXPECT_EQ(provider.key_agreement(method), nullptr);
      continue;
    }
    const auto a = provider.key_agreement(method);
    const auto b = provider.key_agreement(method);
    ASSERT_NE(a, nullptr);
    expect_agreement(*a, *b);
  }
}

TEST(KeyExchange, MethodsInTheOrderOfPreference) {
  EXPECT_THAT(
      provider.key_exchange_methods(),
      testing::ElementsAre("curve25519-sha256", "curve25519-sha256@libssh.org",
                           "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
                           kGroupExchange, "diffie-hellman-group16-sha512",
                           "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256"));
  EXPECT_EQ(provider.exchange_digest("ecdh-sha2-nistp384"), Digest::sha384);
  EXPECT_EQ(provider.exchange_digest("ecdh-sha2-nistp521"), Digest::sha512);
  EXPECT_EQ(provider.exchange_digest("diffie-hellman-group16-sha512"), Digest::sha512);
  EXPECT_EQ(provider.exchange_digest("diffie-hellman-group14-sha1"), std::nullopt);
  EXPECT_EQ(provider.key_agreement("diffie-hellman-group1-sha1"), nullptr);
}

// RFC 7748 section 6.1.
TEST(KeyExchange, X25519OfTheRfc) {
  const auto alice = crypto::make_x25519(
      from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const auto bob = crypto::make_x25519(
      from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(to_hex(alice->public_value()),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(to_hex(bob->public_value()),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  for (const auto& secret :
       {alice->shared_secret(bob->public_value()), bob->shared_secret(alice->public_value())}) {
    ASSERT_TRUE(secret);
    EXPECT_EQ(to_hex(*secret), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  }
}

TEST(KeyExchange, X25519RefusesPointsOfLowOrderAndOtherLengths) {
  const auto ours = provider.key_agreement("curve25519-sha256");
  // RFC 7748 section 6.1's all-zero check: these lead to zeros. Orders 4, 1, 8, 8, 2, and the same
  // again not reduced modulo p.
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0000000000000000000000000000000000000000000000000000000000000080",
       }) {
    EXPECT_FALSE(ours->shared_secret(from_hex(point))) << point;
  }
  for (const std::size_t size : {0U, 1U, 31U, 33U, 64U}) {
    EXPECT_FALSE(ours->shared_secret(Bytes(size, 9))) << size;
  }
  EXPECT_TRUE(ours->shared_secret(Bytes(32, 9)));
}

TEST(KeyExchange, EcdhRefusesWhatIsNoPoint) {
  for (const char* method : {"ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"}) {
    SCOPED_TRACE(method);
    const auto ours = provider.key_agreement(method);
    const auto theirs = provider.key_agreement(method);
    const Bytes good = to_bytes(theirs->public_value());
    ASSERT_TRUE(ours->shared_secret(good));
    const auto refused = [&](const Bytes& bad) { return !ours->shared_secret(bad); };
    EXPECT_TRUE(refused({}));
    EXPECT_TRUE(refused({0}));  // the point at infinity
    EXPECT_TRUE(refused(Bytes(good.begin(), good.end() - 1)));
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_TRUE(refused(longer));
    for (std::uint8_t form = 0; form < 8; ++form) {
      Bytes other = good;
      other[0] = form;
      EXPECT_EQ(refused(other), form != 4) << int{form};
    }
    Bytes compressed(good.begin(), good.begin() + 1 + static_cast<long>(good.size() / 2));
    compressed[0] = static_cast<std::uint8_t>(2 + (good.back() & 1));
    EXPECT_TRUE(refused(compressed));
    for (std::size_t i = 1; i < good.size(); ++i) {
      Bytes off = good;
      off[i] ^= 1;
      EXPECT_TRUE(refused(off)) << i;
    }
    Bytes zero(good.size());
    zero[0] = 4;
    EXPECT_TRUE(refused(zero));
    Bytes huge(good.size(), 0xff);
    huge[0] = 4;
    EXPECT_TRUE(refused(huge));
  }
}

Bytes plus(Bytes number, int add) {
  int carry = add;
  for (std::size_t i = number.size(); i-- > 0 && carry != 0;) {
    const int sum = number[i] + carry;
    number[i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  return number;
}

TEST(KeyExchange, DhTakesWhatIsBetween1AndPMinus1) {
  for (const std::uint32_t bits : {2048U, 4096U}) {
    const auto group = provider.choose_group(bits, bits, bits).value();
    const auto ours = provider.key_agreement(group);
    ASSERT_NE(ours, nullptr);
    const Bytes& p = group.prime;
    for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes(p.size()), Bytes{1}, plus(p, -1), p,
                             plus(p, 1), Bytes(p.size(), 0xff), Bytes(p.size() + 1, 1)}) {
      EXPECT_FALSE(ours->shared_secret(bad)) << to_hex(bad);
    }
    EXPECT_TRUE(ours->shared_secret(Bytes{2}));
    EXPECT_TRUE(ours->shared_secret(plus(p, -2)));
    Bytes zeros_first(3);
    append(zeros_first, Bytes(p.size(), 0x55));
    EXPECT_TRUE(ours->shared_secret(zeros_first));
  }
}

TEST(KeyExchange, ChoosesTheGroupThatRfc4419Asks) {
  const auto bits = [](std::uint32_t min, std::uint32_t n, std::uint32_t max) {
    const auto group = provider.choose_group(min, n, max);
    return group ? 8 * group->prime.size() : 0;
  };
  EXPECT_EQ(bits(1024, 1024, 8192), 2048U);
  EXPECT_EQ(bits(2048, 3072, 8192), 3072U);
  EXPECT_EQ(bits(2048, 3073, 8192), 4096U);
  EXPECT_EQ(bits(2048, 8192, 8192), 8192U);
  EXPECT_EQ(bits(2048, 9000, 16384), 8192U);
  EXPECT_EQ(bits(2048, 3500, 3600), 3072U);
  EXPECT_EQ(bits(4096, 4096, 4096), 4096U);
  EXPECT_EQ(bits(1024, 1024, 2047), 0U);
  EXPECT_EQ(bits(8193, 8193, 9000), 0U);
  EXPECT_EQ(bits(2100, 2200, 2300), 0U);
  EXPECT_EQ(bits(3072, 2048, 8192), 0U);
  EXPECT_EQ(bits(2048, 8192, 4096), 0U);
  EXPECT_EQ(provider.choose_group(2048, 2048, 2048)->generator, Bytes{2});
}

TEST(KeyExchange, GroupExchangeAgreesInEveryGroup) {
  for (const std::uint32_t bits : {2048U, 3072U, 4096U, 6144U, 8192U}) {
    const auto group = provider.choose_group(bits, bits, bits).value();
    const auto a = provider.key_agreement(group);
    const auto b = provider.key_agreement(group);
    ASSERT_NE(a, nullptr);
    expect_agreement(*a, *b);
  }
}

// A client works in the group that it is given, if its size will do.
TEST(KeyExchange, GroupsOfAPeer) {
  const auto known = provider.choose_group(2048, 2048, 2048).value();
  // Another generator makes another group of it, which libcrypto has no name for.
  const DhGroup unknown{known.prime, {5}};
  const auto a = provider.key_agreement(unknown);
  const auto b = provider.key_agreement(unknown);
  ASSERT_NE(a, nullptr);
  expect_agreement(*a, *b);

  const auto refused = [](const Bytes& prime, const Bytes& generator) {
    return provider.key_agreement(DhGroup{prime, generator}) == nullptr;
  };
  EXPECT_TRUE(refused({}, {2}));
  EXPECT_TRUE(refused(known.prime, {}));
  EXPECT_TRUE(refused(known.prime, {1}));
  EXPECT_TRUE(refused(known.prime, known.prime));
  EXPECT_TRUE(refused(known.prime, plus(known.prime, 1)));
  EXPECT_TRUE(refused(plus(known.prime, 1), {2}));  // even
  EXPECT_TRUE(refused(Bytes(255, 0xff), {2}));      // 2040 bits
  EXPECT_TRUE(refused(Bytes(1025, 0xff), {2}));     // 8200 bits
  EXPECT_TRUE(refused(Bytes(100000, 0xff), {2}));
}

}  // namespace
}  // namespace ssh
