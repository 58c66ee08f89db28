// The way of a trace through a drawing.
#include <gmock/gmock.h>

#include "drawn.hpp"

namespace spl::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Set = std::set<std::string>;

Set taken(const Drawn& d) {
  Set result;
  for (const auto& arrow : d.arrows()) {
    if (arrow.ends_with(" (taken)")) result.insert(arrow.substr(0, arrow.size() - 8));
  }
  return result;
}

TEST(Trace, OfAlternativesOnlyThoseThatLeadToItsEnd) {
  const Drawn d("automaton a() {\neither {\nA;\nB;\nX;\n} or {\nA;\nC;\nY;\n}\n}", "A C");
  EXPECT_EQ(taken(d), (Set{"start -> .", ". -> A", "A -> C: 1", "C -> Y: 2"}));
  EXPECT_THAT(d.boxes(), Contains("Y 9; ▶ the trace ends here"));
  EXPECT_THAT(d.boxes(), Contains("X 5"));
}

TEST(Trace, AnAlternativeThatEndsLaterIsLeftOutFromItsBeginning) {
  const Drawn d("automaton a() {\neither {\nA;\nX;\nB;\n} or {\nA;\nX;\nC;\n}\nE;\n}", "A X C");
  EXPECT_EQ(taken(d), (Set{"start -> .", ". -> A", "A -> X: 1", "X -> C: 2", "C -> E: 3"}));
  EXPECT_THAT(d.attributes("A 3"), Not(HasSubstr("penwidth")));
  EXPECT_THAT(d.attributes("A 7"), HasSubstr("penwidth"));
}

TEST(Trace, AHandleThatIsNotInForceIsNotEntered) {
  const Drawn d("automaton a() {\nH;\nduring {\nA;\n} handle {\nH;\n}\n}", "H");
  EXPECT_EQ(taken(d), (Set{"start -> H", "H -> A: 1"}));
}

TEST(Trace, NumbersInABoxAreThoseOfEachStatecall) {
  const Drawn d("automaton a() {\nmultiple {\neither {\nA;\n} or {\nB;\n}\n}\n}", "A B A A");
  EXPECT_THAT(d.boxes(), Contains("A 1, 3, 4 4; B 2 6; ▶ the trace ends here"));
}

TEST(Trace, ManyNumbersAreCounted) {
  const Drawn d("automaton a() {\nA;\nmultiple {\nB;\n}\n}", "A B B B B B B");
  EXPECT_THAT(taken(d), Contains("B -> .: 2, 3, 4, 5, … (6 times)"));
}

TEST(Trace, EndsInABoxThatItSharesWithOthers) {
  // The place where it ends is not the one that the box is called by.
  const Drawn d("automaton a() {\nS;\neither {\nA;\n} or {\nB;\n}\n}", "S B");
  EXPECT_THAT(d.boxes(), Contains("▶ end"));
  const Drawn box("automaton a() {\neither {\nX;\n} or {\nY;\nB;\n}\nC;\n}", "Y");
  EXPECT_THAT(box.boxes(), Contains("B 6; ▶ the trace ends here"));
}

TEST(Trace, TakesWhatIsAlwaysAllowedWhereItIs) {
  const Drawn d("automaton a() {\nalways_allow (L) {\nA;\nB;\n}\n}", "L A L");
  EXPECT_THAT(d.dot(), HasSubstr("at 1, 3</b>"));
  EXPECT_THAT(taken(d), Contains("A -> B: 2"));
  // Consumed by a wait point: not the frame's doing.
  const Drawn wait("automaton a() {\nalways_allow (L) {\nA;\n}\nL;\n}", "A L");
  EXPECT_THAT(wait.dot(), Not(HasSubstr("<b>at ")));
}

TEST(Trace, WhatIsConsumedIsNotAllowedAsWell) {
  const Drawn d("automaton a() {\nalways_allow (A) {\nA;\nB;\n}\n}", "A B");
  EXPECT_THAT(taken(d), Contains("A -> B: 1"));
  EXPECT_THAT(d.dot(), Not(HasSubstr("<b>at ")));
}

TEST(Trace, AStepIsCountedOnceHoweverManyTakeIt) {
  const Drawn d("automaton a(int n) {\neither { n = 1; } or { n = 2; }\nA;\nA;\nB;\n}", "A A");
  EXPECT_THAT(taken(d), Contains("A -> A: 1"));
  EXPECT_THAT(taken(d), Contains("A -> B: 2"));
}

TEST(Trace, GoesThroughHandlesThatItEntersAndBack) {
  const std::string text = "automaton a() {\nduring {\nA;\nB;\n} handle {\nH;\nI;\n}\n}";
  const Drawn d(text, "A H I");
  EXPECT_THAT(taken(d), Contains("H -> I: 2"));
  EXPECT_THAT(taken(d), Contains("I -> resume: 3"));
  EXPECT_THAT(d.boxes(), Contains("B 4; ▶ the trace ends here"));
  const Drawn without(text, "A B");
  EXPECT_THAT(without.arrows(), Contains("H -> I"));
  for (const auto& arrow : taken(without)) EXPECT_THAT(arrow, Not(HasSubstr("H"))) << arrow;
}

TEST(Trace, AHandleThatLoopsIsEnteredByItsArrow) {
  const Drawn d("automaton a() {\nduring {\nA;\n} handle {\nmultiple {\nH;\n}\nI;\n}\n}", "H H I");
  EXPECT_EQ(d.run.accepted, 3U);
  EXPECT_THAT(taken(d), Contains("H -> .: 1, 2"));
}

TEST(Trace, ARefusalIsSaidWhereItHappens) {
  const Drawn d("automaton a() {\nA;\nB;\n}\nautomaton b() {\nA;\nC;\n}", "A C A");
  ASSERT_TRUE(d.run.refused.has_value());
  EXPECT_EQ(d.run.refused->number, 3U);
  EXPECT_EQ(d.run.accepted, 2U);
  EXPECT_EQ(d.run.refusals.size(), 2U);
  EXPECT_THAT(d.boxes(), Contains("B 3; ✗ A refused"));
  EXPECT_THAT(d.dot(), HasSubstr("✗ step 3, A, is refused: not allowed here"));
  EXPECT_THAT(d.attributes("✗ A refused"), HasSubstr("dashed"));
}

TEST(Trace, OnlyTheAutomataThatHaveAStatecallMove) {
  const Drawn d("automaton a() {\nA;\nB;\n}\nautomaton b() {\nC;\n}", "A");
  EXPECT_EQ(d.run.automata[0].steps.size(), 1U);
  EXPECT_EQ(d.run.automata[1].steps.size(), 0U);
  EXPECT_EQ(d.run.automata[1].sets.size(), 1U);
  EXPECT_THAT(d.boxes(), Contains("C 6; ▶ the trace ends here"));
}

TEST(Trace, WhatWouldHaveToBeKeptIsBounded) {
  // A hundred configurations at a time, each of many variables.
  std::string text = "automaton a(int (0 .. 100) n";
  for (int i = 0; i < 300; ++i) text += ", bool b" + std::to_string(i);
  text += ") { multiple { Up; multiple { either (n < 100) { n = n + 1; } or { } Up; } } }";
  const auto p = compile(text);
  const std::vector<GraphStep> steps(3000, {p->statecall("Up"), 1});
  const auto run = follow_trace(*p->program, steps);
  EXPECT_TRUE(run.too_large);
  EXPECT_GT(run.accepted, 0U);
  EXPECT_FALSE(run.refused.has_value());
}

}  // namespace
}  // namespace spl::test
