// What stands on the ways between wait points is the same, however they are drawn: on random
// policies.
#include <gmock/gmock.h>

#include "graph/flow_graph.hpp"
#include "random_policy.hpp"
#include "support.hpp"

namespace spl::test {
namespace {

using graph::FlowEdge;
using graph::FlowGraph;
using Texts = std::set<std::string>;

/// All that is said between a wait point and the next ones.
Texts said_after(const Automaton& a, const FlowGraph& graph, NodeId wait) {
  Texts said(graph.effects[raw(wait)].begin(), graph.effects[raw(wait)].end());
  std::set<NodeId> seen;
  std::vector<NodeId> work{graph.drawn_as[raw(wait)]};
  while (!work.empty()) {
    const auto at = work.back();
    work.pop_back();
    for (const auto& e : graph.edges) {
      if (e.kind != FlowEdge::Kind::step || e.from != at) continue;
      said.insert(e.labels.begin(), e.labels.end());
      if (a[e.to].kind == Node::Kind::silent && seen.insert(e.to).second) work.push_back(e.to);
    }
  }
  return said;
}

/// Labels of one arrow may have become one, or begin with "or".
bool says(const Texts& texts, const std::string& wanted) {
  return std::ranges::any_of(
      texts, [&](const auto& text) { return text.find(wanted) != std::string::npos; });
}

void expect_same(const Automaton& a) {
  const auto apart = graph::flow_graph(a, false);
  const auto merged = graph::flow_graph(a, true);
  for (std::uint32_t n = 0; n < a.nodes.size(); ++n) {
    const NodeId wait{n};
    if (a[wait].kind != Node::Kind::wait || !apart.shown[n]) continue;
    ASSERT_TRUE(merged.shown[raw(merged.drawn_as[n])]);
    const auto wanted = said_after(a, apart, wait);
    const auto said = said_after(a, merged, wait);
    for (const auto& text : wanted) EXPECT_TRUE(says(said, text)) << text << " after node " << n;
    for (const auto& effect : merged.effects[n]) {
      EXPECT_TRUE(wanted.contains(effect)) << effect << " after node " << n;
    }
  }
}

/// Much that can be one box: random_policy() makes little of that.
std::string similar_ways(Dice& dice, int depth = 3) {
  static const std::vector<std::string> kSteps{"A;", "B;", "C;", "D;"};
  static const std::vector<std::string> kEffects{"w = true;", "n = n + 1;", "n = 0;", "w = !w;"};
  std::string out;
  for (auto count = 1 + dice.roll(3); count > 0; --count) {
    switch (depth == 0 ? dice.roll(4) : dice.roll(8)) {
      case 0:
        out += dice.pick(kEffects);
        break;
      case 5:
        out += "either { " + dice.pick(kSteps) + " } or { " + dice.pick(kSteps) + " }\n";
        break;
      case 6:
        out += "either { " + similar_ways(dice, depth - 1) + " } or { " +
               similar_ways(dice, depth - 1) + " }\n";
        break;
      case 7:
        out += (dice.chance(50) ? "multiple { " : "optional { ") + similar_ways(dice, depth - 1) +
               " }\n";
        break;
      default:
        out += dice.pick(kSteps);
    }
  }
  return out;
}

TEST(Paths, OfOnePlaceDrawnOnceSayWhatEachDoes) {
  const auto p = compile("automaton a(bool w) { either { A; } or { B; } w = true; C; }");
  const auto merged = graph::flow_graph(p->automaton(), true);
  std::size_t saying = 0;
  for (const auto& effects : merged.effects) {
    saying += std::ranges::count(effects, "w := true") == 1 ? 1 : 0;
  }
  EXPECT_EQ(saying, 2U);
  expect_same(p->automaton());
}

TEST(Paths, OfRandomPolicies) {
  Dice dice(20);
  for (std::uint32_t size = 0; size < 200; ++size) {
    const auto text = random_policy(shape_for(size % 60, dice), dice);
    const auto p = compile(text);
    for (const auto& automaton : p->program->automata) expect_same(automaton);
    ASSERT_FALSE(testing::Test::HasFailure()) << text;
  }
}

TEST(Paths, OfManySimilarWays) {
  Dice dice(21);
  std::size_t merged_points = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto text = "automaton a(bool w, int n) {\n" + similar_ways(dice) + "}\n";
    const auto p = compile(text);
    expect_same(p->automaton());
    ASSERT_FALSE(testing::Test::HasFailure()) << text;
    const auto merged = graph::flow_graph(p->automaton(), true);
    for (std::uint32_t n = 0; n < merged.drawn_as.size(); ++n) {
      merged_points += merged.drawn_as[n] != NodeId{n} ? 1 : 0;
    }
  }
  EXPECT_GT(merged_points, 300U);
}

}  // namespace
}  // namespace spl::test
