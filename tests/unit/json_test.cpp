// The JSON writer: quoting, numbers, commas.
#include "spl/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace spl {
namespace {

TEST(JsonQuote, EscapesWhatJsonDemands) {
  EXPECT_EQ(json_quote("a\"b\\c\n\t\r\b\f"), R"("a\"b\\c\n\t\r\b\f")");
  EXPECT_EQ(json_quote(std::string_view("\x00\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
  EXPECT_EQ(json_quote(""), "\"\"");
}

TEST(JsonQuote, KeepsGoodUtf8AndReplacesBad) {
  EXPECT_EQ(json_quote("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(json_quote("a\xff"), "\"a" + replacement + "\"");
  EXPECT_EQ(json_quote("\xC3"), "\"" + replacement + "\"");                      // cut off
  EXPECT_EQ(json_quote("\xC0\xAF"), "\"" + replacement + replacement + "\"");    // overlong
  EXPECT_EQ(json_quote("\xED\xA0\x80").size(), 2 + 3 * replacement.size());      // surrogate
  EXPECT_EQ(json_quote("\xF4\x90\x80\x80").size(), 2 + 4 * replacement.size());  // > U+10FFFF
}

TEST(JsonWriter, PutsCommasBetweenValuesOnly) {
  JsonWriter json;
  json.begin_object().field("a", 1).key("b").begin_array().value(true).null().begin_object();
  json.end_object().value("x").end_array().field("c", "d").end_object();
  EXPECT_EQ(json.take(), R"({"a":1,"b":[true,null,{},"x"],"c":"d"})");
}

TEST(JsonWriter, WritesDoublesThatReadBackEqual) {
  JsonWriter json;
  json.begin_array().value(0.5).value(1e300).value(-3.0).value(0.1);
  json.value(std::numeric_limits<double>::infinity()).value(std::nan("")).end_array();
  EXPECT_EQ(json.take(), "[0.5,1e+300,-3,0.1,null,null]");
}

TEST(JsonWriter, WritesTheExtremesOfIntegers) {
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max()).end_array();
  EXPECT_EQ(json.take(), "[-9223372036854775808,18446744073709551615]");
}

TEST(JsonWriter, IsEmptyAfterTake) {
  JsonWriter json;
  json.begin_array().value(1);
  EXPECT_EQ(json.take(), "[1");
  json.begin_array().end_array();
  EXPECT_EQ(json.take(), "[]");
}

}  // namespace
}  // namespace spl
