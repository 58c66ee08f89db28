// Reading JSON: trees, parts, limits, and what is said of what is none.
#include <gtest/gtest.h>

#include "spl/json_events.hpp"
#include "spl/json_value.hpp"

namespace spl {
namespace {

/// Writes down what it hears.
class Notes : public JsonListener {
 public:
  std::string text;

  void begin_object() override { text += '{'; }
  void end_object() override { text += '}'; }
  void begin_array() override { text += '['; }
  void end_array() override { text += ']'; }
  void key(std::string_view name) override { add("k:", name); }
  void string(std::string_view s) override { add("s:", s); }
  void number(std::string_view n) override { add("n:", n); }
  void boolean(bool b) override { text += b ? "T " : "F "; }
  void null() override { text += "N "; }

 private:
  void add(std::string_view kind, std::string_view what) {
    text += kind;
    text += what;
    text += ' ';
  }
};

std::string heard(std::string_view text, const JsonLimits& limits = {}) {
  Notes notes;
  std::string why;
  return read_json_events(text, limits, notes, why) ? notes.text : "! " + why;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonEvents, AreToldInOrderAndInOnePiece) {
  EXPECT_EQ(heard(R"( {"a":[1,-2.50,3e7,123456789012345678901234567890],"b\n":{},"c":"x\ty\"z"} )"),
            "{k:a [n:1 n:-2.50 n:3e7 n:123456789012345678901234567890 ]k:b\n {}k:c s:x\ty\"z }");
  EXPECT_EQ(heard("true"), "T ");
  EXPECT_EQ(heard("[false,null]"), "[F N ]");
  const std::string length(100'000, 'x');
  EXPECT_EQ(heard("\"\\u0041" + length + "\\n" + length + "\""),
            "s:A" + length + "\n" + length + " ");
}

TEST(JsonEvents, SayWhatIsWrongAndWhere) {
  EXPECT_EQ(heard(""), "! it breaks off (at byte 0)");
  EXPECT_EQ(heard("[1,"), "! it breaks off (at byte 3)");
  EXPECT_EQ(heard("[1] 2"), "! something follows the value (at byte 4)");
  EXPECT_EQ(heard("[1,]"), "! this is not expected (at byte 3)");
  EXPECT_EQ(heard("// no"), "! this is not expected (at byte 0)");
  EXPECT_EQ(heard("\"\x01\"").substr(0, 26), "! this is not expected (at");
}

TEST(JsonEvents, AreBoundedInDepth) {
  EXPECT_EQ(heard(nested(64)), nested(64));
  EXPECT_EQ(heard(nested(65)).substr(0, 17), "! nested too deep");
  EXPECT_EQ(heard(nested(1'000'000)).substr(0, 17), "! nested too deep");
  EXPECT_EQ(heard("[[]]", {1}).substr(0, 17), "! nested too deep");
}

TEST(JsonEvents, TextMustBeUtf8UnlessItNeedNot) {
  EXPECT_EQ(heard("\"\xff\"")[0], '!');
  EXPECT_EQ(heard("\"\xff\"", {64, true}), "s:\xff ");
}

TEST(JsonEvents, HalvesOfSurrogatePairsAreReplacedIfAllowed) {
  EXPECT_EQ(heard(R"("\ud83d\ude00")"), "s:\xf0\x9f\x98\x80 ");
  for (const auto* text : {R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\n")"}) {
    EXPECT_EQ(heard(text)[0], '!') << text;
  }
  const JsonLimits any{64, false, true};
  EXPECT_EQ(heard(R"("\ud83d\ude00\uD83D\ud83d\ude00\ude00")", any),
            "s:\xf0\x9f\x98\x80\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd ");
  EXPECT_EQ(heard(R"("\\ud83d")", any), "s:\\ud83d ");
  EXPECT_EQ(heard(R"("\\\ud83d\u0041")", any),
            "s:\\\xef\xbf\xbd"
            "A ");
  EXPECT_EQ(heard(R"("\ud8)", any), "! it breaks off (at byte 5)");
  EXPECT_EQ(heard(R"("\ud83)", any), "! it breaks off (at byte 6)");
}

TEST(JsonValue, IsATree) {
  std::string why;
  const auto json = read_json(R"({"a":[1,{"b":null},"c"],"d":true,"a":2,"e":0.5})", why);
  ASSERT_TRUE(json) << why;
  const auto* array = json->field("a")->array();  // the first of two counts
  ASSERT_TRUE(array != nullptr && array->size() == 3);
  EXPECT_EQ((*array)[0].natural(), 1U);
  EXPECT_TRUE((*array)[1].field("b")->is_null());
  EXPECT_EQ(*(*array)[2].string(), "c");
  EXPECT_EQ(json->field("d")->boolean(), true);
  EXPECT_EQ(json->field("e")->number(), 0.5);
  EXPECT_EQ(json->field("e")->natural(), std::nullopt);
  EXPECT_EQ(json->field("f"), nullptr);
  EXPECT_EQ(array->front().field("a"), nullptr);
}

TEST(JsonValue, KnowsWhatADoubleHoldsExactly) {
  std::string why;
  EXPECT_EQ(read_json("9007199254740992", why)->natural(), 9007199254740992U);
  EXPECT_EQ(read_json("9007199254740994", why)->natural(), std::nullopt);
  EXPECT_EQ(read_json("-1", why)->natural(), std::nullopt);
  EXPECT_EQ(read_json("0.1", why)->number(), 0.1);
  EXPECT_FALSE(read_json("[1e999]", why));
  EXPECT_EQ(why, "a number is out of range");
  EXPECT_FALSE(read_json("{", why));
  EXPECT_EQ(why, "it breaks off (at byte 1)");
}

}  // namespace
}  // namespace spl
