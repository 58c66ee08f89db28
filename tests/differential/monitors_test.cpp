// Generated C++ monitors, compiled and run, against the reference interpreter, on random policies:
// in every joint state what is refused, and a way through every move.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "bundle.hpp"
#include "random_policy.hpp"
#include "shrink.hpp"
#include "spl/interpreter.hpp"
#include "spl/parse.hpp"

namespace spl::test {
namespace {

constexpr std::size_t kStateBound = 400;
constexpr std::size_t kTracesPerPolicy = 12;

/// A policy whose automata all have a small DFA, or nothing.
std::unique_ptr<CompiledPolicy> usable(const std::string& text) {
  auto policy = std::make_unique<CompiledPolicy>();
  const FileReader reader = [&](const std::string&) { return text; };
  Diagnostics diagnostics;
  policy->tree = parse_policy("policy.spl", reader, policy->sources, diagnostics);
  policy->checked = check(policy->tree, policy->sources, diagnostics);
  if (policy->checked) policy->program = lower(*policy->checked, diagnostics);
  if (!policy->program) return nullptr;
  for (const auto& automaton : policy->program->automata) {
    const auto subsets = determinise(automaton, kStateBound);
    if (!std::holds_alternative<SubsetAutomaton>(subsets)) return nullptr;
    policy->dfas.push_back(minimise(std::get<SubsetAutomaton>(subsets).dfa, Preserve::wait_points));
  }
  return policy;
}

/// Ways to the joint states, nearest first; at the end of each everything that is refused there,
/// which must change nothing, and then one step that is accepted.
std::vector<std::vector<std::uint32_t>> covering_traces(const Program& program) {
  std::vector<std::vector<std::uint32_t>> traces;
  std::vector<std::pair<Interpreter, std::vector<std::uint32_t>>> queue;
  queue.emplace_back(Interpreter(program), std::vector<std::uint32_t>{});
  std::set<std::vector<ConfigurationSet>> seen;
  for (std::size_t i = 0; i < queue.size() && traces.size() < kTracesPerPolicy; ++i) {
    std::vector<ConfigurationSet> key;
    for (std::uint32_t a = 0; a < program.automata.size(); ++a) {
      key.push_back(queue[i].first.configurations(AutomatonId{a}));
    }
    if (!seen.insert(std::move(key)).second) continue;
    auto trace = queue[i].second;
    std::vector<std::uint32_t> accepted;
    for (std::uint32_t s = 0; s <= program.vocabulary.size(); ++s) {
      auto next = queue[i].first;
      if (s == program.vocabulary.size() ||
          next.tick(StatecallId{s}).outcome != Interpreter::Outcome::accepted) {
        trace.push_back(s);
        continue;
      }
      accepted.push_back(s);
      auto way = queue[i].second;
      way.push_back(s);
      queue.emplace_back(std::move(next), std::move(way));
    }
    if (!accepted.empty()) trace.push_back(accepted.back());
    traces.push_back(std::move(trace));
  }
  return traces;
}

/// The forms of tables take turns.
CppOptions options_for(std::size_t number) {
  CppOptions options;
  if (number % 3 == 1) options.dense_limit = 0;
  if (number % 4 == 2) options.uniform_limit = 0;
  return options;
}

Sets sets_for(std::size_t number) {
  return number % 5 == 0 ? Sets::all : number % 5 == 1 ? Sets::every_other : Sets::none;
}

struct Difference {
  std::size_t policy = 0;
  std::string text;
};

/// Compiles all policies into one executable; the first that differs, or what went wrong.
std::optional<Difference> first_difference(const std::vector<std::string>& texts,
                                           std::size_t* used = nullptr) {
  const auto directory = std::filesystem::path(testing::TempDir()) /
                         ("spl_random_monitors_" + std::to_string(::getpid()));
  MonitorBundle bundle(directory, MonitorBundle::Depth::light);
  std::vector<std::unique_ptr<CompiledPolicy>> policies;
  std::vector<std::size_t> numbers;
  std::vector<BundleRun> runs;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto policy = usable(texts[i]);
    if (policy == nullptr) continue;
    // Every other one in C, in every form.
    const auto add = i / 12 % 2 == 1 ? &MonitorBundle::add_c : &MonitorBundle::add;
    const auto number = (bundle.*add)(*policy->program, with_sets(*policy, sets_for(i)),
                                      policy->sources, options_for(i));
    for (auto& trace : covering_traces(*policy->program)) {
      runs.push_back({number, false, std::move(trace)});
    }
    policies.push_back(std::move(policy));
    numbers.push_back(i);
  }
  if (used != nullptr) *used = policies.size();
  if (policies.empty()) return std::nullopt;
  if (auto errors = bundle.build(60); !errors.empty()) return Difference{texts.size(), errors};
  const auto reports = bundle.run(runs);
  std::filesystem::remove_all(directory);
  if (reports.size() != runs.size()) return Difference{texts.size(), reports.at(0)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& policy = *policies[runs[i].policy];
    const auto expected = interpreter_report(*policy.program, policy.sources, runs[i]);
    if (reports[i] != expected) {
      return Difference{numbers[runs[i].policy],
                        "interpreter:\n" + expected + "monitor:\n" + reports[i]};
    }
    const auto in_process =
        table_monitor_report(policy, options_for(numbers[runs[i].policy]), runs[i]);
    if (without_reasons(reports[i]) != in_process) {
      return Difference{numbers[runs[i].policy],
                        "its tables in process:\n" + in_process + "monitor:\n" + reports[i]};
    }
  }
  return std::nullopt;
}

/// All smaller variants are compiled at once, so that a round of shrinking takes seconds.
std::string shrink_in_bundles(std::string policy) {
  for (int round = 0; round < 40; ++round) {
    auto candidates = smaller(policy);
    const auto worse = first_difference(candidates);
    if (!worse || worse->policy >= candidates.size()) break;
    policy = std::move(candidates[worse->policy]);
  }
  return policy;
}

TEST(Monitors, RandomPolicies) {
  const bool many = std::getenv("SPL_LONG_TESTS") != nullptr;
  const char* seed_text = std::getenv("SPL_SEED");
  const std::uint64_t seed = seed_text == nullptr ? 11 : std::strtoull(seed_text, nullptr, 0);
  std::cout << "SPL_SEED=" << seed << "\n";
  const std::size_t count = 300;
  for (std::size_t round = 0; round < (many ? 30U : 1U); ++round) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      Dice dice(seed + round * count + i);
      texts.push_back(
          random_policy(shape_for(40 + static_cast<std::uint32_t>(i % 61), dice), dice));
    }
    std::size_t used = 0;
    const auto difference = first_difference(texts, &used);
    if (difference && difference->policy < texts.size()) {
      const auto small = shrink_in_bundles(texts[difference->policy]);
      FAIL() << difference->text << "\n"
             << small << "\nshrunk from:\n"
             << texts[difference->policy];
    }
    ASSERT_FALSE(difference) << difference->text;
    EXPECT_GT(used, count * 9 / 10);
  }
}

}  // namespace
}  // namespace spl::test
