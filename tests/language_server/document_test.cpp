// Lines, columns, addresses and frames.
#include "language_server/document.hpp"

#include <gtest/gtest.h>

#include "language_server/framing.hpp"
#include "language_server/uri.hpp"

namespace spl::lsp {
namespace {

// a, u with diaeresis (2 bytes, 1 unit), a clef (4 bytes, 2 units), b
const std::string kMixed =
    "a\xc3\xbc\xf0\x9d\x84\x9e"
    "b\r\nsecond\rthird\n";

TEST(Document, ColumnsCountUtf16Units) {
  const Lines lines(kMixed, Encoding::utf16);
  EXPECT_EQ(lines.position(7), (Position{0, 4}));
  EXPECT_EQ(lines.offset({0, 4}), 7U);
  EXPECT_EQ(lines.offset({0, 2}), 3U);
}

TEST(Document, ColumnsCountBytesIfTheClientSaysSo) {
  const Lines lines(kMixed, Encoding::utf8);
  EXPECT_EQ(lines.position(7), (Position{0, 7}));
  EXPECT_EQ(lines.offset({0, 7}), 7U);
}

TEST(Document, AllThreeLineEndingsEndLines) {
  const Lines lines(kMixed, Encoding::utf16);
  EXPECT_EQ(lines.count(), 4U);
  EXPECT_EQ(lines.offset({1, 0}), 10U);
  EXPECT_EQ(lines.offset({2, 0}), 17U);
  EXPECT_EQ(lines.position(17), (Position{2, 0}));
}

TEST(Document, PositionsOutsideAreTakenToTheNearestPlace) {
  const Lines lines(kMixed, Encoding::utf16);
  EXPECT_EQ(lines.offset({0, 999}), 8U);
  EXPECT_EQ(lines.offset({99, 0}), kMixed.size());
  EXPECT_EQ(lines.offset({0, 3}), 3U) << "inside a character: its front";
}

TEST(Document, PositionsDoNotDependOnTheOrderOfQuestions) {
  const Lines lines(kMixed, Encoding::utf16);
  for (std::size_t i = 0; i <= kMixed.size(); ++i) {
    for (std::size_t k = 0; k <= kMixed.size(); ++k) {
      static_cast<void>(lines.position(k));
      const Lines fresh(kMixed, Encoding::utf16);
      ASSERT_EQ(lines.position(i), fresh.position(i)) << i << " after " << k;
    }
  }
}

TEST(Document, EditsReplaceRangesWhateverTheirOrder) {
  EXPECT_EQ(replaced("abc\ndef", {0, 1}, {1, 1}, "X", Encoding::utf16), "aXef");
  EXPECT_EQ(replaced("abc\ndef", {1, 1}, {0, 1}, "X", Encoding::utf16), "aXef");
}

TEST(Document, BadBytesBecomeReplacementCharacters) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(valid_utf8(kMixed), kMixed);
  EXPECT_EQ(valid_utf8("\xed\xa0\x80").find('\xed'), std::string::npos) << "a surrogate";
}

TEST(Uri, PathsGoThereAndBack) {
  EXPECT_EQ(path_of("file:///a/b%20c.spl"), "/a/b c.spl");
  EXPECT_EQ(uri_of("/a/b c.spl"), "file:///a/b%20c.spl");
  EXPECT_EQ(path_of("file:///a/./x/../b.spl"), "/a/b.spl");
  EXPECT_EQ(path_of("untitled:Untitled-1"), "untitled:Untitled-1");
  EXPECT_EQ(path_of("file:///a%00b"), "file:///a%00b");
  EXPECT_EQ(path_of("file:///a%zz"), "/a%zz");
}

TEST(Framing, MessagesMayComeInPieces) {
  const auto stream = framed("{}") + framed("[1,2]");
  Framer framer;
  std::vector<std::string> messages;
  for (const char c : stream) {
    framer.feed({&c, 1});
    while (auto m = framer.next()) messages.push_back(*m);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"{}", "[1,2]"}));
  EXPECT_EQ(framer.error(), "");
}

TEST(Framing, HeadersThatMakeNoSenseAreErrors) {
  for (const auto* bad :
       {"Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n", "\r\n\r\n",
        "Content-Length: 99999999999\r\n\r\n", "nonsense\r\n\r\n", "Content-Type: x\r\n\r\n"}) {
    Framer framer;
    framer.feed(bad);
    EXPECT_EQ(framer.next(), std::nullopt) << bad;
    EXPECT_NE(framer.error(), "") << bad;
  }
  Framer endless;
  endless.feed(std::string(5000, 'x'));
  EXPECT_EQ(endless.next(), std::nullopt);
  EXPECT_NE(endless.error(), "");
}

}  // namespace
}  // namespace spl::lsp
