// What is drawn of a policy.
#include <gmock/gmock.h>

#include "drawn.hpp"
#include "graph/direction.hpp"
#include "graph/labels.hpp"

namespace spl::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Set = std::set<std::string>;

TEST(Merge, PutsChoicesBetweenTheSamePlacesInOneBox) {
  const Drawn d("automaton a() {\neither {\nA;\n} or {\nB;\n}\nC;\n}");
  EXPECT_EQ(d.boxes(), (Set{"start", "A 3; B 5", "C 7", "end"}));
  EXPECT_EQ(d.arrows(), (Set{"start -> A", "A -> C", "C -> end"}));
}

TEST(Merge, KeepsApartWhatLeadsElsewhere) {
  const Drawn d("automaton a() {\neither {\nA;\n} or {\nB;\nD;\n}\nC;\n}");
  EXPECT_EQ(d.boxes(), (Set{"start", "A 3", "B 5", "D 6", "C 8", "end", "."}));
  EXPECT_EQ(d.arrows(),
            (Set{"start -> .", ". -> A", ". -> B", "A -> C", "B -> D", "D -> C", "C -> end"}));
}

TEST(Merge, KeepsApartWhatIsInOtherFrames) {
  const Drawn d("automaton a() {\neither {\nA;\n} or {\nalways_allow (L) {\nB;\n}\n}\nC;\n}");
  EXPECT_THAT(d.boxes(), Contains("A 3"));
  EXPECT_THAT(d.boxes(), Contains("B 6"));
}

TEST(Merge, SaysEffectsInTheBoxButNotConditions) {
  const Drawn d(
      "automaton a(int n) {\nA;\nn = n + 1;\nB;\neither (n == 1) {\nC;\n} or {\nD;\n}\n}");
  EXPECT_THAT(d.boxes(), Contains("A 2; n := n + 1"));
  EXPECT_THAT(d.arrows(), Contains("A -> B"));
  EXPECT_THAT(d.boxes(), Contains("B 4"));
  EXPECT_THAT(d.arrows(), Contains("B -> C: [n == 1]"));
  EXPECT_THAT(d.arrows(), Contains("B -> D"));
  const Drawn one("automaton a(int n) {\nA;\neither (n == 1) {\nB;\n} or (false) {\nC;\n}\n}");
  EXPECT_THAT(one.boxes(), Contains("A 2"));
  EXPECT_THAT(one.arrows(), Contains("A -> B: [n == 1]"));
}

TEST(Names, OfACounterInASlotThatACallHadBefore) {
  const Drawn d(
      "function f(int mails) { either (mails < 2) { A; } or { C; } mails = 7; }\n"
      "automaton a(int n) { f(n); multiple (0..3) { B; } D; }");
  EXPECT_THAT(d.dot(), HasSubstr("[repetitions &lt; 3]"));
  EXPECT_THAT(d.dot(), HasSubstr("[mails &lt; 2]"));
  EXPECT_THAT(d.dot(), HasSubstr("mails := 7"));
  EXPECT_THAT(d.dot(), Not(HasSubstr("mails/")));
}

TEST(Merge, JoinsArrowsByOr) {
  const Drawn d(
      "automaton a(int n) {\nA;\neither (n == 1) { n = 5; } or (n == 2) { } or (n == 3) { "
      "}\nB;\n}");
  EXPECT_THAT(d.arrows(), Contains("A -> B: [n == 2]; or [n == 3]; or [n == 1] n := 5"));
  const Drawn nothing("automaton a(int n) {\nA;\neither (n == 1) { n = 2; } or { }\nB;\n}");
  EXPECT_THAT(nothing.arrows(), Contains("A -> B: [n == 1] n := 2; or nothing"));
  const Drawn last("automaton a(int n) {\nA;\neither (n == 1) { } or { }\nB;\n}");
  EXPECT_THAT(last.arrows(), Contains("A -> B: [n == 1]; or nothing"));
  const Drawn first("automaton a(int n) {\nA;\neither { } or (n == 1) { n = 2; }\nB;\n}");
  EXPECT_THAT(first.arrows(), Contains("A -> B: [n == 1] n := 2; or nothing"));
}

TEST(Boxes, OfLongListsShowTheFirst) {
  std::string text = "automaton a() { either { A0; }";
  for (int i = 1; i < 6; ++i) text += " or { A" + std::to_string(i) + "; }";
  text += " }";
  auto style = Drawn::merged();
  style.names = 3;
  EXPECT_THAT(Drawn(text, style).boxes(), Contains("A0 1; A1 1; A2 1; and 3 more"));
  style.names = 5;  // "and 1 more" would need as much room as what it stands for
  EXPECT_THAT(Drawn(text, style).boxes(), Contains("A0 1; A1 1; A2 1; A3 1; A4 1; A5 1"));
  style.names = 4;
  EXPECT_THAT(Drawn(text, style).boxes(), Contains("A0 1; A1 1; A2 1; A3 1; and 2 more"));
  // What the trace takes is always shown.
  style.names = 2;
  EXPECT_THAT(Drawn(text, "A4", style).boxes(), Contains("A0 1; A1 1; A4 1 1; and 3 more"));
}

TEST(Boxes, HaveAllInTheirTooltips) {
  const Drawn d("automaton a(int n) {\neither {\nA;\nn = 1;\n} or {\nB;\nn = 1;\n}\nC;\n}");
  EXPECT_THAT(d.attributes("C"), HasSubstr("tooltip=\"policy.spl:9: C\""));
  const auto both = d.attributes("A 3");
  EXPECT_THAT(both, HasSubstr("policy.spl:3: A; n := 1"));
}

TEST(Frames, OfLongListsShowTheFirst) {
  auto style = Drawn::merged();
  style.names = 2;
  const auto of = [&](const std::string& names) {
    return Drawn("automaton a() { always_allow (" + names + ") { A; } }", style).dot();
  };
  EXPECT_THAT(of("L, M"), HasSubstr("label=<always allowed: L, M<br"));
  EXPECT_THAT(of("L, M, N"), HasSubstr("label=<always allowed: L, M, and 1 more<br"));
  EXPECT_THAT(of("L, M, N"), HasSubstr("policy.spl:1: L, M, N"));
}

TEST(Arrows, AreListedOnceForEachWaitPointOfABox) {
  const Drawn d("automaton a() { either { A; } or { B; } C; }");
  std::multiset<std::string> listed;
  for (const auto& e : d.drawing.edges) {
    listed.insert(e.id + " " + (e.statecall ? d.program().vocabulary.name(*e.statecall) : "-"));
  }
  EXPECT_THAT(listed, ElementsAre("edge.a.0 -", "edge.a.1 A", "edge.a.1 B", "edge.a.2 C"));
}

TEST(Arrows, GoNowhereWithoutAWay) {
  const Drawn d("automaton a() { while (true) { A; } }");
  EXPECT_EQ(d.arrows(), (Set{"start -> A", "A -> A"}));
  const Drawn twice("automaton a(bool b) { while (!!true) { A; either (!true) { B; } or { } } }");
  EXPECT_EQ(twice.arrows(), (Set{"start -> A", "A -> A"}));
}

TEST(Labels, AreEscapedAndBroken) {
  EXPECT_EQ(graph::html("a<b>&\"c"), "a&lt;b&gt;&amp;&quot;c");
  EXPECT_THAT(graph::wrapped("one two", 10), ElementsAre("one two"));
  EXPECT_THAT(graph::wrapped("one two three", 9), ElementsAre("one two", "three"));
  EXPECT_THAT(graph::wrapped("Receive_Auth_Request", 14), ElementsAre("Receive_Auth_", "Request"));
  // A break far to the left makes things longer.
  EXPECT_THAT(graph::wrapped("a bcdefghijkl", 9), ElementsAre("a bcdefgh", "ijkl"));
  EXPECT_EQ(graph::wrapped_html("a < b < c", 5),
            "a &lt;<br align=\"left\"/>b &lt; c<br align=\"left\"/>");
  EXPECT_EQ(graph::wrapped_html("a < b", 5), "a &lt; b");
}

TEST(Legend, ExplainsWhatOccursInTwoColumns) {
  auto style = Drawn::merged();
  style.legend = true;
  const auto dot = Drawn("automaton a(int n) { during { A; n = 1; } handle { H; } }", style).dot();
  const auto legend = dot.substr(dot.find("<b>Legend</b>"));
  for (const auto* text : {"start", "waits for this statecall", "assignment, done on the way",
                           "a frame that can be interrupted", "what interrupts it",
                           "end of a handle", "end: the automaton is finished"}) {
    EXPECT_THAT(legend, HasSubstr(text));
  }
  EXPECT_THAT(legend, Not(HasSubstr("condition")));
  EXPECT_THAT(legend, Not(HasSubstr("taken by the trace")));
  std::size_t rows = 0;
  for (auto at = legend.find("<tr><td align=\"right\">"); at != std::string::npos;
       at = legend.find("<tr><td align=\"right\">", at + 1)) {
    ++rows;
  }
  EXPECT_EQ(rows, 4U);  // of seven signs
  EXPECT_THAT(legend, HasSubstr("<td colspan=\"3\"></td></tr></table>"));
}

TEST(Direction, IsWhatNeedsTheSmallerPage) {
  std::string chain = "automaton a() {";
  for (int i = 0; i < 30; ++i) chain += " Receive_Something" + std::to_string(i) + ";";
  chain += " }";
  EXPECT_THAT(Drawn(chain).dot(), HasSubstr("rankdir=TB"));
  // One after the other to the right: every box on a rank of its own, but many in each.
  std::string wide = "automaton a() {";
  for (int i = 0; i < 3; ++i) {
    wide += " either { A0_" + std::to_string(i) + "; X" + std::to_string(i) + "; }";
    for (int k = 1; k < 12; ++k) {
      const auto n = std::to_string(k) + "_" + std::to_string(i);
      wide += " or { Receive_A_Rather_Long_Name_" + n + "; B" + n + "; }";
    }
  }
  wide += " }";
  EXPECT_THAT(Drawn(wide).dot(), HasSubstr("rankdir=LR"));
  auto style = Drawn::merged();
  style.direction = GraphStyle::Direction::right;
  EXPECT_THAT(Drawn(chain, style).dot(), HasSubstr("rankdir=LR"));
  style.direction = GraphStyle::Direction::down;
  EXPECT_THAT(Drawn(wide, style).dot(), HasSubstr("rankdir=TB"));
}

}  // namespace
}  // namespace spl::test
