// conform(): violations once a class, shortest first, with a run that shows them.
#include "spl/conform.hpp"

#include <gmock/gmock.h>

#include "unit/support.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Conform : public ::testing::Test {
 protected:
  std::variant<ConformReport, std::vector<TextError>> run(const std::string& policy,
                                                          const std::string& edges,
                                                          const std::string& map,
                                                          const ConformOptions& options = {}) {
    policy_ = test::compile(policy);
    dfas_.clear();
    for (const auto& a : policy_->program->automata) {
      dfas_.push_back(minimise(test::dfa_of(a), Preserve::wait_points));
    }
    SourceMap sources;
    machine_ = std::get<MealyMachine>(
        read_mealy(sources.add("m.dot", "digraph {" + edges + "}"), sources));
    const auto symbols =
        read_symbol_map(sources.add("m", map), sources, policy_->program->vocabulary);
    return conform(dfas_, policy_->program->vocabulary.size(), machine_,
                   std::get<SymbolMap>(symbols), options);
  }

  ConformReport report(const std::string& policy, const std::string& edges, const std::string& map,
                       const ConformOptions& options = {}) {
    return std::get<ConformReport>(run(policy, edges, map, options));
  }

  /// "A B C: automaton", the last statecall refused; "" if there is no such violation.
  [[nodiscard]] std::string shown(const ConformReport& report, std::size_t i = 0) const {
    if (i >= report.violations.size()) return "";
    std::string text;
    for (const auto s : report.violations[i].trace) {
      text += (text.empty() ? "" : " ") + policy_->program->vocabulary.name(s);
    }
    for (const auto& r : report.violations[i].refusals) {
      text += ": " + policy_->program->automata[index(r.automaton)].name;
    }
    return text;
  }

  std::unique_ptr<test::Compiled> policy_;
  std::vector<Dfa> dfas_;
  MealyMachine machine_;
};

const std::string kPing = "automaton ping () { multiple { Ping; Pong; } }";
const std::string kMap = "input PING = Ping\noutput PONG = Pong\noutput NOTHING = -\n";

TEST_F(Conform, AMachineThatKeepsToThePolicy) {
  const auto r = report(kPing, "a -> a [label=\"PING / PONG\"]", kMap);
  EXPECT_THAT(r.violations, IsEmpty());
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.states, 1U);
  EXPECT_EQ(r.transitions, 1U);
}

TEST_F(Conform, AnOutputTooMany) {
  const auto r =
      report(kPing, "a -> b [label=\"PING / PONG\"] b -> a [label=\"PING / PONG PONG\"]", kMap);
  ASSERT_EQ(r.violations.size(), 1U);
  EXPECT_EQ(shown(r), "Ping Pong Ping Pong Pong: ping");
  EXPECT_THAT(r.violations[0].path, ElementsAre(0, 1));
  EXPECT_THAT(r.violations[0].steps, ElementsAre(0, 0, 1, 1, 1));
  EXPECT_THAT(r.violations[0].expected, ElementsAre(policy_->statecall("Ping")));
}

TEST_F(Conform, OutputsMayBeJoinedByPlus) {
  const auto r = report(kPing, "a -> a [label=\"PING/PONG+PONG\"]", kMap);
  EXPECT_EQ(shown(r), "Ping Pong Pong: ping");
}

TEST_F(Conform, AClassIsShownOnceByAShortestWay) {
  const auto r = report(kPing,
                        "a -> b [label=\"PING / PONG\"] b -> c [label=\"PING / PONG\"] "
                        "c -> c [label=\"PING / PONG PONG\"] b -> b [label=\"PING / PONG PONG\"] "
                        "b -> a [label=\"PING / NOTHING\"]",
                        kMap);
  ASSERT_EQ(r.violations.size(), 2U);
  EXPECT_EQ(shown(r, 0), "Ping Pong Ping Pong Pong: ping");
  EXPECT_EQ(shown(r, 1), "Ping Pong Ping Ping: ping");
}

TEST_F(Conform, OneClassForEachAutomatonThatRefuses) {
  const auto r =
      report(kPing + " automaton once () { Pong; }", "a -> a [label=\"PING / PONG\"]", kMap);
  ASSERT_EQ(r.violations.size(), 1U);
  EXPECT_EQ(shown(r), "Ping Pong Ping Pong: once");
}

TEST_F(Conform, AWayThatViolatesIsNotFollowed) {
  const auto r =
      report(kPing, "a -> b [label=\"PING / PONG PONG\"] b -> b [label=\"PING / NOTHING\"]", kMap);
  EXPECT_EQ(r.violations.size(), 1U);
  EXPECT_EQ(r.transitions, 1U);
}

TEST_F(Conform, AlternativesAreChosenWithForesight) {
  const std::string policy = "automaton a () { either { Ask; Yes; } or { Tell; No; } }";
  const std::string map = "input I = Ask | Tell\noutput NO = No\noutput BOTH = Yes No\n";
  EXPECT_THAT(report(policy, "a -> b [label=\"I / NO\"]", map).violations, IsEmpty());
}

TEST_F(Conform, TheRunShownIsTheOneThatGetsFurthest) {
  const std::string policy = "automaton a () { either { Ask; Yes; } or { Tell; No; } }";
  const auto r =
      report(policy, "a -> b [label=\"I / BOTH\"]", "input I = Ask | Tell\noutput BOTH = Yes No\n");
  EXPECT_EQ(shown(r), "Ask Yes No: a");
}

TEST_F(Conform, SilentStatecallsComeWhenTheyAreNeeded) {
  const std::string policy = "automaton a () { Ping; Notify; multiple (2) { Quiet; } Pong; }";
  const std::string map = kMap + "silent = Notify Quiet\n";
  EXPECT_THAT(report(policy, "a -> b [label=\"PING / PONG\"]", map).violations, IsEmpty());
}

TEST_F(Conform, SilentStatecallsAreShown) {
  const std::string policy = "automaton a () { Ping; Notify; Pong; }";
  const auto r = report(policy, "a -> b [label=\"PING / PONG PONG\"]", kMap + "silent = Notify\n");
  EXPECT_EQ(shown(r), "Ping Notify Pong Pong: a");
}

TEST_F(Conform, TheStartMayViolate) {
  const auto r = report(kPing, "a -> a [label=\"PING / PONG\"]", kMap + "start = Ping Ping");
  EXPECT_EQ(shown(r), "Ping Ping: ping");
  EXPECT_THAT(r.violations[0].path, IsEmpty());
  EXPECT_THAT(r.violations[0].steps,
              ElementsAre(ConformViolation::kStart, ConformViolation::kStart));
  EXPECT_EQ(shown(report(kPing, "a -> a [label=\"PING / PONG\"]", kMap + "start = Ping Pong")), "");
}

TEST_F(Conform, WhatTheMachineRefusesThePolicyMayRefuse) {
  const std::string policy = "automaton a () { Ping; Pong; Nack; }";
  const std::string edges =
      "a -> b [label=\"PING / PONG\"] b -> c [label=\"PING / NO\"] c -> c [label=\"PING / GONE\"]";
  const std::string map = kMap + "refusal NO = Nack\nrefusal GONE = -\n";
  EXPECT_THAT(report(policy, edges, map).violations, IsEmpty());
  // Its own statecalls are run nevertheless.
  const auto r = report(policy, "a -> b [label=\"PING / NO\"]", map);
  EXPECT_EQ(shown(r), "Ping Nack: a");
}

TEST_F(Conform, ARefusedInputMayNotHaveBeenAnnounced) {
  // The policy would have taken the first PING; the machine did not.
  const auto r = report(kPing, "a -> a [label=\"PING / NO\"] a -> b [label=\"PING / PONG\"]",
                        kMap + "refusal NO = -\n");
  EXPECT_THAT(r.violations, IsEmpty());
}

TEST_F(Conform, WhatWasNotSentMeansNothing) {
  EXPECT_THAT(report(kPing, "a -> a [label=\"PING / NONE\"]", kMap + "unsent NONE\n").violations,
              IsEmpty());
}

TEST_F(Conform, SymbolsWithoutMeaningAreErrorsEachOnce) {
  const auto result = run(kPing,
                          "a -> a [label=\"PIN / PONG\"] a -> a [label=\"PIN / PONG WHAT\"] "
                          "a -> a [label=\"PING / PONG+HUH\"]",
                          kMap);
  const auto& errors = std::get<std::vector<TextError>>(result);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_THAT(errors[0].message, HasSubstr("the input 'PIN'"));
  EXPECT_THAT(errors[0].hint, HasSubstr("it knows PING"));
  EXPECT_THAT(errors[1].message, HasSubstr("the output 'WHAT'"));
  EXPECT_THAT(errors[2].message, HasSubstr("the output 'HUH'"));
  EXPECT_TRUE(errors[2].range.valid());
}

TEST_F(Conform, PastTheBoundNothingIsClaimed) {
  ConformOptions options;
  options.max_states = 2;
  const auto r =
      report("automaton a () { multiple (9) { Ping; } }", "a -> a [label=\"PING / NOTHING\"]",
             "input PING = Ping\noutput NOTHING = -\n", options);
  EXPECT_FALSE(r.complete);
  EXPECT_THAT(r.violations, IsEmpty());
}

}  // namespace
}  // namespace spl
