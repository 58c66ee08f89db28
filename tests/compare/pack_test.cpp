// make_tests(): every transition, every pair, every refusal, each once and by a shortest way; the
// interpreter agrees with every case; what a limit leaves.
#include <gmock/gmock.h>

#include <set>

#include "spl/test_pack.hpp"
#include "unit/support.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Pack : public ::testing::Test {
 protected:
  PackReport make(const std::string& policy, const PackOptions& options = {}) {
    compiled_ = test::compile(policy);
    dfas_.clear();
    cases_.clear();
    for (const auto& a : compiled_->program->automata) {
      dfas_.push_back(minimise(test::dfa_of(a), Preserve::wait_points));
    }
    return make_tests(dfas_, compiled_->program->vocabulary.size(), options,
                      [&](const TestCase& made) { cases_.push_back(made); });
  }

  [[nodiscard]] std::string text(const TestCase& made) const {
    std::string result;
    for (const auto s : made.trace) {
      result += (result.empty() ? "" : " ") + compiled_->program->vocabulary.name(s);
    }
    return result;
  }
  [[nodiscard]] std::vector<std::string> texts(CaseKind kind) const {
    std::vector<std::string> result;
    for (const auto& made : cases_) {
      if (made.kind == kind) result.push_back(text(made));
    }
    return result;
  }

  /// What the interpreter says of a case, in the form of the case itself.
  [[nodiscard]] TestCase judged(const TestCase& made) const {
    Interpreter interpreter(*compiled_->program);
    TestCase result{made.kind, {}, {}, false};
    for (const auto s : made.trace) {
      result.trace.push_back(s);
      const auto verdict = interpreter.tick(s);
      if (verdict.outcome == Interpreter::Outcome::accepted) continue;
      for (const auto& r : verdict.refusals) result.refused_by.push_back(r.automaton);
      break;
    }
    result.finished = interpreter.finished();
    return result;
  }

  std::unique_ptr<test::Compiled> compiled_;
  std::vector<Dfa> dfas_;
  std::vector<TestCase> cases_;
};

TEST_F(Pack, ASmallPolicyInFull) {
  const auto report = make("automaton a () { A; multiple { B; } C; }");
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.states, 3U);
  EXPECT_THAT(texts(CaseKind::transition), ElementsAre("A", "A B", "A C"));
  EXPECT_THAT(texts(CaseKind::pair), UnorderedElementsAre("A B", "A C", "A B B", "A B C"));
  EXPECT_THAT(texts(CaseKind::refusal), ElementsAre("B", "C", "A A", "A C A", "A C B", "A C C"));
  EXPECT_EQ(report.possible, report.made);
}

TEST_F(Pack, AutomataTogether) {
  make("automaton a () { A; B; } automaton b () { B; C; }");
  EXPECT_THAT(texts(CaseKind::transition), ElementsAre("A", "A B", "A B C"));
  const auto refusal =
      std::ranges::find_if(cases_, [&](const TestCase& c) { return text(c) == "A B B"; });
  ASSERT_NE(refusal, cases_.end());
  EXPECT_THAT(refusal->refused_by, ElementsAre(AutomatonId{0}, AutomatonId{1}));
}

TEST_F(Pack, StatecallsThatNobodyMentionsAreLeftOut) {
  make("statecalls { A, Unused } automaton a () { A; }");
  EXPECT_THAT(texts(CaseKind::transition), ElementsAre("A"));
  EXPECT_THAT(texts(CaseKind::refusal), ElementsAre("A A"));
}

TEST_F(Pack, TheInterpreterAgreesWithEveryCase) {
  const std::vector<std::string> policies = {
      "automaton a (int (0 .. 2) n) { multiple { either { A; n = n + 1; } or { B; n = 0; } } }",
      "automaton a (bool x) { during { do { A; x = !x; optional { B; exit; } } until (x); C; } "
      "handle { D; E; } } automaton b () { multiple { either { A; D; } or { always_allow (E) { C; "
      "} } } }",
      "automaton a () { either { A; abort; } or { B; } } automaton b () { multiple (1..3) { B; } "
      "C; }",
      "automaton a () { abort; A; } automaton b () { A; B; }",
      "automaton a () {} automaton b () { optional { A; } }"};
  for (const auto& policy : policies) {
    make(policy);
    for (const auto& made : cases_) {
      const auto expected = judged(made);
      EXPECT_EQ(made.trace, expected.trace) << policy << "\n" << text(made);
      EXPECT_EQ(made.refused_by, expected.refused_by) << policy << "\n" << text(made);
      EXPECT_EQ(made.finished, expected.finished) << policy << "\n" << text(made);
      EXPECT_EQ(made.kind == CaseKind::refusal, !made.refused_by.empty());
    }
  }
}

TEST_F(Pack, ALimitLeavesASampleOfEachKind) {
  const std::string policy =
      "automaton a () { multiple { either { A; } or { B; } or { C; D; } or { E; F; G; } } }";
  make(policy);
  const auto whole = cases_;
  PackOptions options;
  options.limit = 20;
  std::set<std::vector<std::string>> samples;
  for (options.seed = 0; options.seed < 10; ++options.seed) {
    const auto report = make(policy, options);
    EXPECT_EQ(cases_.size(), 20U);
    EXPECT_EQ(report.made[0] + report.made[1] + report.made[2], 20U);
    for (const auto made : report.made) EXPECT_GT(made, 0U);
    std::vector<std::string> sample;
    for (const auto& made : cases_) {
      sample.push_back(text(made));
      EXPECT_TRUE(std::ranges::any_of(
          whole, [&](const TestCase& c) { return c.kind == made.kind && c.trace == made.trace; }));
    }
    EXPECT_TRUE(samples.insert(sample).second);
    const auto first = sample;
    make(policy, options);
    std::vector<std::string> again;
    for (const auto& made : cases_) again.push_back(text(made));
    EXPECT_EQ(first, again);
  }
}

TEST_F(Pack, WhatASmallKindDoesNotNeedGoesToTheOthers) {
  PackOptions options;
  options.limit = 9;
  const auto report = make("automaton a () { A; multiple { B; } C; }", options);
  EXPECT_THAT(report.made, ElementsAre(3, 3, 3));
  options.limit = 12;
  EXPECT_THAT(make("automaton a () { A; multiple { B; } C; }", options).made, ElementsAre(3, 4, 5));
}

TEST_F(Pack, SeedNoughtTakesTheShortest) {
  PackOptions options;
  options.limit = 3;
  options.seed = 0;
  make("automaton a () { A; multiple { B; } C; }", options);
  EXPECT_THAT(texts(CaseKind::transition), ElementsAre("A"));
  EXPECT_THAT(texts(CaseKind::refusal), ElementsAre("B"));
}

TEST_F(Pack, OnlyTheKindsAskedFor) {
  PackOptions options;
  options.kinds = {false, false, true};
  make("automaton a () { A; B; }", options);
  EXPECT_EQ(cases_.size(), texts(CaseKind::refusal).size());
}

TEST_F(Pack, PastTheBoundThereIsNone) {
  PackOptions options;
  options.max_states = 5;
  const auto report = make("automaton a () { multiple (9) { A; } }", options);
  EXPECT_FALSE(report.complete);
  EXPECT_TRUE(cases_.empty());
}

}  // namespace
}  // namespace spl
