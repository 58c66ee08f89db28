// Runs are replayed before they are shown: engines that object are noticed, and a bug report is
// written. The wrong engines are made here; splc itself has none to offer.
#include "driver/verify_runs.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace spl::driver {
namespace {

namespace fs = std::filesystem;
using promela::CheckKind;
using promela::CheckResult;

constexpr const char* kPolicy =
    "import \"parts/names.spl\";\n"
    "automaton a(int n) {\n  multiple { Ask; Answer; }\n"
    "  either { Divide; n = 1 / n; } or { Done; }\n}\n";
constexpr const char* kImported = "statecalls { Ask, Answer, Divide, Done }\n";

/// Answers as the interpreter does, but for one statecall at one tick.
class WrongEngine : public Engine {
 public:
  using Lie = std::function<Interpreter::Outcome(Interpreter::Outcome)>;
  WrongEngine(const Program& program, int tick, Lie lie)
      : inner_(interpreter_engine(program)), tick_(tick), lie_(std::move(lie)) {}
  void reset() override {
    inner_->reset();
    ticks_ = 0;
  }
  Interpreter::Verdict tick(StatecallId s) override {
    auto verdict = inner_->tick(s);
    if (++ticks_ == tick_) verdict.outcome = lie_(verdict.outcome);
    return verdict;
  }
  [[nodiscard]] std::vector<StatecallId> allowed() const override { return inner_->allowed(); }
  [[nodiscard]] bool finished(AutomatonId a) const override { return inner_->finished(a); }
  [[nodiscard]] std::string position() const override { return inner_->position(); }

 private:
  std::unique_ptr<Engine> inner_;
  int tick_;
  Lie lie_;
  int ticks_ = 0;
};

Interpreter::Outcome accept(Interpreter::Outcome) {
  return Interpreter::Outcome::accepted;
}
Interpreter::Outcome refuse(Interpreter::Outcome) {
  return Interpreter::Outcome::violation;
}

class VerifyRuns : public testing::Test {
 protected:
  void SetUp() override {
    home_ = fs::current_path();
    directory_ = fs::path(testing::TempDir()) / ("verify_runs" + std::to_string(getpid()));
    fs::create_directories(directory_ / "parts");
    fs::current_path(directory_);
    std::ofstream("p.spl") << kPolicy;
    std::ofstream("parts/names.spl") << kImported;
    c_ = std::make_unique<Compilation>("p.spl", Until::lowered, CommonOptions{});
    ASSERT_TRUE(c_->ok()) << render(*c_, DiagnosticFormat::text, false);
  }
  void TearDown() override {
    fs::current_path(home_);
    fs::remove_all(directory_);
  }

  [[nodiscard]] StatecallId id(const char* name) const {
    return c_->program->vocabulary.find(name).value();
  }
  CheckResult run(std::initializer_list<const char*> names) const {
    CheckResult r;
    r.name = "claim";
    r.verdict = promela::Verdict::fails;
    r.has_trace = true;
    for (const auto* name : names) {
      r.trace.emplace_back();
      r.trace.back().statecall = id(name);
    }
    return r;
  }
  /// What the named engines object to a run, or "".
  std::string objections(const CheckResult& r, const ReplayEngines& engines) const {
    promela::Report report;
    report.results.push_back(r);
    const auto found = cross_check(*c_->program, c_->sources, report, engines);
    std::string text;
    if (!found) return text;
    for (const auto& [name, why] : found->said) {
      if (!why.empty()) text += name + ": " + why.substr(0, why.find('\n')) + ";";
    }
    return text;
  }
  std::string right(const CheckResult& r) const {
    return objections(r, replay_engines(*c_->program, kDefaultStateBound));
  }
  ReplayEngines with_wrong(int tick, WrongEngine::Lie lie) const {
    auto engines = replay_engines(*c_->program, kDefaultStateBound);
    engines.engines.at(1).engine =
        std::make_unique<WrongEngine>(*c_->program, tick, std::move(lie));
    return engines;
  }
  CheckResult lasso() const {
    auto r = run({"Ask", "Answer"});
    r.loop_start = 0;
    return r;
  }
  CheckResult division() const {
    auto r = run({"Ask", "Answer"});
    r.kind = CheckKind::arithmetic;
    r.refused = id("Divide");
    Interpreter interpreter(*c_->program);
    r.range = interpreter.tick(id("Divide")).refusals.at(0).refusal.where;
    return r;
  }

  fs::path home_;
  fs::path directory_;
  std::unique_ptr<Compilation> c_;
};

TEST_F(VerifyRuns, BothEnginesReplay) {
  const auto engines = replay_engines(*c_->program, kDefaultStateBound);
  ASSERT_EQ(engines.engines.size(), 2U);
  EXPECT_EQ(engines.engines[0].name, "interpreter");
  EXPECT_EQ(engines.engines[1].name, "monitor");
  EXPECT_EQ(engines.no_monitor, "");
  const auto bounded = replay_engines(*c_->program, 1);
  EXPECT_EQ(bounded.engines.size(), 1U);
  EXPECT_NE(bounded.no_monitor.find("'a'"), std::string::npos) << bounded.no_monitor;
}

TEST_F(VerifyRuns, RunsThatAreNone) {
  EXPECT_EQ(right(run({"Ask", "Answer", "Done"})), "");
  EXPECT_EQ(right(run({"Ask", "Done"})),
            "interpreter: step 2, Done: not accepted;monitor: step 2, Done: not accepted;");
  EXPECT_EQ(right(lasso()), "");
  auto turn = run({"Ask", "Answer", "Ask"});
  turn.loop_start = 1;
  EXPECT_EQ(right(turn), "");
  turn.loop_start = 0;
  EXPECT_EQ(right(turn),
            "interpreter: turn 2 of the loop: step 1, Ask: not accepted;"
            "monitor: turn 2 of the loop: step 1, Ask: not accepted;");
  auto end = run({"Done"});
  end.loop_start = 1;
  EXPECT_EQ(right(end), "");
  auto no_end = run({"Ask"});
  no_end.loop_start = 1;
  EXPECT_EQ(right(no_end),
            "interpreter: after the last step it still accepts;"
            "monitor: after the last step it still accepts;");
}

TEST_F(VerifyRuns, RefusalsAndStuckStates) {
  EXPECT_EQ(right(division()), "");
  auto accepted = division();
  accepted.refused = id("Done");
  EXPECT_NE(right(accepted).find("monitor: Done after the last step: not refused"),
            std::string::npos);
  auto elsewhere = division();
  elsewhere.range = {};
  EXPECT_NE(right(elsewhere).find("monitor: Divide after the last step: refused, but not at"),
            std::string::npos);
  auto stuck = run({"Done"});
  stuck.kind = CheckKind::stuck;
  EXPECT_NE(right(stuck).find("monitor: after the last step every automaton is finished"),
            std::string::npos);
}

TEST_F(VerifyRuns, AWrongEngineIsNoticed) {
  EXPECT_EQ(objections(run({"Ask", "Answer"}), with_wrong(2, refuse)),
            "monitor: step 2, Answer: not accepted;");
  EXPECT_EQ(objections(lasso(), with_wrong(3, refuse)),
            "monitor: turn 2 of the loop: step 1, Ask: not accepted;");
  EXPECT_EQ(objections(division(), with_wrong(3, accept)),
            "monitor: Divide after the last step: not refused;");
  EXPECT_EQ(objections(run({"Ask", "Answer"}), with_wrong(9, refuse)), "");
}

std::string read(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST_F(VerifyRuns, ABugReportIsWritten) {
  promela::Report report;
  report.results.push_back(division());
  report.results[0].trail = {"statecall Ask", "statecall Answer"};
  const auto check = [&](const ReplayEngines& engines) {
    Console console;
    testing::internal::CaptureStderr();
    const bool holds = runs_hold(*c_, report, {}, engines, "spin", kDefaultStateBound, console);
    return std::pair(holds, testing::internal::GetCapturedStderr());
  };
  EXPECT_EQ(check(replay_engines(*c_->program, kDefaultStateBound)),
            std::pair(true, std::string()));
  EXPECT_FALSE(fs::exists("splc-bug-report"));

  const auto [holds, said] = check(with_wrong(2, refuse));
  EXPECT_FALSE(holds);
  EXPECT_NE(said.find("internal error: claim: the run that Spin found is none by the monitor"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("'splc-bug-report'"), std::string::npos) << said;
  const auto readme = read("splc-bug-report/README.txt");
  for (const auto* part : {"splc   ", "spin   ", "command line  ", "policy        policy/p.spl",
                           "interpreter: goes along", "monitor: step 2, Answer: not accepted"}) {
    EXPECT_NE(readme.find(part), std::string::npos) << part << " in:\n" << readme;
  }
  EXPECT_EQ(read("splc-bug-report/policy/p.spl"), kPolicy);
  EXPECT_EQ(read("splc-bug-report/policy/parts/names.spl"), kImported);
  EXPECT_EQ(read("splc-bug-report/trail.txt"), "statecall Ask\nstatecall Answer\n");
  EXPECT_NE(read("splc-bug-report/model.pml").find("proctype"), std::string::npos);
  EXPECT_NE(read("splc-bug-report/run.trace").find("\nAnswer"), std::string::npos);

  const auto again = check(with_wrong(2, refuse)).second;
  EXPECT_NE(again.find("'splc-bug-report-2'"), std::string::npos) << again;
}

}  // namespace
}  // namespace spl::driver
