// What cannot be done is said, with its reason, and never taken for a proof; nothing stays behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

using testing::HasSubstr;

/// Independent counters: 30^8 joint states.
std::string huge() {
  std::string text;
  for (int i = 0; i < 8; ++i) {
    const auto n = std::to_string(i);
    text += "automaton a" + n + " () { multiple (29) { A" + n + "; } }\n";
  }
  return text +
         "property p : always (a0.finished implies not A0 or true and not (A1 and A2));\n"
         "property live : always eventually a0.finished;\n";
}

/// A directory for temporary files and tools, of this test alone.
class Limits : public testing::Test {
 protected:
  Limits() {
    std::string wish = testing::TempDir() + "spl-limits-XXXXXX";
    directory_ = mkdtemp(wish.data());
    std::filesystem::create_directory(directory_ + "/tmp");
    if (const char* old = getenv("TMPDIR")) old_ = old;
    setenv("TMPDIR", (directory_ + "/tmp").c_str(), 1);
    options_.built_in = false;
  }
  ~Limits() override {
    EXPECT_TRUE(std::filesystem::is_empty(directory_ + "/tmp")) << "something was left behind";
    if (old_.empty()) {
      unsetenv("TMPDIR");
    } else {
      setenv("TMPDIR", old_.c_str(), 1);
    }
    std::filesystem::remove_all(directory_);
  }

  /// An executable shell script.
  std::string script(const std::string& name, const std::string& body) {
    const auto path = directory_ + '/' + name;
    std::ofstream(path) << "#!/bin/sh\n" << body << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  Report run(const std::string& text) {
    policy_ = spl::test::compile(text);
    return verify(*policy_->program, policy_->sources, policy_->program->properties, options_);
  }

  static constexpr const char* kSmall = "automaton a () { A; B; }\nproperty p : A precedes B;";

  std::string directory_;
  std::string old_;
  VerifyOptions options_;
  std::unique_ptr<spl::test::Compiled> policy_;
};

TEST_F(Limits, Timeout) {
  options_.timeout = std::chrono::milliseconds(1500);
  const auto start = std::chrono::steady_clock::now();
  const auto report = run(huge());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  ASSERT_FALSE(report.failure) << report.failure->message;
  for (const auto& r : report.results) {
    EXPECT_EQ(r.verdict, Verdict::not_finished) << r.name;
    EXPECT_THAT(r.why, HasSubstr("not done after 1.5 s"));
    EXPECT_FALSE(r.exhaustive);
  }
}

TEST_F(Limits, Memory) {
  options_.memory_mb = 24;
  const auto report = run(huge());
  ASSERT_FALSE(report.failure) << report.failure->message << report.failure->output;
  ASSERT_EQ(report.results.size(), 2U);
  for (const auto& r : report.results) {
    EXPECT_EQ(r.verdict, Verdict::not_finished) << r.name;
    EXPECT_THAT(r.why, HasSubstr("24 MB"));
  }
}

TEST_F(Limits, Cancel) {
  std::atomic<bool> cancel = false;
  options_.cancel = &cancel;
  std::jthread soon([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    cancel = true;
  });
  const auto report = run(huge());
  ASSERT_FALSE(report.failure) << report.failure->message;
  for (const auto& r : report.results) {
    EXPECT_EQ(r.verdict, Verdict::not_finished);
    EXPECT_THAT(r.why, HasSubstr("interrupted"));
  }
}

TEST_F(Limits, ADeepSearchGetsADeeperStack) {
  const auto report =
      run("automaton a () { multiple (60000) { A; } M; }\n"
          "automaton b () { M; multiple (60000) { B; } }\n"
          "property p : always eventually b.finished;");
  ASSERT_FALSE(report.failure) << report.failure->message << report.failure->output;
  EXPECT_EQ(report.results.at(0).verdict, Verdict::proved) << report.results[0].why;
  EXPECT_GT(report.results[0].depth, 200'000U);
}

TEST_F(Limits, TooManyStatesForOneAutomaton) {
  options_.state_bound = 100;
  const auto report = run("automaton a () { multiple (300) { A; } }\nproperty p : never not A;");
  ASSERT_FALSE(report.failure);
  EXPECT_EQ(report.results.at(0).verdict, Verdict::not_finished);
  EXPECT_THAT(report.results[0].why, HasSubstr("more than 100 states"));
}

TEST_F(Limits, AFormulaTooComplex) {
  std::string formula = "true";
  for (int i = 0; i < 14; ++i)
    formula += " and always eventually (a.n == " + std::to_string(i) + ")";
  const auto report =
      run("automaton a (int(0..20) n) { A; n = 1; }\nproperty p : not (" + formula + ");");
  ASSERT_FALSE(report.failure);
  EXPECT_EQ(report.results.at(0).verdict, Verdict::not_finished);
  EXPECT_THAT(report.results[0].why, HasSubstr("too complex"));
}

TEST_F(Limits, MissingSpin) {
  options_.spin = "no-such-spin";
  const auto report = run(kSmall);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::missing_tool);
  EXPECT_THAT(report.failure->message, HasSubstr("no-such-spin"));
  EXPECT_TRUE(report.results.empty());
}

TEST_F(Limits, MissingCompilers) {
  options_.fast_compiler = "no-such-cc";
  const auto one = run(kSmall);
  EXPECT_FALSE(one.failure);
  EXPECT_EQ(one.results.at(0).verdict, Verdict::proved);
  options_.compiler = "no-such-cc-either";
  const auto none = run(kSmall);
  ASSERT_TRUE(none.failure);
  EXPECT_EQ(none.failure->kind, ToolFailure::Kind::missing_tool);
}

TEST_F(Limits, FailingSpin) {
  options_.spin = script("spin", "echo 'spin: it is broken' >&2; exit 3");
  const auto report = run(kSmall);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::failed_tool);
  EXPECT_THAT(report.failure->message, HasSubstr("exit status 3"));
  EXPECT_THAT(report.failure->output, HasSubstr("it is broken"));
}

TEST_F(Limits, SpinThatWritesNothing) {
  options_.spin = script("spin", "exit 0");
  const auto report = run(kSmall);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::failed_tool);
}

TEST_F(Limits, FailingCompiler) {
  options_.fast_compiler = script("cc1", "echo no >&2; exit 1");
  const auto fallback = run(kSmall);  // the other one works
  ASSERT_FALSE(fallback.failure);
  EXPECT_EQ(fallback.results.at(0).verdict, Verdict::proved);
  options_.compiler = script("cc2", "echo 'no space' >&2; exit 1");
  const auto report = run(kSmall);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::failed_tool);
  EXPECT_THAT(report.failure->output, HasSubstr("no space"));
}

TEST_F(Limits, AVerifierThatSaysNothingProvesNothing) {
  // A "compiler" whose programs do nothing and succeed.
  options_.fast_compiler = script("cc1", "printf '#!/bin/sh\\nexit 0\\n' > pan; chmod +x pan");
  const auto report = run(kSmall);
  ASSERT_FALSE(report.failure);
  EXPECT_EQ(report.results.at(0).verdict, Verdict::not_finished);
}

TEST_F(Limits, ARunThatTheInterpreterRefusesIsAnInternalError) {
  // A "spin" whose replays tell of a statecall that the policy does not accept.
  options_.spin = script("spin",
                         "for a in \"$@\"; do if [ \"$a\" = -t ]; then\n"
                         "echo 'statecall B'; echo 'statecall B'; exit 0; fi; done\n"
                         "exec /usr/bin/env spin \"$@\"");
  const auto report = run("automaton a () { A; B; }\nproperty p : never A;");
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::internal_error);
  EXPECT_THAT(report.failure->message, HasSubstr("refused by the interpreter"));
}

TEST_F(Limits, NoWorkDirectory) {
  setenv("TMPDIR", (directory_ + "/none").c_str(), 1);
  const auto report = run(kSmall);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind, ToolFailure::Kind::environment);
}

}  // namespace
}  // namespace spl::promela::test
