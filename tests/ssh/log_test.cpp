// What a stranger sent never looks like another line of the log, in either form.
#include "monitor/log.hpp"

#include <gtest/gtest.h>

namespace ssh::host::monitor {
namespace {

TEST(Log, TextIsEscaped) {
  EXPECT_EQ(escaped("plain"), "plain");
  EXPECT_EQ(escaped("a\\b"), "a\\\\b");
  EXPECT_EQ(escaped("\x01\n\x1b[31m\x7f\xff"), "\\001\\012\\033[31m\\177\\377");
}

TEST(Log, JsonIsValidWhateverItWas) {
  EXPECT_EQ(json_string("plain"), R"("plain")");
  EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_string("\x01\n\x7f"), R"("\u0001\u000a\u007f")");
  EXPECT_EQ(json_string("h\xc3\xa9"), "\"h\xc3\xa9\"");
  // Cut, overlong, a surrogate, no UTF-8 at all.
  EXPECT_EQ(json_string("\xc3"), R"("\ufffd")");
  EXPECT_EQ(json_string("\xc0\xaf"), R"("\ufffd\ufffd")");
  EXPECT_EQ(json_string("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(json_string("\xff"), R"("\ufffd")");
}

}  // namespace
}  // namespace ssh::host::monitor
