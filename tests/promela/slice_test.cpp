// Models of some automata: what they prove holds of the whole policy, and what they find is tried
// on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spl/promela/job.hpp"
#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

using testing::SizeIs;

VerifyOptions slicing() {
  VerifyOptions options;
  options.built_in = false;
  options.slice = true;
  return options;
}

TEST(Slice, IndependentAutomataAreLeftOut) {
  std::string text;
  for (int i = 0; i < 8; ++i) {
    text += "automaton a" + std::to_string(i) + " () { multiple (29) { A" + std::to_string(i) +
            "; } }\n";
  }
  const auto v = verified(text +
                              "property p : always (a0.finished implies once(A0));\n"
                              "property q : reachable a1.finished;\n",
                          slicing());
  EXPECT_EQ(v.verdict("p"), "proved");
  EXPECT_LT(v.named("p").states, 200U);  // of 30^8
  EXPECT_THAT(v.named("p").left_out, SizeIs(7));
  EXPECT_THAT(v.named("q").trace, SizeIs(29));
}

// A run that only the part has: b never lets Go pass.
constexpr const char* kRefusing =
    "automaton a () { multiple { either { Go; Bad; } or { Ok; } } }\n"
    "automaton b () { multiple { Ok; } exit; Go; }\n";
// One that needs a step of b first.
constexpr const char* kLate =
    "automaton a () { multiple { either { Go; Bad; } or { Ok; } } }\n"
    "automaton b () { multiple { Ok; } Last; Go; }\n";

TEST(Slice, WhatTheOthersForbidIsNotFound) {
  const auto v = verified(std::string(kRefusing) + "property p : never Bad;\n", slicing());
  EXPECT_EQ(v.verdict("p"), "proved");
  EXPECT_THAT(v.named("p").left_out, SizeIs(0));  // b was needed
}

TEST(Slice, RunsAreThoseOfTheWholePolicy) {
  const auto v = verified(
      std::string(kLate) + "property p : never Bad;\nproperty q : reachable Bad;\n", slicing());
  EXPECT_EQ(v.verdict("p"), "fails: Last Go Bad");
  EXPECT_EQ(v.verdict("q"), "proved: Last Go Bad");
}

TEST(Slice, AStepOfAnotherAutomatonIsAStep) {
  constexpr const char* kPolicy = "automaton a () { A; B; }\nautomaton c () { C; }\n";
  const auto v = verified(std::string(kPolicy) +
                              "property p : always (A or B or not once(A));\n"
                              "property q : always (A implies next B);\n"
                              "property r : always (B implies once(A));\n",
                          slicing());
  EXPECT_EQ(v.verdict("p"), "fails: A C");
  EXPECT_EQ(v.verdict("q"), "fails: A C");
  EXPECT_EQ(v.verdict("r"), "proved");
  EXPECT_THAT(v.named("r").left_out, SizeIs(1));
}

TEST(Slice, TheEndIsAStepToo) {
  // b has no statecall of its own, and is why runs end after B; without it they go on to n = 1.
  const auto v = verified(
      "automaton a (int (0..1) n) { B; S; n = 1; }\n"
      "automaton b () { exit; S; }\n"
      "property p : always (B or not once(B) or a.n == 1);\n",
      slicing());
  EXPECT_EQ(v.named("p").verdict, Verdict::fails);
}

TEST(Slice, EndlessRunsAreAskedOfTheWholePolicy) {
  const auto v = verified(std::string(kLate) + "property p : always (Go implies eventually Bad);\n",
                          slicing());
  EXPECT_EQ(v.verdict("p"), "proved");
  EXPECT_THAT(v.named("p").left_out, SizeIs(0));
}

TEST(Slice, UndecidedChecksArePlannedAgain) {
  const auto policy = spl::test::compile(std::string(kRefusing) + "property p : never Bad;\n");
  const auto options = slicing();
  const auto plan =
      make_plan(*policy->program, policy->sources, policy->program->properties, options);
  const auto tools = std::get<Tools>(find_tools(options));
  const auto first = std::get<Outcome>(run_job(plan.jobs().at(0), tools));
  const auto* pointer = &first;
  EXPECT_TRUE(std::holds_alternative<Plan::Undecided>(plan.conclude(0, {&pointer, 1})));
  const std::vector<std::size_t> undecided{0};
  const auto whole = plan.refine(undecided);
  ASSERT_THAT(whole.jobs(), SizeIs(1));
  EXPECT_NE(key_of(whole.jobs()[0]), key_of(plan.jobs()[0]));
  const auto second = std::get<Outcome>(run_job(whole.jobs()[0], tools));
  pointer = &second;
  const auto results = whole.conclude(0, {&pointer, 1});
  EXPECT_EQ(std::get<std::vector<CheckResult>>(results).at(0).verdict, Verdict::proved);
}

}  // namespace
}  // namespace spl::promela::test
