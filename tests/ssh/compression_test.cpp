// zlib@openssh.com: one stream, packet by packet, bounded.
#include <gtest/gtest.h>

#include "ssh/libcrypto_provider.hpp"

namespace ssh {
namespace {

const CryptoProvider& provider = libcrypto_provider();

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  provider.random().fill(bytes);
  return bytes;
}

TEST(Compression, PacketsComeBackOneByOne) {
  const auto packer = provider.compressor();
  const auto unpacker = provider.decompressor();
  const Bytes text = to_bytes("the same words again and again, the same words again and again");
  std::size_t first_size = 0;
  for (const Bytes& payload :
       {text, text, Bytes{}, Bytes{1}, Bytes(100000), noise(100000), noise(262144), text}) {
    Bytes packed{0xaa, 0xbb};  // it is appended
    packer->compress(payload, packed);
    EXPECT_EQ(packed[1], 0xbb);
    const Bytes body(packed.begin() + 2, packed.end());
    if (payload == text && first_size == 0) {
      first_size = body.size();
    } else if (payload == text) {
      EXPECT_LT(body.size(), first_size);
    }
    const auto plain = unpacker->decompress(body, 262144);
    ASSERT_TRUE(plain) << plain.error().text;
    EXPECT_EQ(*plain, payload);
  }
}

TEST(Compression, TheLimitIsExact) {
  for (const std::size_t size : {0U, 1U, 1000U, 70000U}) {
    Bytes packed;
    provider.compressor()->compress(Bytes(size, 'x'), packed);
    EXPECT_TRUE(provider.decompressor()->decompress(packed, size)) << size;
    if (size != 0) {
      EXPECT_FALSE(provider.decompressor()->decompress(packed, size - 1)) << size;
    }
  }
}

TEST(Compression, ABombIsRefused) {
  Bytes packed;
  provider.compressor()->compress(Bytes(std::size_t{8} << 20), packed);
  EXPECT_LT(packed.size(), 100000U);
  const auto plain = provider.decompressor()->decompress(packed, 262144);
  ASSERT_FALSE(plain);
  EXPECT_NE(plain.error().text.find("limit"), std::string::npos);
}

TEST(Compression, WhatIsNoStreamIsRefused) {
  EXPECT_FALSE(provider.decompressor()->decompress(as_bytes("no zlib data at all"), 1000));
  // The end of a stream (RFC 1950: empty block, checksum): a connection's stream has none.
  const Bytes ended{0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01};
  EXPECT_FALSE(provider.decompressor()->decompress(ended, 1000));
  // In the middle, too.
  const auto packer = provider.compressor();
  Bytes packed;
  packer->compress(Bytes(1000, 'a'), packed);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    Bytes bad = packed;
    bad[i] ^= 0xff;
    (void)provider.decompressor()->decompress(bad, 100000);  // anything, but bounded and clean
  }
}

}  // namespace
}  // namespace ssh
