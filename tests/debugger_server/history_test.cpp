// What a late reader is told.
#include "web/history.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "web/events.hpp"

namespace spl::debug::web {
namespace {

using test::step;
using test::subject;

std::string told(const History& history) {
  std::string out;
  for (const auto& chunk : history.replay()) out += chunk->text;
  return out;
}
std::string steps(const std::string& items) {
  return framed("{\"type\":\"steps\",\"items\":[" + items + "]}");
}

TEST(History, TellsSubjectsThenStepsThenEnds) {
  History history{Limits{}};
  EXPECT_TRUE(history.situation("{\"s\":1}"));
  history.begin(subject(9));
  auto child = subject(4);
  child.parent = 9;
  history.begin(child);
  history.step(step(4, 1));
  history.step(step(9, 1));
  history.event(9, 1, "{\"r\":1}");
  history.step(step(4, 2));
  history.end(4, "{\"e\":4}");
  EXPECT_EQ(told(history), framed("{\"s\":1}") + framed(subject_event(subject(9))) +
                               framed(subject_event(child)) +
                               steps("[4,1,0,1,0,[1]],[9,1,0,1,0,[1]]") + framed("{\"r\":1}") +
                               steps("[4,2,0,1,0,[2]]") + framed("{\"e\":4}"));
}

TEST(History, ASubjectWhoseFirstStepsAreForgottenBeginsLater) {
  Limits limits;
  limits.steps_per_subject = 2;
  History history(limits);
  history.begin(subject(1));
  for (std::uint64_t n = 1; n <= 5; ++n) history.step(step(1, n));
  auto late = subject(1);
  late.from_start = false;
  late.seen = 3;
  late.states = {0};  // 3 % 3
  EXPECT_EQ(told(history), framed(subject_event(late)) + steps("[1,4,0,1,0,[1]],[1,5,0,1,0,[2]]"));
}

TEST(History, WhatIsForgottenOfEventsLeavesTheStates) {
  Limits limits;
  limits.steps_per_subject = 1;
  History history(limits);
  history.begin(subject(1));
  history.step(step(1, 1));
  history.event(1, 1, "{\"r\":1}");
  history.event(1, 2, "{\"unknown\":2}");
  auto late = subject(1);
  late.from_start = false;
  late.seen = 1;
  late.states = {1};
  EXPECT_EQ(told(history), framed(subject_event(late)) + framed("{\"unknown\":2}"));
}

TEST(History, ASubjectEndsOnce) {
  Limits limits;
  limits.ended_subjects = 2;
  History history(limits);
  history.begin(subject(1));
  history.begin(subject(2));
  for (int i = 0; i < 5; ++i) history.end(1, "{\"e\":" + std::to_string(i) + "}");
  history.end(2, "{\"e\":2}");
  EXPECT_EQ(told(history), framed(subject_event(subject(1))) + framed(subject_event(subject(2))) +
                               framed("{\"e\":0}") + framed("{\"e\":2}"));
}

TEST(History, TheOldestOfAllGoesFirst) {
  Limits limits;
  limits.steps = 3;
  History history(limits);
  history.begin(subject(1));
  history.begin(subject(2));
  history.step(step(1, 1));
  history.step(step(2, 1));
  history.step(step(2, 2));
  history.step(step(2, 3));
  history.step(step(1, 2));
  EXPECT_EQ(history.entries(), 3U);
  EXPECT_NE(told(history).find(steps("[2,2,0,1,0,[2]],[2,3,0,1,0,[0]],[1,2,0,1,0,[2]]")),
            std::string::npos)
      << told(history);
}

TEST(History, IsBoundedWhateverComes) {
  Limits limits;
  limits.steps = 50;
  limits.steps_per_subject = 20;
  limits.subjects = 10;
  limits.ended_subjects = 3;
  limits.situations = 5;
  History history(limits);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const auto id = i % 37;
    if (i % 5 == 0) history.begin(subject(id));
    history.step(step(id, i));
    if (i % 11 == 0) history.undone(id, i / 2);
    if (i % 7 == 0) history.end(id, "{}");
    EXPECT_EQ(history.situation("{}"), i < 5);
    ASSERT_LE(history.entries(), 50U);
  }
  std::size_t subjects = 0;
  const auto text = told(history);
  for (auto at = text.find("\"subject\""); at != text.npos; at = text.find("\"subject\"", at + 1)) {
    ++subjects;
  }
  EXPECT_LE(subjects, 13U);
  EXPECT_GT(subjects, 0U);
  history.clear();
  EXPECT_EQ(history.entries(), 0U);
}

TEST(History, WhatIsUndoneIsNotTold) {
  Limits limits;
  limits.steps_per_subject = 3;
  History history(limits);
  history.begin(subject(1));
  history.step(step(1, 1));
  history.step(step(1, 2));
  history.undone(1, 1);
  EXPECT_EQ(told(history), framed(subject_event(subject(1))) + steps("[1,1,0,1,0,[1]]"));
  for (std::uint64_t n = 2; n <= 9; ++n) history.step(step(1, n));
  history.undone(1, 2);  // long forgotten: nobody knows what was then
  auto lost = subject(1);
  lost.from_start = false;
  lost.seen = 2;
  lost.states = {kUnknownSituation};
  EXPECT_EQ(told(history), framed(subject_event(lost)));
}

TEST(History, ANewOneWithTheSameIdIsNew) {
  History history{Limits{}};
  history.begin(subject(1));
  history.step(step(1, 1));
  history.end(1, "{\"e\":1}");
  history.begin(subject(1));
  EXPECT_EQ(told(history), framed(subject_event(subject(1))));
}

TEST(Events, QuoteAnyBytes) {
  EXPECT_EQ(quote("a\"\\\n\x01\x7f"), "\"a\\\"\\\\\\n\\u0001\x7f\"");
  EXPECT_EQ(quote("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
  // Overlong, surrogate, cut short, too large, stray.
  for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xe2\x82", "\xf4\x90\x80\x80", "\xff"}) {
    const auto quoted = quote(bad);
    EXPECT_EQ(quoted.substr(1, 3), "\xef\xbf\xbd") << quoted;
    EXPECT_EQ(quoted.find(bad), quoted.npos);
  }
}

TEST(Events, UnknownSituationsAreNull) {
  EXPECT_EQ(step_item({7, 31, 5, 2, Verdict::refused, {4, kUnknownSituation}}),
            "[7,31,5,2,2,[4,null]]");
}

}  // namespace
}  // namespace spl::debug::web
