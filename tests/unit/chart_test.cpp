// Charts: what is in them, and that no text from a policy breaks out of its place.
#include "spl/chart.hpp"

#include "support.hpp"

namespace spl::test {
namespace {

constexpr const char* kPolicy =
    "automaton a(int n, bool busy) {\n  multiple {\n    Transmit_Ask; busy = true;\n"
    "    Receive_Answer; busy = false; n = n + 1;\n  }\n  Notify_Done;\n}\n";

/// The chart of a trace; what is refused is told and dropped.
Chart chart_of(const Compiled& p, std::string_view trace) {
  Narrator narrator(*p.program);
  ChartBuilder builder(*p.program, p.sources);
  for (const auto& word : words(trace)) {
    const auto id = p.program->vocabulary.find(word);
    TraceStep step;
    if (!id) {
      builder.unknown(word, false);
      continue;
    }
    const auto verdict = narrator.tick(*id, step);
    if (verdict.outcome == Interpreter::Outcome::accepted) {
      builder.accepted(step);
    } else {
      builder.refused(word, verdict.refusals);
    }
  }
  auto chart = builder.finish();
  chart.name = "run";
  chart.verdict = "fails";
  chart.policy = "policy.spl";
  return chart;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Chart, DirectionsByName) {
  EXPECT_EQ(direction_of("Receive_A"), Direction::received);
  EXPECT_EQ(direction_of("Transmit_A"), Direction::sent);
  EXPECT_EQ(direction_of("Notify_A"), Direction::local);
  EXPECT_EQ(direction_of("Received_A"), Direction::local);
  EXPECT_EQ(direction_of("Receive"), Direction::local);
}

TEST(Chart, StepsLinesAndChanges) {
  const auto p = compile(kPolicy);
  const auto chart = chart_of(*p, "Transmit_Ask Receive_Answer Elsewhere Transmit_Ask Notify_Done");
  ASSERT_EQ(chart.steps.size(), 5U);
  EXPECT_EQ(chart.steps[0].notes, std::vector<std::string>{"a.busy = true"});
  EXPECT_EQ(chart.steps[1].notes, (std::vector<std::string>{"a.n = 1", "a.busy = false"}));
  EXPECT_EQ(chart.steps[2].kind, Chart::Step::Kind::ignored);
  EXPECT_EQ(chart.steps[4].kind, Chart::Step::Kind::refused);
  ASSERT_EQ(chart.steps[0].lines.size(), 1U);
  const auto& line = chart.lines[chart.steps[0].lines[0]];
  EXPECT_EQ(line.label, "policy.spl:3");
  EXPECT_EQ(line.text, "    Transmit_Ask; busy = true;");
  EXPECT_EQ(line.steps, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(chart.lines.front().number, 1U);  // context, but nothing before the first line
  // The place where it waits, not the statecall that is refused there.
  EXPECT_EQ(chart.lines[chart.steps[4].lines[0]].number, 4U);
}

TEST(Chart, ABuilderIsAsNewAfterFinish) {
  const auto p = compile(kPolicy);
  ChartBuilder builder(*p->program, p->sources);
  for (int i = 0; i < 2; ++i) {
    Narrator narrator(*p->program);
    TraceStep step;
    narrator.tick(p->statecall("Transmit_Ask"), step);
    builder.accepted(step);
    const auto chart = builder.finish();
    ASSERT_EQ(chart.steps.size(), 1U);
    EXPECT_EQ(chart.steps[0].notes.size(), 1U) << "a change against the start, every time";
  }
}

TEST(Chart, LoopAndEnd) {
  const auto p = compile(kPolicy);
  auto chart = chart_of(*p, "Transmit_Ask Receive_Answer");
  chart.loop_start = 0;
  EXPECT_NE(chart_mermaid(chart).find("  loop for ever\n    program->>peer: 1. Transmit_Ask\n"),
            std::string::npos);
  EXPECT_NE(chart_svg(chart).find("and again from step 1"), std::string::npos);
  EXPECT_NE(chart_html(chart).find("from here on, for ever:"), std::string::npos);
  EXPECT_NE(chart_trace(chart).find("# From here on, for ever:\nTransmit_Ask"), std::string::npos);
  chart.loop_start = 2;
  for (const auto& text : {chart_svg(chart), chart_mermaid(chart), chart_html(chart)}) {
    EXPECT_NE(text.find("nothing more is accepted"), std::string::npos);
    EXPECT_EQ(text.find("for ever"), std::string::npos);
  }
}

TEST(Chart, TextsCannotBreakOut) {
  const auto p = compile(kPolicy);
  auto chart = chart_of(*p, "Transmit_Ask Notify_Done");
  const std::string evil =
      "</script></style></svg><b a='\"&amp;>\x1b[31m\xff\xe2\x80\xae;end #1; %%x\n-->";
  chart.name = chart.claim = chart.verdict = chart.why = chart.policy = evil;
  for (auto& line : chart.lines) line.text = line.label = line.file = evil;
  for (auto& step : chart.steps) {
    step.statecall = evil;
    step.notes = {evil};
  }
  for (const auto& text : {chart_svg(chart), chart_html(chart)}) {
    EXPECT_EQ(text.find("<b"), text.find("<body")) << "no tag of the text's own";
    EXPECT_EQ(count(text, "</svg>"), 1U);
    EXPECT_EQ(text.find("</script"), std::string::npos);
    EXPECT_EQ(text.find("a='"), std::string::npos);
    for (const auto* byte : {"\x1b", "\xff", "\xe2\x80\xae"}) {
      EXPECT_EQ(text.find(byte), std::string::npos);
    }
  }
  const auto mermaid = chart_mermaid(chart);
  EXPECT_EQ(mermaid.find("<b a"), std::string::npos);
  EXPECT_EQ(mermaid.find(";end"), std::string::npos);
  EXPECT_EQ(mermaid.find("%%"), std::string::npos);
  EXPECT_EQ(mermaid.find("-->\n"), std::string::npos);
  // One statement a line, whatever line ends the texts hold.
  EXPECT_EQ(count(mermaid, "\n"), count(mermaid, "participant") + count(mermaid, "Note ") + 2 +
                                      2 * count(mermaid, "rect rgba") + count(mermaid, "->>"));
  // A statecall's line stays one line, and all else is in comments.
  EXPECT_EQ(count(chart_trace(chart), "\n"), 4U + 2U + 2U);
}

TEST(Chart, LongTextsAreBroken) {
  const auto p = compile(kPolicy);
  auto chart = chart_of(*p, "Transmit_Ask");
  chart.steps[0].statecall = "Transmit_" + std::string(5000, 'x');
  chart.steps[0].notes = {std::string(3000, 'y') + " " + std::string(3000, 'z')};
  const auto svg = chart_svg(chart);
  const auto width = svg.find("width=\"") + 7;
  EXPECT_LT(std::stoi(svg.substr(width)), 1500);
  std::size_t letters = 0;
  for (std::size_t at = 0; (at = svg.find("middle\">", at)) != std::string::npos; ++at) {
    const auto text = svg.substr(at + 8, svg.find('<', at) - at - 8);
    EXPECT_LE(text.size(), 44U);
    letters += count(text, "x");
  }
  EXPECT_EQ(letters, 5000U) << "nothing is lost";
}

/// Linear: twice the steps, about twice the text.
TEST(Chart, GrowsWithTheSteps) {
  const auto p = compile(kPolicy);
  std::string trace;
  for (int i = 0; i < 1000; ++i) trace += "Transmit_Ask Receive_Answer ";
  const auto half = chart_of(*p, trace);
  const auto whole = chart_of(*p, trace + trace);
  for (const auto print : {chart_svg, chart_html, chart_mermaid, chart_trace}) {
    EXPECT_LT(print(whole).size(), print(half).size() * 11 / 5);
  }
}

TEST(Chart, AnEmptyRun) {
  const auto p = compile(kPolicy);
  const auto chart = chart_of(*p, "");
  for (const auto print : {chart_svg, chart_html, chart_mermaid, chart_trace}) {
    EXPECT_NE(print(chart).find("t the very start"), std::string::npos);
  }
}

}  // namespace
}  // namespace spl::test
