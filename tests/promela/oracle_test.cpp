// Spin and the interpreter on the same traces: all short ones, and Spin's random runs.
#include <gtest/gtest.h>

#include "spl/interpreter.hpp"
#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

const char* const kPolicies[] = {
    "automaton a () { either { A; B; } or { A; C; } multiple (1..2) { B; } }",
    "automaton a (int(0..2) n) { multiple { A; n = n + 1; } B; }",
    "automaton a () { always_allow (C) { multiple { A; } } B; } automaton b () { B; A; }",
    "automaton a () { during { A; B; } handle { C; C; } } automaton b () { multiple { C; A; } }",
    "automaton a () { A; either { B; } or { C; abort; } }",
};

bool accepts(const Program& program, const std::vector<StatecallId>& trace) {
  Interpreter interpreter(program);
  for (const auto s : trace) {
    if (interpreter.tick(s).outcome != Interpreter::Outcome::accepted) return false;
  }
  return true;
}

TEST(Oracle, SpinAcceptsWhatTheInterpreterAccepts) {
  for (const auto* text : kPolicies) {
    const auto policy = spl::test::compile(text);
    const auto& program = *policy->program;
    std::vector<std::vector<StatecallId>> traces{{}};
    for (std::size_t i = 0; i < traces.size() && traces[i].size() < 4 && traces.size() < 60; ++i) {
      for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
        auto longer = traces[i];
        // Only the last statecall may be refused: the rest would test the same again.
        if (!accepts(program, longer)) continue;
        longer.push_back(StatecallId{s});
        traces.push_back(std::move(longer));
      }
    }
    std::vector<bool> expected;
    for (const auto& t : traces) expected.push_back(accepts(program, t));
    const auto result = spin_accepts(program, policy->sources, traces);
    ASSERT_TRUE(std::holds_alternative<std::vector<bool>>(result))
        << std::get<ToolFailure>(result).message << std::get<ToolFailure>(result).output;
    EXPECT_EQ(std::get<std::vector<bool>>(result), expected) << text;
  }
}

TEST(Oracle, RandomRunsOfTheModelAreAccepted) {
  for (const auto* text : kPolicies) {
    const auto policy = spl::test::compile(text);
    std::size_t longest = 0;
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
      const auto run = spin_simulate(*policy->program, policy->sources, seed, 20);
      ASSERT_TRUE(std::holds_alternative<std::vector<StatecallId>>(run))
          << std::get<ToolFailure>(run).message << std::get<ToolFailure>(run).output;
      const auto& trace = std::get<std::vector<StatecallId>>(run);
      EXPECT_TRUE(accepts(*policy->program, trace)) << text << " seed " << seed;
      EXPECT_LE(trace.size(), 20U);
      longest = std::max(longest, trace.size());
    }
    EXPECT_GT(longest, 0U) << text;
  }
}

}  // namespace
}  // namespace spl::promela::test
