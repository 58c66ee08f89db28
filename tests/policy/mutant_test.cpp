// Every property of the shipped policies fails on some changed policy, and Spin finds it. So none
// holds merely because it says nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mutants.hpp"
#include "spl/promela/verify.hpp"

namespace spl::test {
namespace {

class Mutants : public testing::TestWithParam<Mutant> {};

TEST_P(Mutants, AreFound) {
  const auto& mutant = GetParam();
  const Compiled policy(mutant.policy, mutant.edits);
  EXPECT_TRUE(policy.unmade.empty()) << "no such text: " << policy.unmade.front();
  ASSERT_TRUE(policy.program) << render_text(policy.diagnostics, policy.sources, false);
  const auto& all = policy.program->properties;
  const auto property = std::ranges::find(all, mutant.property, &Property::name);
  ASSERT_NE(property, all.end());

  promela::VerifyOptions options;
  options.built_in = false;
  options.jobs = 1;
  const auto report = promela::verify(*policy.program, policy.sources, {property, 1}, options);
  ASSERT_FALSE(report.failure) << report.failure->message << '\n' << report.failure->output;
  ASSERT_EQ(report.results.size(), 1U);
  EXPECT_STREQ(promela::to_string(report.results[0].verdict), "fails") << report.results[0].why;
}

INSTANTIATE_TEST_SUITE_P(All, Mutants, testing::ValuesIn(mutants()),
                         [](const auto& mutant) { return mutant.param.property; });

TEST(MutantTable, HasEveryProperty) {
  std::set<std::string> declared;
  for (const auto& path : policies()) {
    const Compiled policy(path);
    ASSERT_TRUE(policy.program) << path;
    for (const auto& property : policy.program->properties) declared.insert(property.name);
  }
  std::set<std::string> mutated;
  for (const auto& mutant : mutants()) mutated.insert(mutant.property);
  EXPECT_EQ(declared, mutated);
}

}  // namespace
}  // namespace spl::test
