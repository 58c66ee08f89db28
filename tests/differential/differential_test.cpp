// Oracle = interpreter = DFA = least DFA = wait-point DFA = observed automaton, on all small
// policies, on thousands of random ones, and on every policy that once told them apart.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "compare.hpp"
#include "pipeline.hpp"
#include "policy_gen.hpp"
#include "random_policy.hpp"
#include "shrink.hpp"
#include "small_policies.hpp"

namespace spl::test {
namespace {

bool long_tests() {
  return std::getenv("SPL_LONG_TESTS") != nullptr;
}

/// SPL_SEED if set, else always the same: a failure must be there again the next time.
std::uint64_t base_seed() {
  const char* text = std::getenv("SPL_SEED");
  return text == nullptr ? 20'090'907 : std::strtoull(text, nullptr, 0);
}

/// A failing test's message: the policy, made as small as it still fails.
std::string report(const std::string& policy, const CompareLimits& limits) {
  const auto fails = [&](const std::string& candidate) {
    Tally ignored;
    return !disagreement(candidate, ignored, limits).empty();
  };
  const auto small = shrink(policy, fails);
  Tally ignored;
  return disagreement(small, ignored, limits) + "\n" + small + "\nshrunk from:\n" + policy;
}

void compare_all_of_size(std::uint32_t size, Tally& tally) {
  for (const auto& body : bodies_of_size(size)) {
    const auto policy = small_policy(body);
    if (!disagreement(policy, tally).empty()) FAIL() << report(policy, {});
  }
}

TEST(Differential, EverySmallPolicy) {
  Tally tally;
  for (std::uint32_t size = 0; size <= (long_tests() ? 4U : 3U); ++size) {
    compare_all_of_size(size, tally);
    if (HasFatalFailure()) return;
  }
  std::cout << tally.describe() << "\n";
  EXPECT_EQ(tally.rejected, 0U);
  EXPECT_EQ(tally.endless, 0U);
  EXPECT_EQ(tally.without_dfa, 0U);
  EXPECT_EQ(tally.complete, tally.policies);
  EXPECT_GT(tally.policies, 15'000U);
  EXPECT_GT(tally.refused[0], 500U);  // abort
  EXPECT_GT(tally.refused[3], 30U);   // out of range
}

TEST(Differential, RandomPolicies) {
  const auto seed = base_seed();
  RecordProperty("seed", std::to_string(seed));
  std::cout << "SPL_SEED=" << seed << "\n";
  const std::uint32_t count = long_tests() ? 300'000 : 3'000;
  Tally tally;
  for (std::uint32_t i = 0; i < count; ++i) {
    Dice dice(seed + i);
    const auto policy = random_policy(shape_for(15 + i % 86, dice), dice);
    if (!disagreement(policy, tally).empty())
      FAIL() << "policy " << i << ": " << report(policy, {});
  }
  std::cout << tally.describe() << "\n";
  EXPECT_EQ(tally.rejected, 0U);
  EXPECT_GT(tally.complete, count / 2);
  EXPECT_LT(tally.endless, count / 20);
  EXPECT_LT(tally.without_dfa, count / 20);
  EXPECT_GT(tally.nondeterministic, count / 50);
  for (std::size_t reason = 0; reason < tally.refused.size(); ++reason) {
    EXPECT_GT(tally.refused[reason], count / 500) << "reason " << reason;
  }
  EXPECT_GT(tally.ignored, 0U);
  EXPECT_GT(tally.stuck, 0U);
}

RC_GTEST_PROP(Differential, RandomPoliciesShrunk, ()) {
  const auto policy = *policies();
  Tally tally;
  const auto difference = disagreement(policy.text, tally);
  if (!difference.empty()) RC_FAIL(difference);
  RC_TAG(tally.rejected != 0 ? "rejected" : tally.complete != 0 ? "complete" : "in part");
}

/// Policies that once told two engines apart, and hand-written ones for every rule of section 5.
TEST(Differential, Regressions) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SPL_REGRESSIONS)) {
    if (entry.path().extension() == ".spl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    Tally tally;
    EXPECT_EQ(disagreement(text.str(), tally), "") << file.filename();
    EXPECT_EQ(tally.rejected, 0U) << file.filename();
  }
}

/// The shrinker must itself be trusted: what it leaves still fails, and is no larger than needed.
TEST(Shrink, FindsTheLeastPolicyThatFails) {
  Dice dice(7);
  Shape shape;
  shape.size = 12;
  shape.depth = 3;
  auto policy = random_policy(shape, dice);
  const auto has_abort = [](const std::string& text) {
    return text.find("abort") != std::string::npos && compile(text)->program.has_value();
  };
  while (!has_abort(policy)) policy = random_policy(shape, dice);
  const auto small = shrink(policy, has_abort);
  // The abort may be left in a function that nobody calls.
  EXPECT_LE(small.size(),
            std::string("automaton m0() {\n}\n\nfunction f0() {\n  abort;\n}\n").size());
  EXPECT_EQ(small.find(';'), small.rfind(';')) << small;
}

}  // namespace
}  // namespace spl::test
