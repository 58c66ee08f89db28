// The lints that need the automata: each at the place it is about, and silent where it should be.
#include "spl/lint.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace spl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Findings of lint() alone; those of check() are tested with it.
std::vector<std::string> lint_of(const std::string& text, const LintLimits& limits = {}) {
  const auto compiled = compile(text);
  Diagnostics diagnostics;
  lint(*compiled->program, *compiled->checked, diagnostics, limits);
  for (const auto& d : diagnostics.all()) {
    EXPECT_TRUE(d.range.valid()) << d.message;
    EXPECT_FALSE(d.hint.empty()) << d.message;
  }
  return findings(diagnostics, compiled->sources);
}

TEST(Lint, SaysNothingAboutASoundPolicy) {
  EXPECT_THAT(lint_of("automaton a(int(0..3) n) {\n"
                      "  during { Login; while (n < 3) { Try; n = n + 1; } }\n"
                      "  handle { Ping; Pong; }\n"
                      "  either (n == 3) { Done; } or { Quit; }\n"
                      "  optional { always_allow (Log) { Bye; } }\n"
                      "}\n"),
              IsEmpty());
}

TEST(Lint, UnreachableStatementFirstOfItsBlockOnly) {
  EXPECT_THAT(lint_of("automaton a() {\n"
                      "  either { A; exit;\n"
                      "    B;\n"
                      "    C; }\n"
                      "  or { D; }\n"
                      "}\n"),
              ElementsAre("unreachable-statement 3:5"));
}

TEST(Lint, UnreachableStatementAfterALoopWithoutEnd) {
  EXPECT_THAT(lint_of("automaton a() {\n"
                      "  do { A; } until (false);\n"
                      "  B;\n"
                      "}\n"),
              ElementsAre("never-finishes 1:11", "unreachable-statement 3:3"));
}

TEST(Lint, AFunctionIsReachedIfAnyOfItsCallsIs) {
  EXPECT_THAT(lint_of("function f(bool late) { A; either (late) { B; } or (!late) { C; } }\n"
                      "automaton a(bool x) { f(x); x = true; f(x); }\n"),
              IsEmpty());
  EXPECT_THAT(lint_of("function f() { A; }\n"
                      "automaton a() { B; exit;\n"
                      "  f(); }\n"),
              ElementsAre("unreachable-statement 3:3"));
}

TEST(Lint, GuardThatNeverHolds) {
  EXPECT_THAT(
      lint_of("automaton a(int(0..3) n) {\n"
              "  either (n > 3) { A; B; }\n"
              "  or { C; }\n"
              "  while (n == 7) { D; }\n"
              "  do { E; either { n = 1; } or { F; exit; } } until (n == 2);\n"
              "}\n"),
      ElementsAre("guard-always-false 2:11", "guard-always-false 4:10", "guard-always-false 5:54"));
}

TEST(Lint, GuardThatHoldsInOneExpansionOnlyIsFine) {
  EXPECT_THAT(lint_of("function f(int k) { either (k == 1) { A; } or (k == 2) { B; } }\n"
                      "automaton a(int i = 1, int j = 2) { f(i); f(j); i = i; j = j; }\n"),
              IsEmpty());
}

TEST(Lint, HandleThatNeverFires) {
  EXPECT_THAT(lint_of("automaton a(bool x) {\n"
                      "  during { x = x; }\n"
                      "  handle { H; }\n"
                      "  during { A; } handle { either (x) { I; } or (x) { J; } }\n"
                      "}\n"),
              ElementsAre("handle-never-fires 3:10", "handle-never-fires 4:24"));
}

TEST(Lint, HandleWithAWayThatConsumesNothing) {
  EXPECT_THAT(lint_of("automaton a(bool x) {\n"
                      "  during { A; } handle { optional { H; } }\n"
                      "  during { B; } handle { x = !x; }\n"
                      "  during { C; } handle { multiple (1..2) { I; } }\n"
                      "}\n"),
              ElementsAre("handle-consumes-nothing 2:24", "handle-consumes-nothing 3:24"));
}

TEST(Lint, AutomatonThatNeverFinishes) {
  EXPECT_THAT(lint_of("automaton a() { while { A; } }\n"), ElementsAre("never-finishes 1:11"));
  EXPECT_THAT(lint_of("automaton a() { multiple { A; } }\n"), IsEmpty());
}

TEST(Lint, AutomataThatKeepEachOtherFromFinishing) {
  EXPECT_THAT(lint_of("automaton a() { multiple { X; } Y; X; }\n"
                      "automaton b() { Y; multiple { Z; } }\n"
                      "automaton c() { X; Y; }\n"),
              ElementsAre("never-finishes 1:11"));
}

TEST(Lint, StatecallNeverAccepted) {
  // Each accepts B after its own first statecall, but A and C exclude each other.
  EXPECT_THAT(lint_of("automaton a() { either { A; } or { C; exit; } B; }\n"
                      "automaton b() { either { C; B; } or { A; } }\n"),
              ElementsAre("statecall-never-accepted 1:47"));
}

TEST(Lint, StatecallNeverAcceptedNamesWhoRefusesIt) {
  const auto compiled = compile(
      "automaton a() { either { A; } or { B; } }\n"
      "automaton b(bool x) { either { B; } or { C; either (x) { A; } or (!x) { D; } } }\n");
  Diagnostics diagnostics;
  lint(*compiled->program, *compiled->checked, diagnostics);
  EXPECT_THAT(findings(diagnostics, compiled->sources),
              ElementsAre("statecall-never-accepted 1:26", "guard-always-false 2:53"));
  const auto& all = diagnostics.all();
  const auto found = std::find_if(all.begin(), all.end(), [](const Diagnostic& d) {
    return d.code == DiagnosticCode::statecall_never_accepted;
  });
  ASSERT_NE(found, all.end()) << render_text(diagnostics, compiled->sources, false);
  ASSERT_EQ(found->notes.size(), 1U);
  EXPECT_THAT(found->notes[0].text, HasSubstr("'b' never accepts it"));
  EXPECT_THAT(found->hint, HasSubstr("abort"));
}

TEST(Lint, AForbiddenStatecallIsMeant) {
  EXPECT_THAT(lint_of("automaton a() { either { A; } or { Evil; abort; } }\n"), IsEmpty());
}

TEST(Lint, NeverAcceptedNeedsACompleteExploration) {
  const std::string text =
      "automaton a() { multiple { either { A; X; } or { B; } } }\n"
      "automaton b() { multiple { either { A; } or { B; X; } } }\n";
  EXPECT_THAT(lint_of(text), ElementsAre("statecall-never-accepted 1:40"));
  LintLimits one_state;
  one_state.joint_states = 1;
  EXPECT_THAT(lint_of(text, one_state), IsEmpty());
}

TEST(Lint, AutomatonThatViolatesAtItsStart) {
  EXPECT_THAT(lint_of("automaton a(int n) { n = 1 / n; A; }\n"),
              ElementsAre("violates-at-start 1:11"));
  EXPECT_THAT(lint_of("automaton a() { either { abort; } or { A; } }\n"),
              ElementsAre("violates-at-start 1:11"));
}

TEST(Lint, EndlessSilentLoopIsAnError) {
  const auto compiled = compile(
      "automaton a(int n) {\n"
      "  A;\n"
      "  do { n = n + 1; optional { B; } } until (n < 0);\n"
      "}\n");
  Diagnostics diagnostics;
  lint(*compiled->program, *compiled->checked, diagnostics);
  EXPECT_THAT(findings(diagnostics, compiled->sources), ElementsAre("endless-silent-loop 3:3"));
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_THAT(diagnostics.all().at(0).message, HasSubstr("'n'"));
}

TEST(Lint, TooManyStatesNamesTheVariable) {
  const auto compiled = compile(
      "automaton a(int n) { multiple { A; n = n + 1; } "
      "either (n == 9) { B; } or { C; } }\n");
  Diagnostics diagnostics;
  lint(*compiled->program, *compiled->checked, diagnostics);
  EXPECT_THAT(findings(diagnostics, compiled->sources), ElementsAre("too-many-states 1:17"));
  EXPECT_THAT(diagnostics.all().at(0).message, HasSubstr("'n'"));
  EXPECT_THAT(diagnostics.all().at(0).hint, HasSubstr("int (0..N) n"));
}

}  // namespace
}  // namespace spl::test
