// Every policy of the tree is free of warnings, formatted, never stuck, and small.
#include <gtest/gtest.h>

#include "spl/dfa.hpp"
#include "spl/lint.hpp"
#include "support.hpp"

namespace spl::test {
namespace {

class Policy : public testing::TestWithParam<std::string> {};

std::string name_of(const std::string& path) {
  const auto begin = path.rfind('/') + 1;
  const std::string of = path.find("/client/") == std::string::npos ? "" : "client_";
  return of + path.substr(begin, path.rfind('.') - begin);
}

TEST_P(Policy, IsClean) {
  Compiled policy(GetParam());
  ASSERT_TRUE(policy.program) << render_text(policy.diagnostics, policy.sources, false);
  lint(*policy.program, *policy.checked, policy.diagnostics);
  EXPECT_TRUE(policy.diagnostics.all().empty())
      << render_text(policy.diagnostics, policy.sources, false);
}

TEST_P(Policy, IsFormatted) {
  SourceMap sources;
  Diagnostics diagnostics;
  const auto text = read_source(GetParam());
  const auto formatted = format(sources.add(GetParam(), text), sources, diagnostics);
  EXPECT_EQ(formatted, text);
}

TEST_P(Policy, IsNeverStuckAndSmall) {
  Compiled policy(GetParam());
  ASSERT_TRUE(policy.program);
  std::vector<Dfa> dfas;
  for (const auto& automaton : policy.program->automata) {
    auto built = determinise(automaton);
    ASSERT_TRUE(std::holds_alternative<SubsetAutomaton>(built)) << automaton.name;
    dfas.push_back(minimise(std::get<SubsetAutomaton>(built).dfa, Preserve::language));
  }
  const auto joint = explore(dfas, policy.program->vocabulary.size(), 1'000'000);
  EXPECT_TRUE(joint.complete);
  EXPECT_TRUE(joint.stuck.empty());
  // An older compiler of this language needs 44 million states and more for such a policy.
  EXPECT_LT(joint.states, 44'000U);
}

INSTANTIATE_TEST_SUITE_P(All, Policy, testing::ValuesIn(policies()),
                         [](const auto& policy) { return name_of(policy.param); });

TEST(Policies, AreThere) {
  EXPECT_GE(policies().size(), 8U);
}

}  // namespace
}  // namespace spl::test
