// Traces that a policy must accept, and traces that it must refuse at a given statecall:
// tests/traces.
//
// The head of each says what is expected:
//   # policy: ssh-server/policy/ssh_all.spl
//   # verdict: accepted, finished  |  accepted, not finished  |  refused by AUTOMATON
// A refused trace ends with the statecall that is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "spl/interpreter.hpp"
#include "support.hpp"

namespace spl::test {
namespace {

struct Trace {
  std::string policy;
  std::string verdict;
  std::vector<std::string> statecalls;
};

Trace read_trace(const std::string& name) {
  Trace trace;
  std::istringstream lines(read_source("tests/traces/" + name + ".trace"));
  const auto take = [](const std::string& line, const std::string& key, std::string& into) {
    if (line.starts_with(key)) into = line.substr(key.size());
  };
  for (std::string line; std::getline(lines, line);) {
    take(line, "# policy: ", trace.policy);
    take(line, "# verdict: ", trace.verdict);
    if (!line.empty() && !line.starts_with('#')) trace.statecalls.push_back(line);
  }
  return trace;
}

std::vector<std::string> traces() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("tests/traces"))) {
    if (entry.path().extension() == ".trace") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

/// In the words of the head; where it stops early, with the number of the statecall.
std::string verdict(const Program& program, const std::vector<std::string>& statecalls) {
  Interpreter interpreter(program);
  for (std::size_t i = 0; i < statecalls.size(); ++i) {
    const auto id = program.vocabulary.find(statecalls[i]);
    if (!id) return "unknown statecall " + statecalls[i];
    const auto answer = interpreter.tick(*id);
    if (answer.outcome == Interpreter::Outcome::accepted) continue;
    std::string by;
    for (const auto& refusal : answer.refusals) {
      by += (by.empty() ? "" : " and ") + program.automata[index(refusal.automaton)].name;
    }
    if (i + 1 == statecalls.size()) return "refused by " + by;
    return "refused by " + by + " at " + std::to_string(i + 1) + ", " + statecalls[i];
  }
  return interpreter.finished() ? "accepted, finished" : "accepted, not finished";
}

class Traces : public testing::TestWithParam<std::string> {};

TEST_P(Traces, AreJudgedAsTheySay) {
  const auto trace = read_trace(GetParam());
  ASSERT_FALSE(trace.statecalls.empty());
  Compiled policy(trace.policy);
  ASSERT_TRUE(policy.program) << trace.policy;
  EXPECT_EQ(verdict(*policy.program, trace.statecalls), trace.verdict);
}

INSTANTIATE_TEST_SUITE_P(All, Traces, testing::ValuesIn(traces()), [](const auto& trace) {
  auto name = trace.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(TraceFiles, AreThere) {
  EXPECT_GE(traces().size(), 30U);
}

}  // namespace
}  // namespace spl::test
