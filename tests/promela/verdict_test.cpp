// Verdicts and traces: every operator of language.md section 8 with both outcomes.
#include <gtest/gtest.h>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

const char* const kLogin = R"(
automaton auth (int(0..3) failures, bool done) {
  do {
    Request;
    either (failures < 3) { Failure; failures = failures + 1; }
    or { Success; done = true; }
  } until (done || failures == 3);
  either (done) { multiple { Data; } } or (!done) { Bye; }
})";

struct Case {
  const char* formula;
  const char* expected;
};

class Operators : public testing::TestWithParam<Case> {};

TEST_P(Operators, Verdict) {
  EXPECT_EQ(verdict(kLogin, GetParam().formula), GetParam().expected) << GetParam().formula;
}

const char* const kOnlyFailures = "Request Failure Request Failure Request Failure Bye";

const std::string kFailsOnlyFailures = std::string("fails: ") + kOnlyFailures;

INSTANTIATE_TEST_SUITE_P(
    Login, Operators,
    testing::Values(
        Case{"true", "proved"}, Case{"false", "fails: "}, Case{"Request", "fails: "},
        Case{"never auth.failures > 3", "proved"},
        Case{"never auth.failures == 2", "fails: Request Failure Request Failure"},
        Case{"never (failures == 1 and done)", "fails: Request Failure Request Success"},
        Case{"always (auth.done implies auth.failures < 3)", "proved"},
        Case{"always (auth.done iff auth.finished)", kFailsOnlyFailures.c_str()},
        Case{"reachable auth.failures == 3",
             "proved: Request Failure Request Failure Request Failure"},
        Case{"reachable (auth.failures == 3 and auth.done)", "fails"},
        Case{"reachable (Data and once(Failure))", "proved: Request Failure Request Success Data"},
        Case{"Request precedes Success", "proved"},
        Case{"Failure precedes Success", "fails: Request Success"},
        Case{"Success responds_to Request", kFailsOnlyFailures.c_str()},
        Case{"not Data until (Success or Bye)", "proved"},
        Case{"not Data until Success", kFailsOnlyFailures.c_str()},
        Case{"not Data weak_until Success", "proved"},
        Case{"not Data weak_until Failure", "fails: Request Success Data"},
        Case{"eventually (auth.done or Bye)", "proved"}, Case{"eventually auth.finished", "proved"},
        Case{"always eventually Data", kFailsOnlyFailures.c_str()},
        Case{"eventually always auth.finished", "proved"}, Case{"eventually not Data", "proved"},
        Case{"eventually (done and not Data and not Success)", "fails: Request Success (Data)"},
        Case{"next Request", "proved"}, Case{"next Success", "fails: Request"},
        Case{"next next (Success or Failure)", "proved"},
        Case{"always (Request implies next (Success or Failure))", "proved"},
        Case{"always (Failure implies next Request)", kFailsOnlyFailures.c_str()},
        Case{"always (Success implies next always not Success)", "proved"},
        Case{"always (Failure implies next always not Failure)",
             "fails: Request Failure Request Failure"},
        Case{"always (Success implies once(Request))", "proved"},
        Case{"always (Success implies once(Failure))", "fails: Request Success"},
        Case{"always (Data implies since(not Failure, Success))", "proved"},
        Case{"always (Request implies not since(not Success, Failure))",
             "fails: Request Failure Request"},
        Case{"always (Data implies once(Success and once(Request and not once(Data))))", "proved"},
        Case{"not (eventually Data and eventually Bye)", "proved"}));

TEST(Traces, AnEndlessRunSaysWhereItRepeats) {
  EXPECT_EQ(verdict("automaton a () { Start; multiple { A; B; } }", "eventually always A"),
            "fails: Start (A B)");
  EXPECT_EQ(verdict("automaton a () { A; multiple { B; } }", "eventually always not B"),
            "fails: A (B)");
}

TEST(Traces, StepsCarryPlacesAndVariables) {
  const auto v = verified(std::string(kLogin) + "property p : never (failures == 1 and Success);");
  const auto& r = v.named("p");
  ASSERT_EQ(r.trace.size(), 4U);
  ASSERT_EQ(r.trace[1].places.size(), 1U);
  EXPECT_EQ(v.policy->sources.begin_of(r.trace[1].places[0].range).line, 5U);
  ASSERT_EQ(r.trace[3].variables.size(), 2U);
  EXPECT_EQ(r.trace[3].variables[0].name, "auth.failures");
  EXPECT_EQ(r.trace[3].variables[0].values, std::vector<std::int32_t>{1});
  EXPECT_TRUE(r.trace[3].variables[1].is_bool);
  EXPECT_EQ(r.trace[3].variables[1].values, std::vector<std::int32_t>{1});
  EXPECT_FALSE(r.exhaustive);
  EXPECT_GT(r.states, 0U);
}

TEST(Traces, AlwaysAllowAndHandlesArePlaces) {
  const auto v = verified(
      "automaton a () {\n always_allow (D) {\n during {\n A; B;\n } handle {\n H;\n }\n }\n}\n"
      "property p : not (eventually (H and next (D and next B)));");
  const auto& r = v.named("p");
  ASSERT_EQ(v.trace(r), "A H D B");
  std::vector<std::uint32_t> lines;
  for (const auto& s : r.trace) {
    lines.push_back(v.policy->sources.begin_of(s.places.at(0).range).line);
  }
  EXPECT_EQ(lines, (std::vector<std::uint32_t>{4, 6, 2, 4}));
}

TEST(Traces, SaysWhereAPrefixIsBadBecauseTheRunIsOver) {
  const auto v = verified(
      "automaton a () { A; B; }\n"
      "property over : always (B implies next B);\n"
      "property later : always (A implies next A);\n"
      "property start : A;");
  const auto& over = v.named("over");
  EXPECT_EQ(v.trace(over), "A B");
  EXPECT_EQ(over.loop_start, 2U);
  const auto& later = v.named("later");
  EXPECT_EQ(v.trace(later), "A B");
  EXPECT_EQ(later.loop_start, std::nullopt);
  EXPECT_EQ(v.named("start").loop_start, std::nullopt);
}

// Alternatives that differ in what the property reads: runs are followed one by one, and one that
// turns out to be the wrong guess ends without counting for anything.
const char* const kGuess = "automaton a (bool x) { either { A; x = true; B; } or { A; C; } }";

TEST(Guesses, WrongOnesDoNotCount) {
  EXPECT_EQ(verdict(kGuess, "always (B implies a.x)"), "proved");
  EXPECT_EQ(verdict(kGuess, "always (C implies not a.x)"), "proved");
  EXPECT_EQ(verdict(kGuess, "always (A implies next (B or C))"), "proved");
  EXPECT_EQ(verdict(kGuess, "eventually (B or C)"), "proved");
  EXPECT_EQ(verdict(kGuess, "reachable (A and a.x)"), "proved: A");
  EXPECT_EQ(verdict(kGuess, "reachable (A and not a.x)"), "proved: A");
  EXPECT_EQ(verdict(kGuess, "reachable (C and a.x)"), "fails");
  EXPECT_EQ(verdict(kGuess, "always (a.x implies next B)"), "fails: A B");
}

TEST(Guesses, AlternativesAtTheStart) {
  const char* const policy =
      "automaton a (bool x) { either { x = true; A; B; } or { A; C; } }\n"
      "automaton b (bool y) { either { y = true; B; } or { C; } }";
  EXPECT_EQ(verdict(policy, "a.x iff b.y"), "fails: ");
  EXPECT_EQ(verdict(policy, "always (B implies a.x and b.y)"), "proved");
  EXPECT_EQ(verdict(policy, "always (A implies next (B or C))"), "proved");
  EXPECT_EQ(verdict(policy, "always (once(A) implies a.x)"), "fails: A");
  EXPECT_EQ(verdict(policy, "reachable (b.y and not a.x and C)"), "fails");
}

TEST(Joint, AutomataThatShareAStatecallMoveTogether) {
  const char* const policy =
      "automaton a (int(0..9) n) { multiple (9) { A; n = n + 1; } }\n"
      "automaton b () { multiple (3) { A; multiple (..1) { B; } } }";
  EXPECT_EQ(verdict(policy, "never a.n == 3"), "fails: A A A");
  EXPECT_EQ(verdict(policy, "never a.n == 4"), "proved");
  EXPECT_EQ(verdict(policy, "always (B implies a.n > 0)"), "proved");
  EXPECT_EQ(verdict(policy, "never (a.n == 1 and b.finished)"), "proved");
}

TEST(Numbers, LargeAndNegativeValuesKeepTheirWidth) {
  const char* const policy =
      "automaton a (int n = 2147483647, int m) { A; n = n - 1; m = 0 - n; m = m - 2; B; }";
  EXPECT_EQ(verdict(policy, "never a.m == -2147483648"), "fails: A");
  EXPECT_EQ(verdict(policy, "always (a.n > 2147483645)"), "proved");
}

TEST(Dead, AnAutomatonThatViolatesAtTheStartAcceptsNothing) {
  EXPECT_EQ(verdict("automaton a () { either { abort; } or { A; } }", "eventually A"), "fails: ");
  EXPECT_EQ(verdict("automaton a () { either { abort; } or { A; } }", "never A"), "proved");
}

}  // namespace
}  // namespace spl::promela::test
