// The checks that need no property.
#include <gtest/gtest.h>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

TEST(Stuck, ShortestTraceToAStateThatAcceptsNothing) {
  const auto v = verified(
      "automaton a () { either { S; T; A; B; } or { T; A; B; } }\n"
      "automaton b () { B; A; }");
  EXPECT_EQ(v.verdict("stuck"), "fails: T");
  EXPECT_NE(v.named("stuck").why.find("'a', 'b'"), std::string::npos);
  EXPECT_FALSE(v.named("stuck").information);
}

TEST(Stuck, NotWhereEveryAutomatonHasFinished) {
  EXPECT_EQ(verified("automaton a () { A; B; } automaton b () { A; B; }").verdict("stuck"),
            "proved");
  EXPECT_EQ(verified("automaton a () { multiple { A; } }").verdict("stuck"), "proved");
}

TEST(Stuck, AWrongGuessIsNotStuck) {
  EXPECT_EQ(
      verified("automaton a (bool x) { either { A; x = true; B; } or { A; C; } }").verdict("stuck"),
      "proved");
}

TEST(Stuck, ADeadBranchIs) {
  EXPECT_EQ(verified("automaton a (int n) { A; either (n > 0) { B; } or { C; } }").verdict("stuck"),
            "proved");
  EXPECT_EQ(
      verified("automaton a () { A; B; } automaton b () { A; C; B; } automaton c () { C; A; }")
          .verdict("stuck"),
      "fails: ");
}

TEST(Arithmetic, EachFaultWithItsShortestTrace) {
  const auto over = verified("automaton a (int n = 7) { multiple { A; n = n * 1000; } B; }");
  const auto& r = over.named("arithmetic");
  EXPECT_EQ(over.verdict("arithmetic"), "fails: A A");
  EXPECT_EQ(r.refused, over.policy->statecall("A"));
  EXPECT_NE(r.why.find("overflow"), std::string::npos) << r.why;
  const auto zero = verified("automaton a (int n) { A; n = 1 / n; B; }");
  EXPECT_EQ(zero.verdict("arithmetic"), "fails: ");
  EXPECT_NE(zero.named("arithmetic").why.find("division"), std::string::npos);
  const auto range = verified("automaton a (int(0..2) n) { multiple { A; n = n + 1; } }");
  EXPECT_EQ(range.verdict("arithmetic"), "fails: A A");
}

TEST(Arithmetic, NotWhereAnotherAutomatonRefusesFirst) {
  const std::string counter = "automaton a (int(0..2) n) { multiple { A; n = n + 1; } }\n";
  EXPECT_EQ(verified(counter + "automaton b () { multiple (..2) { A; } }").verdict("arithmetic"),
            "proved");
  EXPECT_EQ(verified(counter + "automaton b () { multiple (..3) { A; } }").verdict("arithmetic"),
            "fails: A A");
}

TEST(Arithmetic, NoneIsProved) {
  const auto v = verified("automaton a (int(0..2) n) { while (n < 2) { A; n = n + 1; } }");
  EXPECT_EQ(v.verdict("arithmetic"), "proved");
  EXPECT_TRUE(v.named("arithmetic").exhaustive);
}

TEST(Abort, ReachableIsInformation) {
  const auto v = verified("automaton a () { A; either { B; } or { C; abort; } }");
  const auto& r = v.named("abort");
  EXPECT_EQ(v.verdict("abort"), "fails: A");
  EXPECT_EQ(r.refused, v.policy->statecall("C"));
  EXPECT_TRUE(r.information);
  EXPECT_EQ(v.policy->sources.text(r.range).substr(0, 5), "abort");
  EXPECT_EQ(verified("automaton a () { A; B; }").verdict("abort"), "proved");
}

TEST(Abort, AtTheStart) {
  const auto v = verified("automaton a () { either { abort; } or { A; } }");
  EXPECT_EQ(v.verdict("abort"), "fails: ");
  EXPECT_FALSE(v.named("abort").refused);
}

TEST(Unreachable, StatementsThatNoRunReaches) {
  const auto v = verified("automaton a (int n) {\n A;\n either (n > 0) {\n B;\n } or { C; }\n}");
  const auto& r = v.named("unreachable");
  ASSERT_EQ(r.places.size(), 1U);
  EXPECT_EQ(v.policy->sources.begin_of(r.places[0]).line, 4U);
  EXPECT_TRUE(r.information);
  EXPECT_TRUE(verified("automaton a () { A; }").named("unreachable").places.empty());
}

}  // namespace
}  // namespace spl::promela::test
