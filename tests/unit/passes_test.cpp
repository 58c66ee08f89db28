// The passes from automaton to DFA: compaction, slicing, subset construction, minimisation,
// observation by properties, and the joint exploration.
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <set>

#include "spl/dfa.hpp"
#include "support.hpp"

namespace spl::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Obstacle obstacle_of(const Automaton& automaton, std::size_t bound = kDefaultStateBound) {
  auto result = determinise(automaton, bound);
  if (!std::holds_alternative<Obstacle>(result)) throw std::runtime_error("no obstacle");
  return std::get<Obstacle>(result);
}

// ---- compact -----------------------------------------------------------------------------------

TEST(Compact, DropsWhatNoPathReaches) {
  const auto p =
      compile("automaton a() { A; exit; B; during { C; } handle { D; } always_allow (E) { F; } }");
  const auto& a = p->automaton();
  for (const auto& node : a.nodes) {
    if (node.kind == Node::Kind::wait) {
      EXPECT_EQ(node.statecall, p->statecall("A"));
    }
  }
  EXPECT_THAT(a.contexts, IsEmpty());
  EXPECT_THAT(a.handles, IsEmpty());
  EXPECT_EQ(a.alphabet.size(), 6U);  // the alphabet is a matter of the text
}

TEST(Compact, KeepsTheFinalPointThatNothingReaches) {
  const auto p = compile("automaton a() { do { A; } until (false); }");
  EXPECT_EQ(p->automaton()[p->automaton().final_node].kind, Node::Kind::final);
  EXPECT_EQ(run(*p->program, "A A"), "accepted");
}

TEST(Compact, EverySilentCycleHasAJoin) {
  const auto p = compile(
      "automaton a(bool x) { multiple { multiple { x = !x; } } do { do { } until (x); } until;\n"
      "  while (x) { while (!x) { } } A; }");
  const auto& a = p->automaton();
  // Following only nodes that are no joins, silent moves must come to an end.
  std::vector<int> state(a.nodes.size(), 0);
  const std::function<bool(std::uint32_t)> ends = [&](std::uint32_t i) {
    if (state[i] == 1) return false;
    if (state[i] == 2 || a.nodes[i].join) return true;
    state[i] = 1;
    for (std::uint32_t e = 0; e < a.nodes[i].edge_count; ++e) {
      if (!ends(raw(a.edges[a.nodes[i].first_edge + e].target))) return false;
    }
    state[i] = 2;
    return true;
  };
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) EXPECT_TRUE(ends(i)) << i;
}

// ---- lowering limits ---------------------------------------------------------------------------

TEST(Lower, ExpansionIsBounded) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const auto next = "f" + std::to_string(i + 1) + "(); ";
    text += "function f" + std::to_string(i) + "() { " + next + next + "}\n";
  }
  const Compiled p(text + "function f40() { A; }\nautomaton a() { f0(); }\n");
  EXPECT_FALSE(p.program.has_value());
  EXPECT_THAT(findings(p.diagnostics, p.sources), ElementsAre(HasSubstr("expansion-too-large")));
}

TEST(Lower, NestingThroughCallsIsBounded) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    std::string body = "f" + std::to_string(i + 1) + "();";
    for (int depth = 0; depth < 200; ++depth) body = "optional { " + body + " }";
    text += "function f" + std::to_string(i) + "() { " + body + " }\n";
  }
  const Compiled p(text + "function f300() { A; }\nautomaton a() { f0(); }\n");
  EXPECT_FALSE(p.program.has_value());
  EXPECT_THAT(findings(p.diagnostics, p.sources), ElementsAre(HasSubstr("expansion-too-large")));
}

TEST(Lower, DeepButAllowedNestingWorksAllTheWay) {
  std::string text;
  for (int i = 0; i < 2; ++i) {
    std::string body = "f" + std::to_string(i + 1) + "(); B;";
    for (int depth = 0; depth < 200; ++depth) {
      body = depth % 2 == 0 ? "optional { " + body + " }" : "during { " + body + " } handle { H; }";
    }
    text += "function f" + std::to_string(i) + "() { " + body + " }\n";
  }
  const auto p = compile(text + "function f2() { A; }\nautomaton a() { f0(); }\n");
  EXPECT_EQ(run(*p->program, "A H B B"), "finished");
  EXPECT_EQ(dfa_of(p->automaton()).alphabet.size(), 3U);
}

// ---- slicing -----------------------------------------------------------------------------------

TEST(Slice, AVariableThatDecidesNothingMakesNoStates) {
  const auto p = compile("automaton a(int n, int m) { multiple { A; n = m; m = 7; } }");
  EXPECT_EQ(dfa_of(p->automaton()).states.size(), 1U);
}

TEST(Slice, WhatReachesAGuardThroughOthersIsKept) {
  const auto p = compile(
      "automaton a(bool x, bool y, bool z) { A; x = true; y = x; z = y;\n"
      "  either (z) { B; } or (!z) { C; } }");
  const auto dfa = dfa_of(p->automaton());
  const auto after = dfa.next(0, p->statecall("A"));
  ASSERT_TRUE(after.has_value());
  EXPECT_TRUE(dfa.next(*after, p->statecall("B")).has_value());
  EXPECT_FALSE(dfa.next(*after, p->statecall("C")).has_value());
}

TEST(Slice, ACheckThatMayFailIsKept) {
  const auto p = compile("automaton a(int(0..1) n, int m) { multiple { A; m = m + 1; n = m; } }");
  const auto dfa = dfa_of(p->automaton());
  ASSERT_EQ(dfa.states.size(), 2U);
  EXPECT_EQ(dfa.why_refused(1, p->statecall("A")).reason, Reason::out_of_range);
}

// ---- subset construction -----------------------------------------------------------------------

TEST(Determinise, FoldsRegistersIn) {
  const auto p = compile("automaton a(int n) { while (n < 3) { A; n = n + 1; } B; }");
  const auto dfa = dfa_of(p->automaton());
  EXPECT_EQ(dfa.states.size(), 5U);
  EXPECT_TRUE(dfa.states.back().finished);
}

TEST(Determinise, RefusalsKeepTheirReason) {
  const auto p = compile("automaton a() { either { A; } or { B; abort; } }");
  const auto dfa = dfa_of(p->automaton());
  ASSERT_EQ(dfa.states[0].refused.size(), 1U);
  EXPECT_EQ(dfa.why_refused(0, p->statecall("B")).reason, Reason::abort);
  const auto end = dfa.next(0, p->statecall("A"));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(dfa.why_refused(*end, p->statecall("B")).reason, Reason::none_accepts);
}

TEST(Determinise, AStartThatViolatesIsADeadState) {
  const auto p = compile("automaton a(int n) { n = 1 / n; A; }");
  const auto dfa = dfa_of(p->automaton());
  ASSERT_EQ(dfa.states.size(), 1U);
  ASSERT_TRUE(dfa.states[0].dead.has_value());
  EXPECT_EQ(dfa.why_refused(0, p->statecall("A")).reason, Reason::division_by_zero);
  EXPECT_FALSE(dfa.states[0].finished);
}

TEST(Determinise, TheBoundNamesTheVariable) {
  const auto p =
      compile("automaton a(int(0..1000) n, bool x) { while (n < 1000) { A; n = n + 1; x = !x; } }");
  const auto o = obstacle_of(p->automaton(), 100);
  EXPECT_EQ(o.kind, Obstacle::Kind::state_bound);
  EXPECT_EQ(o.variable, VarId{0});
  EXPECT_THAT(o.message, AllOf(HasSubstr("more than 100 states"), HasSubstr("'n'")));
  EXPECT_EQ(p->sources.text(o.where), "n");
}

TEST(Determinise, TheBoundNamesTheMultiple) {
  const auto p = compile("automaton a() { multiple (..5000) { A; } B; }");
  const auto o = obstacle_of(p->automaton(), 1000);
  EXPECT_THAT(o.message, HasSubstr("'multiple'"));
  EXPECT_EQ(p->sources.text(o.where), "multiple");
}

TEST(Determinise, TheBoundIsReachedByAlternatives) {
  std::string text = "automaton a() { multiple { either { A; } or { B; } } A; ";
  for (int i = 0; i < 12; ++i) text += "either { A; } or { B; } ";
  const auto p = compile(text + "}");
  EXPECT_THAT(obstacle_of(p->automaton(), 1000).message, HasSubstr("alternatives combine"));
  EXPECT_EQ(minimise(dfa_of(p->automaton()), Preserve::language).states.size(), 1U << 13U);
}

TEST(Determinise, ThreeLargeRegistersAreRefusedWithoutRunningOutOfMemory) {
  // Non-deterministic, so sets grow as well: the bound on memory is what stops it.
  const auto p = compile(
      "automaton a(int(0..1000) x, int(0..1000) y, int(0..1000) z) {\n"
      "  multiple { either (x < 1000) { x = x + 1; } or (y < 1000) { y = y + 1; }\n"
      "    or (z < 1000) { z = z + 1; } }\n"
      "  A; either (x == y && y == z) { B; } or { C; } }");
  const auto o = obstacle_of(p->automaton());
  EXPECT_EQ(o.kind, Obstacle::Kind::state_bound);
  EXPECT_TRUE(o.variable.has_value());
}

TEST(Determinise, AnEndlessLoopIsToldFromALongOne) {
  const auto endless = compile("automaton a(int n) { A; while (n >= 0) { n = n + 1; } B; }");
  const auto o = obstacle_of(endless->automaton());
  EXPECT_EQ(o.kind, Obstacle::Kind::endless_loop);
  EXPECT_EQ(endless->sources.text(o.where), "while (n >= 0) { n = n + 1; }");
  const auto lengthy =
      compile("automaton a(int(0..100000) n) { A; while (n < 100000) { n = n + 1; } B; }");
  EXPECT_EQ(obstacle_of(lengthy->automaton()).kind, Obstacle::Kind::state_bound);
}

TEST(Determinise, CoverageTellsWhatWasTaken) {
  const auto p = compile("automaton a(bool x) { either (x) { A; } or (!x) { B; } }");
  const auto& a = p->automaton();
  Coverage coverage(a);
  (void)determinise(a, kDefaultStateBound, {}, &coverage);
  for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
    if (a.nodes[i].kind != Node::Kind::wait) continue;
    EXPECT_EQ(coverage.nodes[i], a.nodes[i].statecall == p->statecall("B"));
  }
}

TEST(Determinise, EveryPathOfTheDfaIsOneOfTheInterpreter) {
  const auto p = compile(
      "function f(bool x) { either { A; x = !x; } or { A; B; exit; } C; }\n"
      "automaton a(bool y, int(0..2) n) {\n"
      "  during { multiple (1..3) { f(y); } either (y) { D; } or (n > 0) { E; } }\n"
      "  handle { H; either (n < 2) { n = n + 1; } or (n == 2) { abort; } }\n"
      "  optional { always_allow (A) { B; } } }");
  const auto& a = p->automaton();
  auto built = determinise(a);
  const auto& subsets = std::get<SubsetAutomaton>(built);
  const Stepper stepper(a);
  // Unsliced sets beside the states: the tick of every statecall of the alphabet must agree.
  std::map<std::uint32_t, ConfigurationSet> sets{{0, stepper.start().configurations}};
  std::vector<std::uint32_t> todo{0};
  while (!todo.empty()) {
    const auto state = todo.back();
    todo.pop_back();
    EXPECT_EQ(subsets.dfa.states[state].finished, is_finished(a, sets[state]));
    for (const auto s : a.alphabet) {
      const auto result = stepper.tick(sets[state], s);
      const auto next = subsets.dfa.next(state, s);
      ASSERT_EQ(next.has_value(), !result.refusal.has_value());
      if (!next) {
        EXPECT_EQ(subsets.dfa.why_refused(state, s), *result.refusal);
      } else if (sets.emplace(*next, result.configurations).second) {
        todo.push_back(*next);
      }
    }
  }
  EXPECT_EQ(sets.size(), subsets.dfa.states.size());
  EXPECT_GT(sets.size(), 20U);
}

// ---- minimisation ------------------------------------------------------------------------------

/// Equivalence of the states of one DFA by the textbook fixed point.
std::vector<std::vector<bool>> distinguishable(const Dfa& dfa) {
  const auto n = dfa.states.size();
  std::vector<std::vector<bool>> apart(n, std::vector<bool>(n, false));
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t i = 0; i < n; ++i) {
      for (std::uint32_t j = 0; j < n; ++j) {
        if (apart[i][j]) continue;
        bool now = dfa.states[i].finished != dfa.states[j].finished;
        for (const auto s : dfa.alphabet) {
          const auto x = dfa.next(i, s);
          const auto y = dfa.next(j, s);
          now = now || x.has_value() != y.has_value() || (x && apart[*x][*y]);
        }
        changed = changed || now;
        apart[i][j] = now;
      }
    }
  }
  return apart;
}

const char* const kPolicies[] = {
    "automaton a() { A; B; }",
    "automaton a() { multiple { either { A; B; } or { C; B; } } }",
    "automaton a() { either { A; C; D; } or { B; C; D; } or { D; } }",
    "automaton a(int n) { while (n < 5) { A; n = n + 1; optional { B; } } C; }",
    "automaton a() { multiple { either { A; } or { B; } } A; either { A; } or { B; } }",
    "automaton a(bool x) { during { A; A; A; } handle { B; x = !x; } either (x) { C; } or { D; } }",
    "automaton a() { multiple (2..7) { multiple (1..2) { A; } B; } }",
    "automaton a() { either { A; B; abort; } or { B; B; } optional { A; } }",
};

TEST(Minimise, GivesTheLeastAutomatonOfTheLanguage) {
  for (const auto* text : kPolicies) {
    SCOPED_TRACE(text);
    const auto p = compile(text);
    const auto dfa = dfa_of(p->automaton());
    const auto least = minimise(dfa, Preserve::language);
    const auto apart = distinguishable(least);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) EXPECT_TRUE(apart[i][j]) << i << " and " << j;
    }
    // Every state is reached, and the two run side by side.
    std::map<std::uint32_t, std::uint32_t> image{{0, 0}};
    std::vector<std::uint32_t> todo{0};
    std::set<std::uint32_t> reached;
    while (!todo.empty()) {
      const auto state = todo.back();
      todo.pop_back();
      reached.insert(image[state]);
      ASSERT_EQ(dfa.states[state].finished, least.states[image[state]].finished);
      for (const auto s : dfa.alphabet) {
        const auto x = dfa.next(state, s);
        const auto y = least.next(image[state], s);
        ASSERT_EQ(x.has_value(), y.has_value());
        if (!x) continue;
        if (image.emplace(*x, *y).second) todo.push_back(*x);
        ASSERT_EQ(image[*x], *y);
      }
    }
    EXPECT_EQ(reached.size(), least.states.size());
  }
}

TEST(Minimise, WaitPointsStayApart) {
  // Both branches go on alike, but wait at different lines.
  const auto p = compile("automaton a() {\n  either { A;\n B; } or { C;\n B; } }");
  const auto dfa = dfa_of(p->automaton());
  EXPECT_EQ(minimise(dfa, Preserve::language).states.size(), 3U);
  const auto exact = minimise(dfa, Preserve::wait_points);
  EXPECT_EQ(exact.states.size(), 4U);
  const auto after_a = exact.next(0, p->statecall("A"));
  const auto after_c = exact.next(0, p->statecall("C"));
  ASSERT_TRUE(after_a && after_c);
  EXPECT_NE(exact.states[*after_a].waiting, exact.states[*after_c].waiting);
  // Registers alone, however, do not keep states apart once they no longer matter.
  const auto q = compile(
      "automaton a(bool x) { either { A; x = true; } or { B; } either (x) { C; } or { D; } E; }");
  const auto before = dfa_of(q->automaton());
  EXPECT_LT(minimise(before, Preserve::wait_points).states.size(), before.states.size());
}

TEST(Minimise, DifferentRefusalsStayApartOnlyForExplanations) {
  const auto p = compile(
      "automaton a() { multiple { either { A; } or { B; } }\n"
      "  C; either { D; } or { A; abort; } }");
  const auto dfa = dfa_of(p->automaton());
  for (const auto preserve : {Preserve::language, Preserve::wait_points}) {
    const auto least = minimise(dfa, preserve);
    const auto after = least.next(0, p->statecall("C"));
    ASSERT_TRUE(after.has_value());
    EXPECT_EQ(least.why_refused(*after, p->statecall("A")).reason, Reason::abort);
    EXPECT_EQ(least.why_refused(*after, p->statecall("B")).reason, Reason::none_accepts);
  }
}

TEST(Minimise, NumbersStatesBreadthFirst) {
  for (const auto* text : kPolicies) {
    const auto p = compile(text);
    const auto least = minimise(dfa_of(p->automaton()), Preserve::language);
    std::uint32_t next = 1;
    for (const auto& state : least.states) {
      for (const auto& t : state.transitions) {
        EXPECT_LE(t.target, next);
        if (t.target == next) ++next;
      }
    }
    EXPECT_EQ(next, least.states.size());
  }
}

// ---- observation -------------------------------------------------------------------------------

ObservedAutomaton observed(const Automaton& a, const std::vector<VarId>& variables) {
  auto result = observe(a, variables);
  if (const auto* o = std::get_if<Obstacle>(&result)) throw std::runtime_error(o->message);
  return std::get<ObservedAutomaton>(result);
}

TEST(Observe, WithoutVariablesItIsTheMinimalDfa) {
  for (const auto* text : kPolicies) {
    SCOPED_TRACE(text);
    const auto p = compile(text);
    const auto seen = observed(p->automaton(), {});
    EXPECT_TRUE(seen.deterministic);
    EXPECT_EQ(seen.initial.size(), 1U);
    EXPECT_EQ(seen.states.size(),
              minimise(dfa_of(p->automaton()), Preserve::language).states.size());
  }
}

TEST(Observe, ADeterministicVariableIsPartOfTheState) {
  const auto p = compile("automaton a(bool x) { multiple { A; x = !x; } }");
  const auto seen = observed(p->automaton(), {VarId{0}});
  EXPECT_TRUE(seen.deterministic);
  ASSERT_EQ(seen.states.size(), 2U);
  EXPECT_THAT(seen.states[0].values, ElementsAre(0));
  EXPECT_THAT(seen.states[1].values, ElementsAre(1));
}

TEST(Observe, AChoiceThatTheValueShowsIsAChoiceOfTheRun) {
  const auto p = compile("automaton a(bool x) { either { A; x = true; B; } or { A; C; } D; }");
  const auto seen = observed(p->automaton(), {VarId{0}});
  EXPECT_FALSE(seen.deterministic);
  ASSERT_EQ(seen.initial.size(), 2U);  // the two waits for A
  std::set<std::vector<std::int32_t>> values;
  bool wrong_guess = false;
  for (const auto& state : seen.states) {
    values.insert(state.values);
    for (const auto& move : state.moves) wrong_guess = wrong_guess || move.targets.empty();
  }
  EXPECT_EQ(values.size(), 2U);
  // Who guessed B's branch has no way on by C, though the automaton accepts C.
  EXPECT_TRUE(wrong_guess);
}

// ---- joint behaviour ---------------------------------------------------------------------------

JointReport joint(const Compiled& p, std::uint64_t max_states = 1000,
                  ExploreFor what = ExploreFor::stuck) {
  std::vector<Dfa> dfas;
  for (const auto& a : p.program->automata) dfas.push_back(dfa_of(a));
  return explore(dfas, p.program->vocabulary.size(), max_states, what);
}

TEST(Explore, FindsTheShortestWayToAStuckState) {
  const auto p = compile(
      "automaton a() { multiple { A; } B; X; Y; }\n"
      "automaton b() { either { X; Y; } or { C; Y; X; } }\n");
  const auto report = joint(*p);
  EXPECT_TRUE(report.complete);
  ASSERT_EQ(report.stuck.size(), 1U);
  EXPECT_EQ(report.stuck[0], (std::vector{p->statecall("B"), p->statecall("C")}));
  EXPECT_THAT(report.finishes, ElementsAre(true, true));
}

TEST(Explore, AFinishedPolicyIsNotStuck) {
  const auto report = joint(*compile("automaton a() { A; X; }\nautomaton b() { X; B; }"));
  EXPECT_TRUE(report.complete);
  EXPECT_THAT(report.stuck, IsEmpty());
  EXPECT_THAT(report.accepted, ElementsAre(true, true, true));
}

TEST(Explore, AVeryFirstStateMayBeStuck) {
  const auto p = compile("automaton a() { X; Y; }\nautomaton b() { Y; X; }");
  const auto report = joint(*p);
  ASSERT_EQ(report.stuck.size(), 1U);
  EXPECT_THAT(report.stuck[0], IsEmpty());
  EXPECT_THAT(report.accepted, ElementsAre(false, false));
}

TEST(Explore, StopsAtItsBound) {
  const auto p = compile("automaton a() { multiple (100) { A; } }\n");
  EXPECT_FALSE(joint(*p, 10).complete);
  EXPECT_TRUE(joint(*p, 1000).complete);
}

TEST(Explore, WhatIsSeenNeedsNoFurtherStates) {
  const auto p = compile("automaton a() { multiple (..100) { A; } }\n");
  const auto report = joint(*p, 10, ExploreFor::seen);
  EXPECT_TRUE(report.complete);
  EXPECT_THAT(report.accepted, ElementsAre(true));
  EXPECT_THAT(report.finishes, ElementsAre(true));
}

// ---- dumps -------------------------------------------------------------------------------------

struct Dumped {
  std::unique_ptr<Compiled> p =
      compile("automaton a() {\n  either { A; } or { B; abort; }\n  multiple { C; }\n}\n");
  std::vector<Dfa> dfas{minimise(dfa_of(p->automaton()), Preserve::language)};
};

TEST(DumpDfa, Text) {
  const Dumped d;
  EXPECT_EQ(dump_text(*d.p->program, d.dfas, d.p->sources),
            "automaton a: 2 states, 2 moves, starts at s0\n"
            "  alphabet A B C\n"
            "  s0 waits at line 2\n"
            "        A -> s1\n"
            "        B refused: abort reached at policy.spl:2:25\n"
            "  s1 finished waits at line 3, 4\n"
            "        C -> s1\n");
}

TEST(DumpDfa, Json) {
  const Dumped d;
  EXPECT_EQ(dump_json(*d.p->program, d.dfas, d.p->sources),
            "{\"version\":1,\"automata\":[{\"name\":\"a\",\"alphabet\":[\"A\",\"B\",\"C\"],"
            "\"states\":[{\"id\":0,\"finished\":false,\"waiting\":[\"policy.spl:2:12\","
            "\"policy.spl:2:22\"],\"transitions\":[{\"statecall\":\"A\",\"target\":1}],"
            "\"refused\":[{\"statecall\":\"B\",\"reason\":\"abort reached\","
            "\"where\":\"policy.spl:2:25\"}]},{\"id\":1,\"finished\":true,\"waiting\":["
            "\"policy.spl:3:14\",\"policy.spl:4:1\"],\"transitions\":[{\"statecall\":\"C\","
            "\"target\":1}],\"refused\":[]}]}]}\n");
}

TEST(DumpDfa, Dot) {
  const Dumped d;
  const auto dot = dump_dot(*d.p->program, d.dfas, d.p->sources);
  EXPECT_THAT(dot, AllOf(HasSubstr("digraph policy {"), HasSubstr("a_s0 -> a_s1 [label=\"A\"]"),
                         HasSubstr("a_s1 [label=\"1\", tooltip=\"waits at line 3, 4\", "
                                   "shape=doublecircle]"),
                         HasSubstr("a_s0 -> a_refused [label=\"B\", color=red")));
}

}  // namespace
}  // namespace spl::test
