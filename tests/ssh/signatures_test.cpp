// verify() before hostile blobs, and the signatures that no ordinary key makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ssh/libcrypto_provider.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh {
namespace {

const CryptoProvider& provider = libcrypto_provider();

constexpr std::string_view kSkEd25519 = "sk-ssh-ed25519@openssh.com";
constexpr std::string_view kSkEcdsa = "sk-ecdsa-sha2-nistp256@openssh.com";

const SigningKey& key_of(std::string_view type) {
  static std::vector<std::unique_ptr<SigningKey>> keys;
  for (const auto& key : keys) {
    if (key->type() == type) {
      return *key;
    }
  }
  keys.push_back(generate_private_key(type, "").value());
  return *keys.back();
}

bool valid(std::string_view algorithm, ByteView blob, ByteView data, ByteView signature) {
  const auto result = provider.verify(algorithm, blob, data, signature);
  return result && result->valid;
}

const Bytes kData = to_bytes("what is signed");

TEST(Signatures, OfEveryAlgorithm) {
  EXPECT_THAT(provider.signature_algorithms(),
              testing::UnorderedElementsAre("ssh-ed25519", kSkEd25519, "ecdsa-sha2-nistp256",
                                            "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", kSkEcdsa,
                                            "rsa-sha2-512", "rsa-sha2-256"));
  for (const char* type : {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                           "ecdsa-sha2-nistp521", "ssh-rsa"}) {
    const SigningKey& key = key_of(type);
    for (const std::string_view algorithm : key.algorithms()) {
      SCOPED_TRACE(algorithm);
      const Bytes signature = key.sign(algorithm, kData).value();
      EXPECT_TRUE(valid(algorithm, key.public_blob(), kData, signature));
      EXPECT_FALSE(valid(algorithm, key.public_blob(), as_bytes("what is sighed"), signature));
      const auto other =
          generate_private_key(type == std::string_view("ssh-rsa") ? "ssh-ed25519" : type, "")
              .value();
      EXPECT_FALSE(valid(algorithm, other->public_blob(), kData, signature));
      // By no other name.
      for (const std::string_view name : provider.signature_algorithms()) {
        if (name != algorithm) {
          EXPECT_FALSE(provider.verify(name, key.public_blob(), kData, signature)) << name;
        }
      }
      EXPECT_FALSE(provider.verify("ssh-rsa", key.public_blob(), kData, signature));
    }
  }
}

TEST(Signatures, EveryFlippedBitAndEveryCutIsRefused) {
  for (const char* algorithm : {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256"}) {
    SCOPED_TRACE(algorithm);
    const SigningKey& key = key_of(algorithm[0] == 'r' ? "ssh-rsa" : algorithm);
    const Bytes blob = to_bytes(key.public_blob());
    const Bytes signature = key.sign(algorithm, kData).value();
    // One bit of each byte is enough where there are thousands.
    const std::size_t step = signature.size() > 200 ? 7 : 1;
    for (std::size_t bit = 0; bit < 8 * signature.size(); bit += step) {
      Bytes bad = signature;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
      EXPECT_FALSE(valid(algorithm, blob, kData, bad)) << bit;
    }
    for (std::size_t bit = 0; bit < 8 * blob.size(); bit += step) {
      Bytes bad = blob;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
      EXPECT_FALSE(valid(algorithm, bad, kData, signature)) << bit;
    }
    for (std::size_t size = 0; size < signature.size(); ++size) {
      EXPECT_FALSE(provider.verify(algorithm, blob, kData, ByteView(signature).first(size)));
    }
    for (std::size_t size = 0; size < blob.size(); ++size) {
      EXPECT_FALSE(provider.verify(algorithm, ByteView(blob).first(size), kData, signature));
    }
    Bytes longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(provider.verify(algorithm, blob, kData, longer));
    Bytes longer_blob = blob;
    longer_blob.push_back(0);
    EXPECT_FALSE(provider.verify(algorithm, longer_blob, kData, signature));
  }
}

Bytes blob_of(std::string_view name, ByteView raw) {
  Bytes blob;
  wire::Writer(blob).string(name).string(raw);
  return blob;
}

Bytes raw_of(ByteView blob) {
  wire::Reader reader(blob);
  reader.string();
  return to_bytes(reader.string());
}

// RFC 8332 section 3: a signature may come without its leading zeros.
TEST(Signatures, OfRsaMayBeShorterThanTheKey) {
  const SigningKey& key = key_of("ssh-rsa");
  Bytes raw;
  Bytes data = kData;
  // One in 256 begins with a zero.
  for (int i = 0; i < 20000; ++i) {
    data.push_back(0);
    raw = raw_of(key.sign("rsa-sha2-256", data).value());
    if (raw[0] == 0) {
      break;
    }
    data.back() = static_cast<std::uint8_t>(i);
  }
  ASSERT_EQ(raw[0], 0);
  EXPECT_TRUE(valid("rsa-sha2-256", key.public_blob(), data, blob_of("rsa-sha2-256", raw)));
  raw.erase(raw.begin());
  EXPECT_TRUE(valid("rsa-sha2-256", key.public_blob(), data, blob_of("rsa-sha2-256", raw)));
  raw.insert(raw.begin(), 2, 0);
  EXPECT_FALSE(
      provider.verify("rsa-sha2-256", key.public_blob(), data, blob_of("rsa-sha2-256", raw)));
  EXPECT_FALSE(valid("rsa-sha2-256", key.public_blob(), data, blob_of("rsa-sha2-256", {})));
}

Bytes rsa_blob(const Bytes& e, const Bytes& n) {
  Bytes blob;
  wire::Writer(blob).string("ssh-rsa").mpint(e).mpint(n);
  return blob;
}

TEST(Signatures, OfWeakOrSenselessRsaKeysAreRefused) {
  const auto refused = [](const Bytes& e, const Bytes& n) {
    return !provider.verify("rsa-sha2-256", rsa_blob(e, n), kData,
                            blob_of("rsa-sha2-256", Bytes(16, 1)));
  };
  const Bytes e{1, 0, 1};
  EXPECT_FALSE(refused(e, Bytes(256, 0xff)));  // 2048 bits
  EXPECT_TRUE(refused(e, Bytes(255, 0xff)));   // 2040
  Bytes bits_2047(256, 0xff);
  bits_2047[0] = 0x7f;
  EXPECT_TRUE(refused(e, bits_2047));
  EXPECT_FALSE(refused(e, Bytes(2048, 0xff)));  // 16384
  EXPECT_TRUE(refused(e, Bytes(2049, 0xff)));
  EXPECT_TRUE(refused(e, Bytes(200000, 0xff)));
  Bytes even(256, 0xff);
  even.back() = 0xfe;
  EXPECT_TRUE(refused(e, even));
  for (const Bytes& exponent : {Bytes{}, Bytes{1}, Bytes{2}, Bytes{1, 0, 0}, Bytes(9, 0xff)}) {
    EXPECT_TRUE(refused(exponent, Bytes(256, 0xff)));
  }
}

TEST(Signatures, OfEcdsaOutsideItsCurveAreRefused) {
  const SigningKey& key = key_of("ecdsa-sha2-nistp256");
  const auto tried = [&](const Bytes& r, const Bytes& s) {
    Bytes raw;
    wire::Writer(raw).mpint(r).mpint(s);
    return valid("ecdsa-sha2-nistp256", key.public_blob(), kData,
                 blob_of("ecdsa-sha2-nistp256", raw));
  };
  const Bytes raw = raw_of(key.sign("ecdsa-sha2-nistp256", kData).value());
  wire::Reader reader(raw);
  const Bytes r = to_bytes(reader.mpint());
  const Bytes s = to_bytes(reader.mpint());
  EXPECT_TRUE(tried(r, s));
  EXPECT_FALSE(tried({}, s));
  EXPECT_FALSE(tried(r, {}));
  EXPECT_FALSE(tried({}, {}));
  EXPECT_FALSE(tried({1}, {1}));
  EXPECT_FALSE(tried(s, r));
  EXPECT_FALSE(tried(Bytes(32, 0xff), s));
  EXPECT_FALSE(tried(r, Bytes(33, 0xff)));
  // A point of another curve under this curve's name.
  const SigningKey& other = key_of("ecdsa-sha2-nistp384");
  wire::Reader fields(other.public_blob());
  fields.string();
  fields.string();
  Bytes mixed;
  wire::Writer(mixed).string("ecdsa-sha2-nistp256").string("nistp256").string(fields.string());
  EXPECT_FALSE(
      provider.verify("ecdsa-sha2-nistp256", mixed, kData, blob_of("ecdsa-sha2-nistp256", raw)));
}

// PROTOCOL.u2f, with a key of ours in the place of the hardware.
struct SecurityKey {
  std::string_view type;
  const SigningKey& key;
  Bytes blob;
};

SecurityKey security_key(std::string_view type) {
  const bool ed25519 = type == kSkEd25519;
  SecurityKey made{type, key_of(ed25519 ? "ssh-ed25519" : "ecdsa-sha2-nistp256"), {}};
  wire::Reader fields(made.key.public_blob());
  fields.string();
  wire::Writer(made.blob).string(type).raw(fields.rest()).string("ssh:");
  return made;
}

Bytes touch(const SecurityKey& with, std::uint8_t flags, std::uint32_t counter,
            std::string_view application = "ssh:") {
  Bytes data = provider.digest(Digest::sha256, {as_bytes(application)});
  wire::Writer(data).u8(flags).u32(counter).raw(provider.digest(Digest::sha256, {kData}));
  Bytes blob =
      blob_of(with.type, raw_of(with.key.sign(with.key.algorithms().front(), data).value()));
  wire::Writer(blob).u8(flags).u32(counter);
  return blob;
}

TEST(Signatures, OfSecurityKeys) {
  for (const std::string_view type : {kSkEd25519, kSkEcdsa}) {
    SCOPED_TRACE(type);
    const SecurityKey key = security_key(type);
    for (const std::uint8_t flags :
         {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{4}, std::uint8_t{5}, std::uint8_t{0x85}}) {
      const auto result = provider.verify(type, key.blob, kData, touch(key, flags, 77));
      ASSERT_TRUE(result) << result.error().text;
      EXPECT_TRUE(result->valid);
      EXPECT_EQ(result->user_present, (flags & 1) != 0);
      EXPECT_EQ(result->user_verified, (flags & 4) != 0);
    }
    const Bytes good = touch(key, 1, 77);
    EXPECT_FALSE(valid(type, key.blob, as_bytes("else"), good));
    EXPECT_FALSE(valid(type, key.blob, kData, touch(key, 1, 77, "web:")));
    // Flags and counter are signed too: who claims a touch that there was not is refused.
    for (std::size_t i = 1; i <= 5; ++i) {
      Bytes bad = good;
      bad[bad.size() - i] ^= 4;
      EXPECT_FALSE(valid(type, key.blob, kData, bad)) << i;
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
      EXPECT_FALSE(provider.verify(type, key.blob, kData, ByteView(good).first(size)));
    }
    // A signature without the security key's part, by the same key.
    EXPECT_FALSE(provider.verify(
        type, key.blob, kData,
        blob_of(type, raw_of(key.key.sign(key.key.algorithms().front(), kData).value()))));
  }
}

TEST(Signatures, OfAnOrdinaryKeyNeedNobodyPresent) {
  const SigningKey& key = key_of("ssh-ed25519");
  const auto result = provider.verify("ssh-ed25519", key.public_blob(), kData,
                                      key.sign("ssh-ed25519", kData).value());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->user_present);
  EXPECT_FALSE(result->user_verified);
}

}  // namespace
}  // namespace ssh
