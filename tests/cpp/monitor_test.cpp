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
  Sets sets = Sets::none;
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
void compare(const char* name, MonitorBundle::Depth depth, const std::vector<Variant>& variants,
             const std::vector<NamedPolicy>& samples = sample_policies()) {
  const auto directory = std::filesystem::path(testing::TempDir()) / name;
  MonitorBundle bundle(directory, depth);
  std::vector<std::unique_ptr<CompiledPolicy>> policies;
  std::vector<std::string> names;
  std::vector<const CompiledPolicy*> policy_of;
  std::vector<const Variant*> variant_of;
  for (const auto& [policy_name, text] : samples) {
    policies.push_back(compile_policy(text));
    const auto& policy = *policies.back();
    ASSERT_EQ(policy.error, "") << policy_name;
    for (const auto& variant : variants) {
      const auto add = variant.c ? &MonitorBundle::add_c : &MonitorBundle::add;
      ASSERT_EQ((bundle.*add)(*policy.program, with_sets(policy, variant.sets), policy.sources,
                              variant.options),
                names.size());
      names.push_back(std::string(policy_name) + ", " + variant.name);
      policy_of.push_back(&policy);
      variant_of.push_back(&variant);
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
    const auto& variant = *variant_of[runs[i].policy];
    if (runs[i].strict || variant.sets != Sets::none) continue;
    EXPECT_EQ(without_reasons(reports[i]), table_monitor_report(policy, variant.options, runs[i]))
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

TEST(Monitor, agrees_as_sets_of_configurations) {
  CppOptions listed;
  listed.uniform_limit = 0;
  compare("spl_monitor_sets", MonitorBundle::Depth::thorough,
          {{"sets", {}, false, Sets::all}, {"C, some sets", {}, true, Sets::every_other}});
  compare("spl_monitor_sets_listed", MonitorBundle::Depth::light,
          {{"some sets, listed", listed, false, Sets::every_other},
           {"C, sets, listed", listed, true, Sets::all}});
}

/// The k-th letter from the end: 2 to the power of k states, but a configuration for each of the
/// last k letters. In `guarded`, one of many configurations violates.
std::vector<NamedPolicy> policies_without_a_dfa() {
  return {{"kth_from_the_end",
           "automaton a() { multiple { either { A; } or { B; } } A;\n"
           "  multiple (40) { either { A; } or { B; } } }\nautomaton b() { multiple { B; } C; }\n"},
          {"guarded",
           "automaton a(int n) { always_allow (C) { multiple { either { A; } or { B; } } } A;\n"
           "  multiple (10) { either { A; } or { B; } }\n"
           "  either { C; abort; } or { C; n = 1 / n; } or { D; } }\n"}};
}

TEST(Monitor, runs_automata_without_a_dfa) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "spl_monitor_without_dfa";
  MonitorBundle bundle(directory, MonitorBundle::Depth::thorough);
  std::vector<std::unique_ptr<CompiledPolicy>> policies;
  std::vector<BundleRun> runs;
  for (const auto& [name, text] : policies_without_a_dfa()) {
    policies.push_back(compile_policy(text, 1'000));
    const auto& policy = *policies.back();
    EXPECT_NE(policy.error.find("has more than 1000 states"), std::string::npos) << name;
    ASSERT_TRUE(policy.program);
    std::vector<MonitorAutomaton> automata;
    for (const auto& automaton : policy.program->automata) {
      const auto kept = keep_configurations(automaton, 100);
      ASSERT_TRUE(std::holds_alternative<MonitorAutomaton>(kept)) << name;
      EXPECT_TRUE(std::get<MonitorAutomaton>(kept).is_set());
      automata.push_back(std::get<MonitorAutomaton>(kept));
    }
    for (const auto add : {&MonitorBundle::add, &MonitorBundle::add_c}) {
      const auto number = (bundle.*add)(*policy.program, automata, policy.sources, {});
      // An A, ten letters, and then what one configuration alone objects to.
      std::vector<std::uint32_t> objected(13, 1);
      objected[0] = 0;
      objected[11] = 2;
      runs.push_back({number, false, objected});
      for (std::uint32_t t = 0; t < 10; ++t) {
        runs.push_back({number, false, random_trace(*policy.program, t, 90)});
      }
    }
  }
  ASSERT_EQ(bundle.build(10), "");
  const auto reports = bundle.run(runs);
  ASSERT_EQ(reports.size(), runs.size()) << reports[0];
  std::string all;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& policy = *policies[runs[i].policy / 2];
    EXPECT_EQ(reports[i], interpreter_report(*policy.program, policy.sources, runs[i]));
    all += reports[i];
  }
  for (const auto* answer : {" accepted ", "abort reached", "not allowed here", "(end)"}) {
    EXPECT_NE(all.find(answer), std::string::npos) << answer;
  }
  std::filesystem::remove_all(directory);
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
