// Key files that are not as they should be: each is refused with a reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ssh/libcrypto_provider.hpp"
#include "wire/base64.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh {
namespace {

using testing::HasSubstr;

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";

std::string armour(ByteView bytes) {
  return std::string(kBegin) + wire::to_base64(bytes) + "\n" + std::string(kEnd);
}

Bytes contents(const std::string& file) {
  std::string text = file.substr(kBegin.size(), file.size() - kBegin.size() - kEnd.size());
  std::erase(text, '\n');
  return wire::from_base64(text).value();
}

const std::string& file_of(std::string_view type) {
  static std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, file] : files) {
    if (name == type) {
      return file;
    }
  }
  files.emplace_back(type, write_private_key(*generate_private_key(type, "me").value()));
  return files.back().second;
}

// What a file of one ed25519 key is made of, to be put together wrongly.
struct Parts {
  std::string cipher = "none";
  std::string kdf = "none";
  std::string options;
  std::uint32_t keys = 1;
  Bytes public_blob;
  std::uint32_t check = 7;
  std::uint32_t check_again = 7;
  std::string type = "ssh-ed25519";
  Bytes point;
  Bytes both;
  std::string comment = "me";
  Bytes padding;
  Bytes behind;

  std::string file() const {
    Bytes section;
    wire::Writer(section)
        .u32(check)
        .u32(check_again)
        .string(type)
        .string(point)
        .string(both)
        .string(comment);
    append(section, padding);
    Bytes all = to_bytes(std::string_view("openssh-key-v1\0", 15));
    wire::Writer(all)
        .string(cipher)
        .string(kdf)
        .string(options)
        .u32(keys)
        .string(public_blob)
        .string(section)
        .raw(behind);
    return armour(all);
  }
};

Parts good_parts() {
  const Bytes bytes = contents(file_of("ssh-ed25519"));
  wire::Reader reader(bytes);
  reader.bytes(15 + 8 + 8 + 4 + 4);
  Parts parts;
  parts.public_blob = to_bytes(reader.string());
  wire::Reader section(reader.string());
  section.bytes(8);
  section.string();
  parts.point = to_bytes(section.string());
  parts.both = to_bytes(section.string());
  section.string();
  parts.padding = to_bytes(section.rest());
  return parts;
}

TEST(KeyFiles, PutTogetherWrongly) {
  ASSERT_TRUE(read_private_key(good_parts().file()));
  const auto error = [](auto change) {
    Parts parts = good_parts();
    change(parts);
    const auto key = read_private_key(parts.file());
    return key ? std::string("read") : key.error().text;
  };
  EXPECT_THAT(error([](Parts& p) { p.cipher = "aes256-ctr"; }), HasSubstr("ssh-keygen -p"));
  EXPECT_THAT(error([](Parts& p) { p.kdf = "bcrypt"; }), HasSubstr("ssh-keygen -p"));
  EXPECT_THAT(error([](Parts& p) { p.options = "x"; }), HasSubstr("not one key"));
  EXPECT_THAT(error([](Parts& p) { p.keys = 2; }), HasSubstr("not one key"));
  EXPECT_THAT(error([](Parts& p) { p.keys = 0; }), HasSubstr("not one key"));
  EXPECT_THAT(error([](Parts& p) { p.check_again = 8; }), HasSubstr("check numbers"));
  EXPECT_THAT(error([](Parts& p) { p.type = "ssh-ed25518"; }), HasSubstr("not known"));
  // The longer name needs other padding.
  EXPECT_THAT(error([](Parts& p) {
                p.type = "sk-ssh-ed25519@openssh.com";
                p.comment += "x";
              }),
              HasSubstr("not known"));
  EXPECT_THAT(error([](Parts& p) { p.public_blob.back() ^= 1; }), HasSubstr("do not fit"));
  EXPECT_THAT(error([](Parts& p) { p.point[0] ^= 1; }), HasSubstr("do not fit"));
  EXPECT_THAT(error([](Parts& p) { p.both[0] ^= 1; }), HasSubstr("do not fit"));
  EXPECT_THAT(error([](Parts& p) { p.both[63] ^= 1; }), HasSubstr("do not fit"));
  EXPECT_THAT(error([](Parts& p) { p.both.pop_back(), p.comment += 'x'; }),
              HasSubstr("do not fit"));
  EXPECT_THAT(error([](Parts& p) { p.padding.back() ^= 1; }), HasSubstr("padding"));
  EXPECT_THAT(error([](Parts& p) { p.padding.push_back(9); }), HasSubstr("too long"));
  EXPECT_THAT(error([](Parts& p) { p.padding.resize(p.padding.size() + 8); }),
              HasSubstr("padding"));
  EXPECT_THAT(error([](Parts& p) { p.behind = {0}; }), HasSubstr("too long"));
}

TEST(KeyFiles, ArmouredWrongly) {
  const std::string good = file_of("ssh-ed25519");
  EXPECT_TRUE(read_private_key(good));
  EXPECT_TRUE(read_private_key(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(read_private_key(" " + good));
  EXPECT_FALSE(read_private_key(good + "x"));
  EXPECT_FALSE(read_private_key(good + good));
  EXPECT_FALSE(read_private_key(std::string(kBegin) + std::string(kEnd)));
  EXPECT_FALSE(read_private_key(std::string(kBegin) + "====\n" + std::string(kEnd)));
  EXPECT_FALSE(read_private_key(std::string(100000, 'x')));
  for (const char wrong : {' ', '-', '=', '*', '\0'}) {
    std::string bad = good;
    bad[kBegin.size() + 5] = wrong;
    EXPECT_FALSE(read_private_key(bad));
  }
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    EXPECT_FALSE(read_private_key(good.substr(0, size))) << size;
  }
}

TEST(KeyFiles, EveryCutAndEveryFlippedByteIsRefused) {
  for (const char* type : {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521"}) {
    SCOPED_TRACE(type);
    const Bytes good = contents(file_of(type));
    ASSERT_TRUE(read_private_key(armour(good)));
    for (std::size_t size = 0; size < good.size(); ++size) {
      EXPECT_FALSE(read_private_key(armour(ByteView(good).first(size)))) << size;
    }
    // The comment's two letters alone say nothing that could be wrong.
    const std::string_view text = as_text(good);
    const std::size_t comment = text.rfind("me");
    for (std::size_t i = 0; i < good.size(); ++i) {
      Bytes bad = good;
      bad[i] ^= 0x11;
      EXPECT_EQ(read_private_key(armour(bad)).has_value(), i == comment || i == comment + 1) << i;
    }
  }
}

// RSA's parts take a while to test; so its numbers are changed one by one.
TEST(KeyFiles, RsaKeysWhoseNumbersDoNotFit) {
  const Bytes good = contents(file_of("ssh-rsa"));
  wire::Reader reader(good);
  reader.bytes(15 + 8 + 8 + 4 + 4);
  reader.string();
  const ByteView section_view = reader.string();
  const auto section = static_cast<std::size_t>(section_view.data() - good.data());
  wire::Reader fields(section_view);
  fields.bytes(8);
  fields.string();
  for (const char* name : {"n", "e", "d", "iqmp", "p", "q"}) {
    const ByteView number = fields.mpint();
    ASSERT_FALSE(number.empty()) << name;
    const auto at = section + static_cast<std::size_t>(number.data() - section_view.data());
    for (const std::size_t offset : {std::size_t{0}, number.size() / 2, number.size() - 1}) {
      Bytes bad = good;
      bad[at + offset] ^= 0x02;
      EXPECT_FALSE(read_private_key(armour(bad))) << name << " " << offset;
    }
    Bytes ones = good;
    std::fill_n(ones.begin() + static_cast<long>(at), number.size(), std::uint8_t{0xff});
    EXPECT_FALSE(read_private_key(armour(ones))) << name;
  }
}

}  // namespace
}  // namespace ssh
