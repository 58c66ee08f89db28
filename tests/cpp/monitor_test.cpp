// The compiled monitors say what the reference interpreter says: verdicts, allowed statecalls,
// finished automata, reasons, and the places where automata waited.
#include <gtest/gtest.h>

#include <filesystem>

#include "bundle.hpp"
#include "policies.hpp"

namespace spl::test {
namespace {

constexpr std::size_t kTracesPerPolicy = 12;

struct Variant {
  const char* name;
  CppOptions options;
  bool c = false;
};

/// Every statecall at the start (and a value that is none), and random traces of growing length.
std::vector<std::vector<std::uint32_t>> traces_of(const Program& program) {
  std::vector<std::vector<std::uint32_t>> traces;
  for (std::uint32_t s = 0; s <= program.vocabulary.size(); ++s) traces.push_back({s});
  for (std::uint32_t t = 0; t < kTracesPerPolicy; ++t) {
    traces.push_back(random_trace(program, t, 4 * t));
  }
  return traces;
}

/// Compiles every sample with each of the variants, runs random traces, compares the reports.
void compare(const char* name, MonitorBundle::Depth depth, const std::vector<Variant>& variants) {
  const auto directory = std::filesystem::path(testing::TempDir()) / name;
  MonitorBundle bundle(directory, depth);
  std::vector<std::unique_ptr<CompiledPolicy>> policies;
  std::vector<std::string> names;
  std::vector<const CompiledPolicy*> policy_of;
  std::vector<CppOptions> options_of;
  for (const auto& [policy_name, text] : sample_policies()) {
    policies.push_back(compile_policy(text));
    const auto& policy = *policies.back();
    ASSERT_EQ(policy.error, "") << policy_name;
    for (const auto& variant : variants) {
      const auto add = variant.c ? &MonitorBundle::add_c : &MonitorBundle::add;
      ASSERT_EQ((bundle.*add)(*policy.program, policy.dfas, policy.sources, variant.options),
                names.size());
      names.push_back(std::string(policy_name) + ", " + variant.name);
      policy_of.push_back(&policy);
      options_of.push_back(variant.options);
    }
  }
  ASSERT_EQ(bundle.build(10), "");

  std::vector<BundleRun> runs;
  for (std::size_t p = 0; p < names.size(); ++p) {
    for (auto& trace : traces_of(*policy_of[p]->program)) {
      const bool strict = depth == MonitorBundle::Depth::thorough && runs.size() % 2 == 1;
      runs.push_back({p, strict, std::move(trace)});
    }
  }
  const auto reports = bundle.run(runs);
  ASSERT_EQ(reports.size(), runs.size()) << reports[0];
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& policy = *policy_of[runs[i].policy];
    EXPECT_EQ(reports[i], interpreter_report(*policy.program, policy.sources, runs[i]))
        << names[runs[i].policy];
    if (runs[i].strict) continue;
    EXPECT_EQ(without_reasons(reports[i]),
              table_monitor_report(policy, options_of[runs[i].policy], runs[i]))
        << names[runs[i].policy] << ", in process";
  }
  std::filesystem::remove_all(directory);
}

TEST(Monitor, agrees_with_the_interpreter) {
  compare("spl_monitor_thorough", MonitorBundle::Depth::thorough,
          {{"default", {}}, {"C", {}, true}});
}

TEST(Monitor, agrees_in_every_form_of_tables) {
  CppOptions compact;
  compact.dense_limit = 0;
  CppOptions listed;
  listed.uniform_limit = 0;
  auto listed_compact = compact;
  listed_compact.uniform_limit = 0;
  compare("spl_monitor_forms", MonitorBundle::Depth::light,
          {{"compact", compact},
           {"listed", listed},
           {"listed_compact", listed_compact},
           {"C, compact", compact, true},
           {"C, listed", listed, true},
           {"C, listed_compact", listed_compact, true}});
}

// The samples are there to reach every kind of answer: make sure they do.
TEST(Monitor, samples_reach_every_answer) {
  std::string all;
  for (const auto& [name, text] : sample_policies()) {
    const auto policy = compile_policy(text);
    ASSERT_EQ(policy->error, "") << name;
    for (auto& trace : traces_of(*policy->program)) {
      all += interpreter_report(*policy->program, policy->sources, {0, false, std::move(trace)});
    }
  }
  for (const auto* answer :
       {" accepted ", " ignored ", " violation ", " unknown ", "abort reached", "overflow",
        "division by zero", "declared range", "not allowed here", "(end)", " all\n"}) {
    EXPECT_NE(all.find(answer), std::string::npos) << answer;
  }
}

}  // namespace
}  // namespace spl::test
