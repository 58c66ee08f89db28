// The whole pack of a policy, on the monitor that splc makes of it and on the interpreter: all
// three agree to the last case. Cases of one joint state follow each other, so an engine that
// stands before the last statecalls of the case before is used again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "ping.hpp"
#include "policy/support.hpp"
#include "spl/interpreter.hpp"
#include "spl/test_pack.hpp"
#include "ssh.hpp"

namespace spl {
namespace {

/// How many statecalls of a case come after the way to its state.
std::size_t tail(const TestCase& made) {
  return made.kind == CaseKind::pair ? 2 : 1;
}

/// A monitor as the pack sees it.
template <class Monitor, class Statecall>
struct OnMonitor {
  Monitor monitor{};

  bool tick(StatecallId s) {
    return monitor.tick(static_cast<Statecall>(index(s))) == rt::Verdict::accepted;
  }
  [[nodiscard]] bool finished() const { return monitor.finished(); }
};

struct OnInterpreter {
  Interpreter interpreter;

  bool tick(StatecallId s) { return interpreter.tick(s).outcome == Interpreter::Outcome::accepted; }
  [[nodiscard]] bool finished() const { return interpreter.finished(); }
};

/// Runs cases on an engine that has gone the way to their state, or on copies of it.
template <class Engine>
class Runner {
 public:
  explicit Runner(Engine fresh) : fresh_(fresh), here_(fresh) {}

  bool agrees(const TestCase& made) {
    const auto way = made.trace.size() - tail(made);
    const auto end = made.trace.begin() + static_cast<std::ptrdiff_t>(way);
    if (!std::equal(way_.begin(), way_.end(), made.trace.begin(), end)) {
      here_ = fresh_;
      way_.assign(made.trace.begin(), end);
      for (const auto s : way_) {
        if (!here_.tick(s)) return false;
      }
    }
    if (made.kind == CaseKind::refusal) {  // it moves nothing: the next case depends on it
      return !here_.tick(made.trace.back()) && here_.finished() == made.finished;
    }
    auto engine = here_;
    for (std::size_t i = way; i < made.trace.size(); ++i) {
      if (!engine.tick(made.trace[i])) return false;
    }
    return engine.finished() == made.finished;
  }

 private:
  Engine fresh_;
  Engine here_;
  std::vector<StatecallId> way_;
};

std::string shown(const TestCase& made, const Program& program) {
  std::string text = to_string(made.kind);
  for (const auto s : made.trace) text += " " + program.vocabulary.name(s);
  return text;
}

std::vector<Dfa> dfas_of(const Program& program) {
  std::vector<Dfa> dfas;
  for (const auto& automaton : program.automata) {
    auto subset = determinise(automaton);
    dfas.push_back(minimise(std::get<SubsetAutomaton>(subset).dfa, Preserve::wait_points));
  }
  return dfas;
}

/// Runs all cases that the options leave; fails at the first that an engine sees otherwise.
template <class Engine>
PackReport run(const Program& program, Engine fresh, const PackOptions& options) {
  Runner<Engine> runner(std::move(fresh));
  const auto dfas = dfas_of(program);
  bool good = true;
  return make_tests(dfas, program.vocabulary.size(), options, [&](const TestCase& made) {
    if (!good || runner.agrees(made)) return;
    good = false;
    ADD_FAILURE() << shown(made, program);
  });
}

void expect_whole(const PackReport& report) {
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.made, report.possible);
  for (const auto made : report.made) EXPECT_GT(made, 0U);
}

using PingMonitor = OnMonitor<ping::Monitor, ping::Statecall>;
using SshMonitor = OnMonitor<ssh::Monitor, ssh::Statecall>;

TEST(PackOfPing, OnTheMonitor) {
  const test::Compiled policy("examples/ping.spl");
  expect_whole(run(*policy.program, PingMonitor{}, {}));
}

TEST(PackOfPing, OnTheInterpreter) {
  const test::Compiled policy("examples/ping.spl");
  expect_whole(run(*policy.program, OnInterpreter{Interpreter(*policy.program)}, {}));
}

TEST(PackOfSsh, OnTheMonitor) {
  const test::Compiled policy("ssh-server/policy/ssh.spl");
  expect_whole(run(*policy.program, SshMonitor{}, {}));
}

// The pairs add nothing that the transitions do not show of the interpreter. Its whole pack takes
// minutes: a sample of every kind, unless SPL_LONG_TESTS is set.
TEST(PackOfSsh, OnTheInterpreter) {
  const test::Compiled policy("ssh-server/policy/ssh.spl");
  const bool whole = std::getenv("SPL_LONG_TESTS") != nullptr;
  PackOptions options;
  options.kinds = {true, false, true};
  if (!whole) options.limit = 6'000;
  options.seed = 7;
  const auto report = run(*policy.program, OnInterpreter{Interpreter(*policy.program)}, options);
  EXPECT_EQ(report.made[0] + report.made[2],
            whole ? report.possible[0] + report.possible[2] : options.limit);
  EXPECT_GT(report.made[0], 0U);
  EXPECT_GT(report.made[2], 0U);
}

/// A monitor that takes one statecall more than it should is found out.
struct Lenient : SshMonitor {
  bool tick(StatecallId s) {
    const bool accepted = SshMonitor::tick(s);
    return accepted || monitor.would_accept(ssh::Statecall::Receive_Channel_Data);
  }
};

TEST(PackOfSsh, FindsAMonitorThatIsTooLenient) {
  const test::Compiled policy("ssh-server/policy/ssh.spl");
  Runner<Lenient> runner(Lenient{});
  const auto dfas = dfas_of(*policy.program);
  std::uint64_t wrong = 0;
  PackOptions options;
  options.kinds = {false, false, true};
  options.limit = 1000;
  options.seed = 1;
  make_tests(dfas, policy.program->vocabulary.size(), options,
             [&](const TestCase& made) { wrong += runner.agrees(made) ? 0 : 1; });
  EXPECT_GT(wrong, 0U);
}

}  // namespace
}  // namespace spl
