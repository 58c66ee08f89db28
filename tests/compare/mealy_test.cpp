// read_mealy(): the forms that learning tools write, and what is no machine.
#include "spl/mealy.hpp"

#include <gmock/gmock.h>

#include <random>

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::variant<MealyMachine, std::vector<TextError>> read(
    SourceMap& sources, std::string text, std::optional<std::string_view> start = std::nullopt) {
  return read_mealy(sources.add("m.dot", std::move(text)), sources, start);
}

MealyMachine machine(std::string text, std::optional<std::string_view> start = std::nullopt) {
  SourceMap sources;
  auto result = read(sources, std::move(text), start);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&result)) {
    ADD_FAILURE() << errors->front().message;
    return {};
  }
  return std::get<MealyMachine>(result);
}

/// "line:column message" of the first error.
std::string error(std::string text, std::optional<std::string_view> start = std::nullopt) {
  SourceMap sources;
  const auto result = read(sources, std::move(text), start);
  const auto* errors = std::get_if<std::vector<TextError>>(&result);
  if (errors == nullptr) return "no error";
  const auto& first = errors->front();
  if (!first.range.valid()) return first.message;
  const auto at = sources.begin_of(first.range);
  return std::to_string(at.line) + ":" + std::to_string(at.column) + " " + first.message;
}

/// "s0 -IN/OUT-> s1", one a transition.
std::vector<std::string> arrows(const MealyMachine& m) {
  std::vector<std::string> result;
  for (const auto& t : m.transitions) {
    result.push_back(m.states[t.from] + " -" + t.input + "/" + t.output + "-> " + m.states[t.to]);
  }
  return result;
}

TEST(Mealy, AsLearnLibWritesIt) {
  const auto m = machine(
      "digraph g {\n\n\ts0 [shape=\"circle\" label=\"0\"];\n\ts1 [shape=\"circle\" label=\"1\"];\n"
      "\ts1 -> s0 [label=\"B / Y\"];\n\ts0 -> s1 [label=\"A / X Z\"];\n\n"
      "__start0 [label=\"\" shape=\"none\" width=\"0\" height=\"0\"];\n__start0 -> s1;\n\n}\n");
  EXPECT_THAT(m.states, ElementsAre("s0", "s1"));
  EXPECT_EQ(m.states[m.initial], "s1");
  EXPECT_THAT(arrows(m), ElementsAre("s1 -B/Y-> s0", "s0 -A/X Z-> s1"));
}

TEST(Mealy, AsAalpyWritesIt) {
  const auto m = machine(
      "digraph learnedModel {\ns0 [label=s0];\ns0 -> s0  [label=\"coin/beep\"];\n"
      "__start0 [label=\"\", shape=none];\n__start0 -> s0  [label=\"\"];\n}\n");
  EXPECT_THAT(m.states, ElementsAre("s0"));
  EXPECT_THAT(arrows(m), ElementsAre("s0 -coin/beep-> s0"));
}

TEST(Mealy, ChainsPortsAndJoinedStrings) {
  const auto m = machine(
      "strict DiGraph \"a \\\"name\\\"\" {\n# a comment\n// and /* one */ more\n"
      "graph [rankdir=LR, label=\"\"]; node [shape=box]\nrankdir = LR;\n"
      "subgraph cluster_0 { a:n -> \"b c\":port:sw -> a [color=red, label = \"I\" + \"N / \" + "
      "\"OUT\"][weight=2] }\n}\n",
      "b c");
  EXPECT_THAT(m.states, ElementsAre("a", "b c"));
  EXPECT_EQ(m.initial, 1U);
  EXPECT_THAT(arrows(m), ElementsAre("a -IN/OUT-> b c", "b c -IN/OUT-> a"));
}

TEST(Mealy, LabelsAreDividedAtTheWideSlashFirst) {
  const auto m = machine(
      "digraph { a -> a [label=\"x/y / z\"] a -> a [label=\" x/y/z \"] a -> a [label=\"i/\"] a -> "
      "a [label=<i / o>] }");
  EXPECT_THAT(arrows(m), ElementsAre("a -x/y/z-> a", "a -x/y/z-> a", "a -i/-> a", "a -i/o-> a"));
  EXPECT_EQ(m.transitions[0].input, "x/y");
  EXPECT_EQ(m.transitions[1].input, "x");
}

TEST(Mealy, WithoutAMarkTheFirstStateIsTheFirst) {
  EXPECT_EQ(machine("digraph { b; a; b -> a [label=\"i/o\"] a -> b [label=\"i/o\"] }").initial, 0U);
}

TEST(Mealy, WhatIsNoMachine) {
  EXPECT_EQ(error(""), "1:1 this is no graph in the language of GraphViz; the text ends here");
  EXPECT_EQ(error("hello world"), "1:1 this is no graph in the language of GraphViz");
  EXPECT_EQ(error("graph { a -- b }"), "1:1 a machine is a directed graph, this one is not");
  EXPECT_EQ(error("digraph {\n a -- b }"), "2:4 an edge of a directed graph is written ->");
  EXPECT_EQ(error("digraph {\n a -> \"b"), "2:7 this string does not end");
  EXPECT_EQ(error("digraph { /* a"), "1:11 this comment does not end");
  EXPECT_EQ(error("digraph { a [label=<<b>] }"), "1:20 this label in angle brackets does not end");
  EXPECT_THAT(error("digraph { a -> b [label=\"i/o\"]"), HasSubstr("the text ends here"));
  EXPECT_THAT(error("digraph { a -> b [label=\"i/o\"] } }"),
              HasSubstr("1:34 nothing should follow"));
  EXPECT_THAT(error("digraph { a -> { b c } }"), HasSubstr("1:16 expected the name of a node"));
  EXPECT_THAT(error("digraph { a ! b }"), HasSubstr("1:13 a character that has no place"));
  EXPECT_EQ(error("digraph { a; b }"), "no edge of the graph has a label: this is no machine");
  EXPECT_EQ(error("digraph {\na -> b [label=\"i/o\"]\nb -> a [label=\"io\"]\n}"),
            "3:15 the label 'io' is not of the form INPUT / OUTPUT");
  EXPECT_EQ(error("digraph {\na -> b [label=\"i/o\"]\nb -> a\n b -> b [label=\"i/o\"]}"),
            "3:1 the edge from 'b' has no label");
  EXPECT_EQ(error("digraph { a -> a [label=\"i/o\"] }", "s7"), "the machine has no state 's7'");
}

TEST(Mealy, ErrorsAreMentionedEachButNotForEver) {
  SourceMap sources;
  std::string text = "digraph {";
  for (int i = 0; i < 1000; ++i) text += "a -> a [label=\"io\"]\n";
  const auto result = read(sources, text + "}");
  EXPECT_EQ(std::get<std::vector<TextError>>(result).size(), kMaxMealyErrors);
}

TEST(Mealy, DeepAndLongInputIsFine) {
  const std::string deep(200'000, '{');
  EXPECT_THAT(error("digraph { " + deep), HasSubstr("the text ends here"));
  std::string chain = "digraph { s0";
  for (int i = 1; i < 50'000; ++i) chain += " -> s" + std::to_string(i % 1000);
  EXPECT_EQ(machine(chain + " [label=\"i/o\"] }").transitions.size(), 49'999U);
}

TEST(Mealy, AnyBytesAreAnswered) {
  std::mt19937 random(7);
  const std::string good =
      "digraph { __start0 -> s0; s0 -> s1 [label=\"IN / OUT\"]; /* c */ s1 -> s0 [label=<a/b>] }";
  for (int round = 0; round < 2000; ++round) {
    auto text = good;
    for (int change = 0; change < 4; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    SourceMap sources;
    const auto result = read(sources, text);
    if (const auto* errors = std::get_if<std::vector<TextError>>(&result)) {
      EXPECT_FALSE(errors->empty());
    }
  }
}

}  // namespace
}  // namespace spl
