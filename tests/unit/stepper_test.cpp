// The meaning of each kind of statement (language.md section 5), seen through the interpreter.
#include <gtest/gtest.h>

#include "support.hpp"

namespace spl::test {
namespace {

TEST(Stepper, Sequence) {
  const auto p = compile("automaton a() { A; B; }");
  EXPECT_EQ(run(*p->program, ""), "accepted");
  EXPECT_EQ(run(*p->program, "A"), "accepted");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
  EXPECT_EQ(run(*p->program, "B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A B A"), "A: not allowed here");
  EXPECT_EQ(run(*p->program, "A Z"), "Z: ignored");
}

TEST(Stepper, EmptyAutomatonIsFinished) {
  EXPECT_EQ(run("automaton a() { }", ""), "finished");
}

TEST(Stepper, AlwaysAllowBelongsToWaitPoints) {
  // The example of section 5.
  const auto p = compile("automaton a() { always_allow (D) { multiple { A; } } B; }");
  EXPECT_EQ(run(*p->program, "B"), "finished");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
  EXPECT_EQ(run(*p->program, "D A B"), "finished");
  EXPECT_EQ(run(*p->program, "D D A A B"), "finished");
  EXPECT_EQ(run(*p->program, "D B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A D B"), "B: not allowed here");
}

TEST(Stepper, AlwaysAllowNestsAndReachesIntoCalls) {
  const auto p = compile(
      "function f() { A; }\n"
      "automaton a() { always_allow (X) { always_allow (Y) { f(); } B; } C; }");
  EXPECT_EQ(run(*p->program, "X Y A X B C"), "finished");
  EXPECT_EQ(run(*p->program, "A Y"), "Y: not allowed here");
  EXPECT_EQ(run(*p->program, "A B X"), "X: not allowed here");
}

TEST(Stepper, AlwaysAllowOfTheAwaitedStatecallStaysAndMoves) {
  const auto p = compile("automaton a() { always_allow (A) { A; } B; }");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
  EXPECT_EQ(run(*p->program, "A A A B"), "finished");
  EXPECT_EQ(run(*p->program, "B"), "B: not allowed here");
}

TEST(Stepper, MultipleWithoutBounds) {
  const auto p = compile("automaton a() { multiple { A; B; } C; }");
  EXPECT_EQ(run(*p->program, "C"), "finished");
  EXPECT_EQ(run(*p->program, "A B A B C"), "finished");
  EXPECT_EQ(run(*p->program, "A C"), "C: not allowed here");
}

TEST(Stepper, MultipleWithBounds) {
  const auto p = compile("automaton a() { multiple (2..3) { A; } B; }");
  EXPECT_EQ(run(*p->program, "A B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A A B"), "finished");
  EXPECT_EQ(run(*p->program, "A A A B"), "finished");
  EXPECT_EQ(run(*p->program, "A A A A"), "A: not allowed here");
}

TEST(Stepper, MultipleOneSidedAndExact) {
  EXPECT_EQ(run("automaton a() { multiple (..2) { A; } B; }", "B"), "finished");
  EXPECT_EQ(run("automaton a() { multiple (..2) { A; } B; }", "A A A"), "A: not allowed here");
  EXPECT_EQ(run("automaton a() { multiple (2..) { A; } B; }", "A B"), "B: not allowed here");
  EXPECT_EQ(run("automaton a() { multiple (2..) { A; } B; }", "A A A A A B"), "finished");
  EXPECT_EQ(run("automaton a() { multiple (2) { A; } B; }", "A A B"), "finished");
  EXPECT_EQ(run("automaton a() { multiple (2) { A; } B; }", "A A A"), "A: not allowed here");
  EXPECT_EQ(run("automaton a() { multiple (0) { A; } B; }", "A"), "A: not allowed here");
  EXPECT_EQ(run("automaton a() { multiple (1) { A; } B; }", "B"), "B: not allowed here");
  EXPECT_EQ(run("automaton a() { multiple (0..) { A; } B; }", "A B"), "finished");
  EXPECT_EQ(run("automaton a() { multiple (1..) { A; } B; }", "B"), "B: not allowed here");
}

TEST(Stepper, MultipleThatNeverCompletes) {
  const auto p = compile("automaton a() { either { multiple (2..1) { A; } B; } or { C; } }");
  EXPECT_EQ(run(*p->program, "C"), "finished");
  EXPECT_EQ(run(*p->program, "A"), "A: not allowed here");  // nothing could follow it
}

TEST(Stepper, MultipleMayPassWithoutAStatecall) {
  // Repetitions that consume nothing count as well.
  const auto p = compile("automaton a() { multiple (3..4) { optional { A; } } B; }");
  EXPECT_EQ(run(*p->program, "B"), "finished");
  EXPECT_EQ(run(*p->program, "A A A A B"), "finished");
  EXPECT_EQ(run(*p->program, "A A A A A"), "A: not allowed here");
}

TEST(Stepper, MultipleNested) {
  const auto p = compile("automaton a() { multiple (2) { A; multiple (1..2) { B; } } C; }");
  EXPECT_EQ(run(*p->program, "A B A B B C"), "finished");
  EXPECT_EQ(run(*p->program, "A B B A C"), "C: not allowed here");
  EXPECT_EQ(run(*p->program, "A B B B"), "B: not allowed here");
}

TEST(Stepper, ACounterWithoutUpperBoundSaturates) {
  const auto p = compile("automaton a() { multiple (3..) { A; } B; }");
  Interpreter interpreter(*p->program);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(interpreter.tick(p->statecall("A")).outcome, Interpreter::Outcome::accepted);
  }
  EXPECT_LE(interpreter.configurations(AutomatonId{0}).size(), 4U);
  EXPECT_EQ(dfa_of(p->automaton()).states.size(), 5U);
}

TEST(Stepper, Optional) {
  const auto p = compile("automaton a() { optional { A; } B; }");
  EXPECT_EQ(run(*p->program, "B"), "finished");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
  EXPECT_EQ(run(*p->program, "A A"), "A: not allowed here");
}

TEST(Stepper, EitherFollowsEveryOpenBranch) {
  const auto p = compile(
      "automaton a(bool x) { either { A; x = true; } or { A; }\n"
      "  either (x) { B; } or (!x) { C; } }");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
  EXPECT_EQ(run(*p->program, "A C"), "finished");
}

TEST(Stepper, EitherWithoutOpenBranchDies) {
  const auto p = compile(
      "automaton a(int n) { either { A; n = 5; } or { A; }\n"
      "  either (n == 1) { B; } or (n == 5) { C; } }");
  EXPECT_EQ(run(*p->program, "A C"), "finished");
  // No configuration left at all: the statecall that leads there is refused.
  EXPECT_EQ(run("automaton a(int n) { A; either (n == 1) { B; } or (n == 2) { C; } }", "A"),
            "A: not allowed here");
}

TEST(Stepper, DoUntilRunsFirst) {
  const auto p = compile("automaton a(int n) { do { A; n = n + 1; } until (n >= 2); B; }");
  EXPECT_EQ(run(*p->program, "A B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A A B"), "finished");
  EXPECT_EQ(run("automaton a() { do { A; } until; B; }", "A B"), "finished");
}

TEST(Stepper, WhileTestsFirst) {
  const auto p = compile("automaton a(int n) { while (n < 2) { A; n = n + 1; } B; }");
  EXPECT_EQ(run(*p->program, "B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A A B"), "finished");
  EXPECT_EQ(run("automaton a(bool x) { while (x) { A; } B; }", "B"), "finished");
  EXPECT_EQ(run("automaton a() { while { A; } }", "A A A"), "accepted");
}

TEST(Stepper, SilentLoopsThatEnd) {
  EXPECT_EQ(run("automaton a(int n) { while (n < 1000) { n = n + 1; } "
                "either (n == 1000) { A; } or { B; } }",
                "A"),
            "finished");
  EXPECT_EQ(run("automaton a() { multiple { multiple { multiple { } } } A; }", "A"), "finished");
  EXPECT_EQ(run("automaton a(bool x) { do { x = !x; } until (false); }", "Z"), "Z: ignored");
}

TEST(Stepper, ASilentLoopThatDoesNotEndIsSaid) {
  EXPECT_EQ(run("automaton a(int n) { A; while (n >= 0) { optional { B; } n = n + 1; } }", "A"),
            "A: too large");
}

TEST(Stepper, HandleResumesAtTheInterruptedWaitPoint) {
  const auto p = compile("automaton a() { during { A; B; C; } handle { H; I; } D; }");
  EXPECT_EQ(run(*p->program, "A B C D"), "finished");
  EXPECT_EQ(run(*p->program, "H I A H I B H I H I C D"), "finished");
  EXPECT_EQ(run(*p->program, "A H B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "A H I A"), "A: not allowed here");
  EXPECT_EQ(run(*p->program, "A B C H"), "H: not allowed here");
  EXPECT_EQ(run(*p->program, "H H"), "H: not allowed here");
}

TEST(Stepper, GuardsPassedBeforeAnInterruptionAreNotEvaluatedAgain) {
  const auto p = compile(
      "automaton a(bool late) {\n"
      "  during { either (!late) { A; } or (late) { B; } } handle { H; late = true; }\n"
      "  either (late) { C; } or (!late) { D; } }");
  EXPECT_EQ(run(*p->program, "A D"), "finished");
  EXPECT_EQ(run(*p->program, "H A C"), "finished");
  EXPECT_EQ(run(*p->program, "H B"), "B: not allowed here");
  EXPECT_EQ(run(*p->program, "H A D"), "D: not allowed here");
}

TEST(Stepper, OneDuringManyHandles) {
  const auto p = compile("automaton a() { during { A; } handle { H; } handle { I; J; } }");
  EXPECT_EQ(run(*p->program, "H I J H A"), "finished");
  EXPECT_EQ(run(*p->program, "I H"), "H: not allowed here");
}

TEST(Stepper, NestedDuring) {
  const auto p =
      compile("automaton a() { during { A; during { B; } handle { I; X; } } handle { H; Y; } }");
  EXPECT_EQ(run(*p->program, "A I X H Y B"), "finished");
  EXPECT_EQ(run(*p->program, "I"), "I: not allowed here");
  // The outer handles stay in force in the inner ones, and come back to the same place.
  EXPECT_EQ(run(*p->program, "A I H Y X B"), "finished");
  EXPECT_EQ(run(*p->program, "A H I"), "I: not allowed here");
}

TEST(Stepper, DuringInsideAHandle) {
  const auto p =
      compile("automaton a() { during { A; } handle { during { H; I; } handle { J; } K; } }");
  EXPECT_EQ(run(*p->program, "H J I K A"), "finished");
  EXPECT_EQ(run(*p->program, "J H J I K A"), "finished");
  EXPECT_EQ(run(*p->program, "H I J"), "J: not allowed here");
  EXPECT_EQ(run(*p->program, "J A"), "A: not allowed here");
}

TEST(Stepper, AHandleSeesTheLoopCountersOfTheBodyUntouched) {
  const auto p =
      compile("automaton a() { during { multiple (2) { A; } } handle { multiple (2) { H; } } B; }");
  EXPECT_EQ(run(*p->program, "A H H A B"), "finished");
  EXPECT_EQ(run(*p->program, "H H A H H A B"), "finished");
  EXPECT_EQ(run(*p->program, "H H A A A"), "A: not allowed here");
  EXPECT_EQ(run(*p->program, "A H A"), "A: not allowed here");
}

TEST(Stepper, AHandleFiresOnlyByConsuming) {
  const auto p = compile(
      "automaton a(bool x) { during { A; } handle { x = true; optional { H; } }\n"
      "  either (x) { B; } or (!x) { C; } }");
  EXPECT_EQ(run(*p->program, "A C"), "finished");
  EXPECT_EQ(run(*p->program, "H A B"), "finished");
  EXPECT_EQ(run(*p->program, "A B"), "B: not allowed here");
}

TEST(Stepper, AHandleThatAbortsBeforeItsFirstStatecallIsNotFollowed) {
  EXPECT_EQ(run("automaton a(int n) { during { A; } handle { n = 1 / n; H; } "
                "handle { abort; } handle { exit; } B; }",
                "A B"),
            "finished");
  EXPECT_EQ(run("automaton a() { during { A; } handle { H; abort; } B; }", "H"),
            "H: abort reached");
}

TEST(Stepper, ExitInsideAHandleEndsTheAutomaton) {
  const auto p = compile("automaton a() { during { A; B; } handle { H; exit; } C; }");
  EXPECT_EQ(run(*p->program, "A H"), "finished");
  EXPECT_EQ(run(*p->program, "A H B"), "B: not allowed here");
}

TEST(Stepper, ExitInAFunctionReturnsFromThatCall) {
  const auto p = compile(
      "function f(bool x) { either { A; x = true; exit; } or { B; } C; }\n"
      "automaton a(bool y) { f(y); either (y) { D; } or (!y) { E; } }");
  EXPECT_EQ(run(*p->program, "A D"), "finished");
  EXPECT_EQ(run(*p->program, "B C E"), "finished");
  EXPECT_EQ(run(*p->program, "A C"), "C: not allowed here");
}

TEST(Stepper, ExitInAHandleOfAFunctionReturnsFromThatCall) {
  const auto p = compile(
      "function g() { A; B; }\n"
      "function f() { during { g(); } handle { H; exit; } C; }\n"
      "automaton a() { multiple (2) { f(); } D; }");
  EXPECT_EQ(run(*p->program, "A H A B C D"), "finished");
  EXPECT_EQ(run(*p->program, "H H D"), "finished");
  EXPECT_EQ(run(*p->program, "A H C"), "C: not allowed here");
}

TEST(Stepper, HandlesOfTheCallerReachIntoCalls) {
  const auto p = compile(
      "function f(int k) { A; k = k + 1; B; }\n"
      "automaton a(int n) { during { f(n); f(n); } handle { H; n = 10; }\n"
      "  either (n == 1) { C; } or (n == 2) { D; } or (n == 10) { E; } or (n == 11) { F; } }");
  EXPECT_EQ(run(*p->program, "A B A B D"), "finished");
  // The call's copy replaces what the handle stored while it was interrupted.
  EXPECT_EQ(run(*p->program, "H A B A B D"), "finished");
  EXPECT_EQ(run(*p->program, "A B A H B D"), "finished");
}

TEST(Stepper, ValueResult) {
  const auto p = compile(
      "function swap(int x, int y, int t) { t = x; x = y; y = t; }\n"
      "automaton a(int i = 1, int j = 2, int s) { A; swap(i, j, s);\n"
      "  either (i == 2 && j == 1 && s == 1) { B; } or { C; exit; } D; }");
  EXPECT_EQ(run(*p->program, "A B D"), "finished");
}

TEST(Stepper, NestedCallsKeepTheirVariablesApart) {
  const auto p = compile(
      "function inner(int x) { x = x * 10; }\n"
      "function outer(int x, int y) { inner(y); x = x + y; inner(x); }\n"
      "automaton a(int p = 1, int q = 2) { outer(p, q); A;\n"
      "  either (p == 210 && q == 20) { B; } or (p != 210) { C; } }");
  EXPECT_EQ(run(*p->program, "A B"), "finished");
}

TEST(Stepper, AbortViolatesWhateverElseIsAlive) {
  const auto p = compile("automaton a() { either { A; B; } or { A; abort; } }");
  EXPECT_EQ(run(*p->program, "A"), "A: abort reached");
  EXPECT_EQ(run("automaton a() { either { abort; } or { A; } }", "A"), "A: abort reached");
}

TEST(Stepper, RangesViolate) {
  const std::string policy = "automaton a(int(0..2) n) { multiple { A; n = n + 1; } B; }";
  EXPECT_EQ(run(policy, "A A B"), "finished");
  EXPECT_EQ(run(policy, "A A A"), "A: value out of its declared range");
  EXPECT_EQ(run("function f(int(0..2) k) { B; }\n"
                "automaton a(int n) { n = 3; A; f(n); }",
                "A"),
            "A: value out of its declared range");
  EXPECT_EQ(run("function f(int k) { B; k = k + 2; }\n"
                "automaton a(int(0..2) n = 1) { f(n); C; }",
                "B"),
            "B: value out of its declared range");
}

TEST(Stepper, RangesStartInside) {
  EXPECT_EQ(run("automaton a(int(3..5) n) { either (n == 3) { A; } or { B; exit; } C; }", "A C"),
            "finished");
  EXPECT_EQ(run("automaton a(int(-5..-3) n) { either (n == -5) { A; } or (n != -5) { B; } }", "A"),
            "finished");
}

TEST(Stepper, ArithmeticIsExactOn32Bits) {
  EXPECT_EQ(run("automaton a(int n = 2147483647) { A; n = n + 1; }", "A"),
            "A: arithmetic overflow");
  EXPECT_EQ(run("automaton a(int n = -2147483648) { A; n = -n; }", "A"), "A: arithmetic overflow");
  EXPECT_EQ(run("automaton a(int n = -2147483648, int m = -1) { A; n = n / m; }", "A"),
            "A: arithmetic overflow");
  EXPECT_EQ(run("automaton a(int n = 65536) { A; n = n * n; }", "A"), "A: arithmetic overflow");
  EXPECT_EQ(run("automaton a(int n) { A; n = 1 / n; }", "A"), "A: division by zero");
  EXPECT_EQ(
      run("automaton a(int n = -7) { A; either (n / 2 == -3) { B; } or { C; exit; } D; }", "A B D"),
      "finished");
}

TEST(Stepper, AFaultInAGuardViolates) {
  EXPECT_EQ(run("automaton a(int n) { A; either (1 / n == 1) { B; } or { C; } }", "A"),
            "A: division by zero");
}

TEST(Stepper, LogicalOperatorsShortCircuit) {
  EXPECT_EQ(run("automaton a(int n) { A; either (n != 0 && 1 / n == 1) { B; } or { C; } }", "A C"),
            "finished");
  EXPECT_EQ(run("automaton a(int n) { A; either (n == 0 || 1 / n == 1) { B; } or { C; } }", "A B"),
            "finished");
}

TEST(Stepper, OfSeveralViolationsTheLeastIsNamed) {
  EXPECT_EQ(run("automaton a(int n) { A; either (1 / n == 1) { B; } or { abort; } }", "A"),
            "A: abort reached");
}

TEST(Interpreter, EveryAutomatonThatHasItTicks) {
  const auto p = compile("automaton a() { A; X; }\nautomaton b() { B; X; }");
  EXPECT_EQ(run(*p->program, "A B X"), "finished");
  EXPECT_EQ(run(*p->program, "B A X"), "finished");
  EXPECT_EQ(run(*p->program, "A X"), "X: not allowed here");
}

TEST(Interpreter, ATickIsAtomic) {
  const auto p = compile("automaton a() { A; X; }\nautomaton b() { B; X; }");
  Interpreter interpreter(*p->program);
  (void)interpreter.tick(p->statecall("A"));
  const auto before = interpreter.configurations(AutomatonId{0});
  const auto verdict = interpreter.tick(p->statecall("X"));
  ASSERT_EQ(verdict.outcome, Interpreter::Outcome::violation);
  ASSERT_EQ(verdict.refusals.size(), 1U);
  EXPECT_EQ(verdict.refusals[0].automaton, AutomatonId{1});
  EXPECT_EQ(interpreter.configurations(AutomatonId{0}), before);
  EXPECT_EQ(interpreter.allowed(), std::vector{p->statecall("B")});
  (void)interpreter.tick(p->statecall("B"));
  EXPECT_EQ(interpreter.allowed(), std::vector{p->statecall("X")});
}

TEST(Interpreter, AViolationNamesWhereItWaited) {
  const auto p = compile("automaton a() {\n  A;\n  either { B; }\n  or { C; }\n}");
  Interpreter interpreter(*p->program);
  (void)interpreter.tick(p->statecall("A"));
  const auto verdict = interpreter.tick(p->statecall("A"));
  ASSERT_EQ(verdict.refusals.size(), 1U);
  std::vector<std::uint32_t> lines;
  for (const auto node : verdict.refusals[0].waiting) {
    lines.push_back(p->sources.begin_of(p->automaton()[node].range).line);
  }
  EXPECT_EQ(lines, (std::vector<std::uint32_t>{3, 4}));
}

TEST(Interpreter, AStartThatViolatesRefusesEverythingForThatReason) {
  const auto p = compile("automaton a(int n) { n = 1 / n; A; }\nautomaton b() { B; }");
  Interpreter interpreter(*p->program);
  const auto verdict = interpreter.tick(p->statecall("A"));
  ASSERT_EQ(verdict.refusals.size(), 1U);
  EXPECT_EQ(verdict.refusals[0].refusal.reason, Reason::division_by_zero);
  EXPECT_EQ(interpreter.tick(p->statecall("B")).outcome, Interpreter::Outcome::accepted);
  EXPECT_FALSE(interpreter.finished());
}

}  // namespace
}  // namespace spl::test
