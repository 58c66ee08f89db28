// The data types of RFC 4251 section 5, with its own examples.
#include <gtest/gtest.h>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::wire {
namespace {

Bytes hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

Bytes mpint(std::string_view magnitude) {
  Bytes bytes;
  Writer(bytes).mpint(hex(magnitude));
  return bytes;
}

TEST(Writer, MpintsOfTheRfc) {
  EXPECT_EQ(mpint(""), hex("00000000"));
  EXPECT_EQ(mpint("00"), hex("00000000"));
  EXPECT_EQ(mpint("09a378f9b2e332a7"), hex("0000000809a378f9b2e332a7"));
  EXPECT_EQ(mpint("80"), hex("000000020080"));
  EXPECT_EQ(mpint("000080"), hex("000000020080"));
}

TEST(Reader, MpintsComeBack) {
  for (const auto* digits : {"", "01", "7f", "80", "ff00", "09a378f9b2e332a7"}) {
    const Bytes written = mpint(digits);
    Reader reader(written);
    EXPECT_EQ(to_bytes(reader.mpint()), hex(digits));
    EXPECT_TRUE(reader.done());
  }
}

TEST(Reader, RefusesNegativeAndPaddedMpints) {
  for (const auto* digits : {"00000001ff", "0000000100", "00000002007f", "000000020000"}) {
    const Bytes bytes = hex(digits);
    Reader reader(bytes);
    EXPECT_TRUE(reader.mpint().empty());
    EXPECT_FALSE(reader.ok()) << digits;
  }
}

TEST(Reader, StaysFailedAndInside) {
  const Bytes bytes = hex("00000005616263");
  Reader reader(bytes);
  EXPECT_TRUE(reader.string().empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.left(), 0U);
  EXPECT_FALSE(reader.done());
}

TEST(Reader, EveryPrefixOfAMessageFails) {
  Bytes whole;
  Writer(whole).u8(7).boolean(true).u32(1).u64(2).string("abc").mpint(hex("80"));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Reader reader(ByteView(whole).first(size));
    EXPECT_EQ(reader.u8(), size > 0 ? 7 : 0);
    reader.boolean();
    reader.u32();
    reader.u64();
    reader.string();
    reader.mpint();
    EXPECT_EQ(reader.done(), size == whole.size());
  }
}

}  // namespace
}  // namespace ssh::wire
