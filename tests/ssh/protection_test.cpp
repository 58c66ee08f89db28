// Ciphers and MACs: what another implementation makes of the same packets (packet_vectors.py), and
// that whatever was touched is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "hex.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh {
namespace {

using test::from_hex;
using test::to_hex;

const CryptoProvider& provider = libcrypto_provider();

struct Names {
  std::string_view cipher;
  std::string_view mac;
};

std::vector<Names> everything() {
  std::vector<Names> all;
  for (const std::string_view cipher : provider.ciphers()) {
    if (provider.is_aead(cipher)) {
      all.push_back({cipher, ""});
      continue;
    }
    for (const std::string_view mac : provider.macs()) {
      all.push_back({cipher, mac});
    }
  }
  return all;
}

Bytes counting(std::size_t size, std::uint8_t from = 0) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), from);
  return bytes;
}

std::unique_ptr<PacketProtection> make(const Names& names, bool sealing, std::uint8_t key_from = 0,
                                       std::optional<Bytes> iv = {}) {
  const auto sizes = provider.protection_sizes(names.cipher, names.mac).value();
  return provider.protect(names.cipher, names.mac, counting(sizes.key, key_from),
                          iv ? *iv : counting(sizes.iv, 50), counting(sizes.mac_key, 100), sealing);
}

// A packet of n bytes behind its length: padding_length, payload, padding.
Bytes packet_of(std::size_t n) {
  Bytes packet{0, 0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n), 4};
  packet[1] = static_cast<std::uint8_t>(n >> 16);
  for (std::size_t i = 1; i + 4 < n; ++i) {
    packet.push_back(static_cast<std::uint8_t>(i));
  }
  packet.resize(n + 4);
  return packet;
}

struct Sealed {
  Bytes packet;
  Bytes tag;
};

Sealed seal(PacketProtection& with, std::uint32_t sequence, const Bytes& packet) {
  Sealed sealed{packet, Bytes(with.tag_size)};
  with.seal(sequence, sealed.packet, sealed.tag);
  return sealed;
}

bool open(PacketProtection& with, std::uint32_t sequence, Sealed& sealed) {
  (void)with.open_length(sequence, MutableBytes(sealed.packet).first(with.length_bytes()));
  return with.open(sequence, sealed.packet, sealed.tag);
}

class Everything : public testing::TestWithParam<Names> {};

std::string test_name(const testing::TestParamInfo<Names>& info) {
  std::string name = std::string(info.param.cipher) + "_" + std::string(info.param.mac);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Protection, Everything, testing::ValuesIn(everything()), test_name);

TEST_P(Everything, RoundTripsInEverySizeAndOneAfterTheOther) {
  const auto sealer = make(GetParam(), true);
  const auto opener = make(GetParam(), false);
  std::uint32_t sequence = 0xfffffff0;  // and over its end
  const std::size_t block = sealer->block_size;
  const std::size_t start = sealer->length_apart ? block : 2 * block - 4;
  std::vector<std::size_t> sizes;
  for (std::size_t blocks = 0; blocks < 70; ++blocks) {
    sizes.push_back(start + blocks * block);
  }
  sizes.insert(sizes.end(), {start + 2048 * block, start + 16000 * block, start});
  for (const std::size_t n : sizes) {
    const Bytes packet = packet_of(n);
    Sealed sealed = seal(*sealer, sequence, packet);
    ASSERT_NE(to_hex(ByteView(sealed.packet).subspan(4)), to_hex(ByteView(packet).subspan(4)));
    ASSERT_EQ(
        opener->open_length(sequence, MutableBytes(sealed.packet).first(opener->length_bytes())),
        n);
    ASSERT_TRUE(opener->open(sequence, sealed.packet, sealed.tag)) << n;
    ASSERT_EQ(sealed.packet, packet) << n;
    ++sequence;
  }
}

TEST_P(Everything, RefusesEveryFlippedBit) {
  const std::size_t block = make(GetParam(), true)->block_size;
  const Bytes packet = packet_of(make(GetParam(), true)->length_apart ? 3 * block : 3 * block - 4);
  const Sealed good = seal(*make(GetParam(), true), 3, packet);
  for (std::size_t bit = 0; bit < 8 * (good.packet.size() + good.tag.size()); ++bit) {
    Sealed bad = good;
    const std::size_t at = bit / 8;
    std::uint8_t& byte = at < bad.packet.size() ? bad.packet[at] : bad.tag[at - bad.packet.size()];
    byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
    EXPECT_FALSE(open(*make(GetParam(), false), 3, bad)) << "bit " << bit;
  }
  Sealed same = good;
  EXPECT_TRUE(open(*make(GetParam(), false), 3, same));
}

TEST_P(Everything, RefusesAnotherPlaceInTheStream) {
  const Bytes packet = packet_of(make(GetParam(), true)->length_apart ? 48 : 44);
  const auto sealer = make(GetParam(), true);
  const Sealed first = seal(*sealer, 0, packet);
  const Sealed second = seal(*sealer, 1, packet);
  EXPECT_NE(first.packet, second.packet);
  EXPECT_NE(first.tag, second.tag);
  {
    Sealed early = second;
    EXPECT_FALSE(open(*make(GetParam(), false), 0, early));
  }
  {
    const auto opener = make(GetParam(), false);
    Sealed once = first;
    Sealed again = first;
    EXPECT_TRUE(open(*opener, 0, once));
    EXPECT_FALSE(open(*opener, 1, again));
  }
  if (GetParam().cipher.find("gcm") == std::string_view::npos) {
    // GCM counts by itself (RFC 5647); all others are told which packet it is.
    Sealed wrong = first;
    EXPECT_FALSE(open(*make(GetParam(), false), 1, wrong));
  }
}

TEST_P(Everything, RefusesAnotherKeyAndTagsThatAreCut) {
  const Bytes packet = packet_of(make(GetParam(), true)->length_apart ? 48 : 44);
  const Sealed good = seal(*make(GetParam(), true), 9, packet);
  const bool etm = GetParam().mac.find("etm") != std::string_view::npos;
  Sealed other = good;
  const bool opened = open(*make(GetParam(), false, 1), 9, other);
  // Then the MAC has a key of its own, which fits; what comes out is another packet.
  EXPECT_EQ(opened, etm);
  EXPECT_NE(other.packet, packet);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, good.tag.size() - 1}) {
    Sealed cut = good;
    cut.tag.resize(size);
    EXPECT_FALSE(open(*make(GetParam(), false), 9, cut));
  }
  Sealed nothing{{}, good.tag};
  EXPECT_FALSE(make(GetParam(), false)->open(9, nothing.packet, nothing.tag));
}

TEST_P(Everything, TakesKeysOfItsSizesOnly) {
  const auto [cipher, mac] = GetParam();
  const auto sizes = provider.protection_sizes(cipher, mac).value();
  for (std::size_t wrong = 0; wrong < 3; ++wrong) {
    EXPECT_EQ(provider.protect(cipher, mac, Bytes(sizes.key + (wrong == 0 ? 1 : 0)),
                               Bytes(sizes.iv + (wrong == 1 ? 1 : 0)),
                               Bytes(sizes.mac_key + (wrong == 2 ? 1 : 0)), true),
              nullptr);
  }
}

TEST(Protection, KnowsNoOtherNames) {
  EXPECT_FALSE(provider.protection_sizes("aes128-cbc", "hmac-sha2-256"));
  EXPECT_FALSE(provider.protection_sizes("aes128-ctr", "hmac-sha1"));
  EXPECT_FALSE(provider.protection_sizes("aes128-ctr", ""));
  EXPECT_FALSE(provider.protection_sizes("none", "none"));
  EXPECT_EQ(provider.protect("none", "none", {}, {}, {}, true), nullptr);
  // Beside an AEAD, the MAC's name does not matter.
  EXPECT_EQ(provider.protection_sizes("aes128-gcm@openssh.com", "hmac-sha2-512")->mac_key, 0U);
}

TEST(Protection, ChaCha20Poly1305AsComputedElsewhere) {
  const Names names{"chacha20-poly1305@openssh.com", ""};
  const Sealed sealed = seal(*make(names, true), 0x01020304, packet_of(72));
  EXPECT_EQ(to_hex(sealed.packet),
            "bc79803392c31eb1df1420aedc642ef7a44d547b113c06c427ac7bc9956b56b13d4731c740fc02620155df"
            "66ea2b01b057c5f020be7e8936ff78385cd07b053ffe8575121abed7749cb9c5fa");
  EXPECT_EQ(to_hex(sealed.tag), "a5d63fa748aa254c19affa629da2aaad");
}

// The first packet's counter is the last one, so it goes over its end (RFC 5647 section 7.1) and
// leaves the fixed field alone.
TEST(Protection, AesGcmAsComputedElsewhere) {
  struct Case {
    std::string_view cipher;
    std::array<std::string_view, 3> digests;
  };
  const Bytes iv = from_hex("00010203ffffffffffffffff");
  for (const Case& c : {
           Case{"aes128-gcm@openssh.com",
                {"b1e379c5bbf127bcc167bf351a616a8846295ea5934106ef12d287a0eff5ead3",
                 "7b8710b5d8f47d15e901e8729b3a4d8383b2fdb1a480333bb1ee982452f16222",
                 "558c0656e34781a39fda14d967ecf9ce663c6fc160ff7094f3f28d7e86bed75d"}},
           Case{"aes256-gcm@openssh.com",
                {"752c4038a516463e843d9aa1e3f826f7b918ff8b5391a164dc1627c660112e82",
                 "609419d5893abd11ef89404b3f6a718a15843dfb0883ea8a213b6cb3886acd73",
                 "0508b5051987a4f0cd0907d64e2d2f4cb38376cf2217c791257210e2004ad6bd"}},
       }) {
    const auto sealer = make({c.cipher, ""}, true, 0, iv);
    for (const std::string_view expected : c.digests) {
      const Sealed sealed = seal(*sealer, 0, packet_of(80));
      EXPECT_EQ(to_hex(provider.digest(Digest::sha256, {sealed.packet, sealed.tag})), expected);
    }
  }
}

// Two packets one after the other; the counter's last byte overflows at once.
TEST(Protection, AesCtrWithHmacAsComputedElsewhere) {
  struct Case {
    std::string_view cipher;
    std::string_view mac;
    std::array<std::string_view, 2> digests;
  };
  const Bytes iv = from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  for (const Case& c : {
           Case{"aes128-ctr",
                "hmac-sha2-256",
                {"175163123d6be4f65adf2889ef835d056da503f697059398b4ce49e297dbf43e",
                 "6508411862a7e6ad669d7bed6dc383f6fef215d39da590a3c85af6be36d14296"}},
           Case{"aes128-ctr",
                "hmac-sha2-256-etm@openssh.com",
                {"b227d05bc6354b95787093f6c9787f9acf1702a1f194f99f3c8ebed650c70d10",
                 "863be58ac7e3b22046fc32f6d66707a9fff74775f31f05dd525183121ab71b0d"}},
           Case{"aes128-ctr",
                "hmac-sha2-512",
                {"164c1656c82d8ba10cbd64f567961b11daa610d0da65aeda94d06a15a1ab7e87",
                 "eb7a2d5acae55b934aa1675bf6d895023a3ffb904ff3cc65765d0b0a37df6a41"}},
           Case{"aes128-ctr",
                "hmac-sha2-512-etm@openssh.com",
                {"2105996ff2bdf8b2c996e08c9cc4da49d425c9452e1c49eb2b0aa622630ca0d1",
                 "e0f46ad65de59447606cf7cd6cd5f5c4c341abc1a3781d1ef0af0a06fc662e3a"}},
           Case{"aes192-ctr",
                "hmac-sha2-256",
                {"6ebc0b333282310f664a3b42d6fe0ec8bcd0298dea81e887fe0c4411ca07e0d0",
                 "3089a7282e8d8be931a1fbfc2af79440939b8d63be83f692399c4220e0933fbf"}},
           Case{"aes192-ctr",
                "hmac-sha2-256-etm@openssh.com",
                {"e7edd2679a2261d3bafa2d248df7d3f12ee7889b00b047460b85aa41cd61873a",
                 "82194d2e8306f9be6a058fb7fe182cc90e66ac92bcb0f75c3f635b93462c5d08"}},
           Case{"aes192-ctr",
                "hmac-sha2-512",
                {"70a2efd56ca5697e1dd36fb4a1284694ced08624d5853a8d508c9b9d0bb41ac7",
                 "9ff4db27ee4aba2ffc393015292d040e52757bc6b312976daf9f60d4b260120e"}},
           Case{"aes192-ctr",
                "hmac-sha2-512-etm@openssh.com",
                {"b8fa04a65930d6e1379258563bfad8867431504fcd456e679e3f0cd5b92a90cd",
                 "77c2b37bf23903f27923826c313cf7af08a6f619f52b0c797044c2fac1617830"}},
           Case{"aes256-ctr",
                "hmac-sha2-256",
                {"11e4ec96eba44a58210a3e9ca6d144c9031747470a78e2a06fb4a94ab4a9acb3",
                 "779b8e4ae6670967e5fdeec6f580c108aa8e5726c728ce891795b0478ffd1239"}},
           Case{"aes256-ctr",
                "hmac-sha2-256-etm@openssh.com",
                {"b3791a9a0881b0dd1199c34064319b99013d8b05181e210862e62a48889d38a8",
                 "c91fd36878bfd1bea46355cd2128ca0e4c9d263681812854a3e22f5bfb78a9c6"}},
           Case{"aes256-ctr",
                "hmac-sha2-512",
                {"33cbafd09af70ea64b306c32eda701ecb1e64895509fee4a3e90b340c4512830",
                 "73a19cd60163da72460b86d1bbe82105c6eb5cf8723a802133ab690b5d5d16ff"}},
           Case{"aes256-ctr",
                "hmac-sha2-512-etm@openssh.com",
                {"e000cd4f1058ab358134178226d88f2f49f57e702995094e5f6395074cfd5f33",
                 "4cc09cbc001c89cb31292e76e2de4fcf48f20c52272e4d162013a81afdedc2ea"}},
       }) {
    const bool etm = c.mac.find("etm") != std::string_view::npos;
    const auto sealer = make({c.cipher, c.mac}, true, 0, iv);
    std::uint32_t sequence = 7;
    for (const std::string_view expected : c.digests) {
      const Sealed sealed = seal(*sealer, sequence++, packet_of(etm ? 80 : 76));
      EXPECT_EQ(to_hex(provider.digest(Digest::sha256, {sealed.packet, sealed.tag})), expected)
          << c.cipher << ' ' << c.mac;
    }
  }
}

// FIPS 180-4's examples.
TEST(Digest, OfAbc) {
  const ByteView a = as_bytes("a");
  const ByteView bc = as_bytes("bc");
  EXPECT_EQ(to_hex(provider.digest(Digest::sha1, {a, bc})),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(provider.digest(Digest::sha256, {a, {}, bc})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(provider.digest(Digest::sha384, {a, bc})),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(to_hex(provider.digest(Digest::sha512, {a, bc})),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Secrets, AreComparedAndWiped) {
  Bytes secret = counting(33);
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_TRUE(equal_in_constant_time(secret, counting(33)));
  EXPECT_FALSE(equal_in_constant_time(secret, counting(32)));
  for (std::size_t bit = 0; bit < 8 * secret.size(); ++bit) {
    Bytes other = secret;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(equal_in_constant_time(secret, other));
  }
  wipe(secret);
  EXPECT_THAT(secret, testing::Each(0));
  wipe({});
}

TEST(Random, FillsAllOfIt) {
  Bytes a(64);
  Bytes b(64);
  provider.random().fill(a);
  provider.random().fill(b);
  EXPECT_NE(a, b);
  EXPECT_NE(Bytes(a.end() - 16, a.end()), Bytes(16));
}

}  // namespace
}  // namespace ssh
