// Diagnostics: the catalogue, severities and limits, and how they are shown.
#include "spl/diagnostic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace spl {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using D = DiagnosticCode;

struct Sources {
  SourceMap map;
  FileId file;
  explicit Sources(std::string text, std::string name = "a.spl") {
    file = map.add(std::move(name), std::move(text));
  }
  [[nodiscard]] SourceRange range(std::uint32_t begin, std::uint32_t end) const {
    return {file, begin, end};
  }
};

std::string shown(const Sources& sources, SourceRange range, std::vector<Label> notes = {}) {
  Diagnostics diagnostics;
  diagnostics.report(D::syntax_error, range, "message", "", std::move(notes));
  return render_text(diagnostics, sources.map, false);
}

TEST(Catalogue, EveryEntryIsFoundByIdAndByName) {
  ASSERT_FALSE(catalogue().empty());
  std::set<std::string_view> names;
  for (const auto& entry : catalogue()) {
    EXPECT_EQ(find_diagnostic(id_of(entry.code)), &entry);
    EXPECT_EQ(find_diagnostic(entry.name), &entry);
    EXPECT_EQ(&info(entry.code), &entry);
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.summary.empty());
    EXPECT_THAT(std::string(entry.summary), Not(EndsWith(".")));
  }
}

TEST(Catalogue, IdsAreReadInAnyCaseAndRubbishIsNot) {
  EXPECT_EQ(id_of(D::undeclared_statecall), "SPL0033");
  EXPECT_EQ(find_diagnostic("spl0033"), &info(D::undeclared_statecall));
  for (const auto* text : {"", "SPL", "SPL33", "SPL00333", "SPL0034", "SPL9999", "SPL00x3", "xx"}) {
    EXPECT_EQ(find_diagnostic(text), nullptr) << text;
  }
}

TEST(Diagnostics, WarningsFollowTheOptions) {
  WarningOptions options;
  options.disabled = {D::unused_statecall};
  options.as_errors = {D::unused_function};
  Diagnostics diagnostics(options);
  diagnostics.report(D::unused_statecall, {}, "dropped");
  diagnostics.report(D::unused_function, {}, "an error now");
  diagnostics.report(D::similar_statecalls, {}, "a warning");
  EXPECT_EQ(diagnostics.errors(), 1);
  EXPECT_EQ(diagnostics.warnings(), 1);
  ASSERT_EQ(diagnostics.all().size(), 2U);
  EXPECT_EQ(diagnostics.all()[0].severity, Severity::error);
  EXPECT_EQ(diagnostics.all()[1].severity, Severity::warning);
}

TEST(Diagnostics, ErrorsCannotBeTurnedOff) {
  WarningOptions options;
  options.disabled = {D::syntax_error};
  Diagnostics diagnostics(options);
  diagnostics.report(D::syntax_error, {}, "stays");
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_TRUE(diagnostics.has_language_errors());
}

TEST(Diagnostics, WerrorTurnsAllWarningsIntoErrors) {
  WarningOptions options;
  options.warnings_are_errors = true;
  Diagnostics diagnostics(options);
  diagnostics.report(D::unused_statecall, {}, "now an error");
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_FALSE(diagnostics.has_language_errors());
  EXPECT_THAT(render_text(diagnostics, SourceMap(), false),
              HasSubstr("error: now an error [SPL0101 unused-statecall, -Werror]"));
}

TEST(Diagnostics, StopsAfterTheLimitAndSaysSoOnce) {
  Diagnostics diagnostics;
  for (int i = 0; i < 1000; ++i) diagnostics.report(D::syntax_error, {}, "e");
  ASSERT_EQ(diagnostics.all().size(), std::size_t{Diagnostics::kMaxErrors} + 1);
  EXPECT_EQ(diagnostics.all().back().code, D::too_many_errors);
  EXPECT_THAT(render_text(diagnostics, SourceMap(), false), EndsWith("\n100 errors\n"));
}

TEST(Diagnostics, ExactlyTheLimitIsNotTooMany) {
  Diagnostics diagnostics;
  for (int i = 0; i < Diagnostics::kMaxErrors; ++i) diagnostics.report(D::syntax_error, {}, "e");
  EXPECT_EQ(diagnostics.all().back().code, D::syntax_error);
}

TEST(Diagnostics, KeepsABoundedNumberOfWarnings) {
  Diagnostics diagnostics;
  for (int i = 0; i < 5000; ++i) diagnostics.report(D::unused_statecall, {}, "w");
  EXPECT_EQ(diagnostics.all().size(), std::size_t{Diagnostics::kMaxWarnings});
  EXPECT_EQ(diagnostics.warnings(), 5000);
  EXPECT_THAT(render_text(diagnostics, SourceMap(), false),
              EndsWith("\n5000 warnings (the first 1000 are shown)\n"));
}

TEST(Diagnostics, ShortensHugeTexts) {
  Diagnostics diagnostics;
  diagnostics.report(D::unknown_variable, {}, "no '" + std::string(5'000'000, 'x') + "' here");
  const auto& message = diagnostics.all()[0].message;
  EXPECT_LT(message.size(), 2000U);
  EXPECT_THAT(message, ::testing::StartsWith("no 'xxx"));
  EXPECT_THAT(message, EndsWith("xxx' here"));
}

TEST(Diagnostics, SortsByFileAndPlaceAndKeepsTheOrderOfEquals) {
  Diagnostics diagnostics;
  const auto at = [](std::uint32_t file, std::uint32_t begin) {
    return SourceRange{FileId{file}, begin, begin + 1};
  };
  diagnostics.report(D::syntax_error, {}, "nowhere");
  diagnostics.report(D::syntax_error, at(1, 0), "second file");
  diagnostics.report(D::syntax_error, at(0, 9), "late");
  diagnostics.report(D::syntax_error, at(0, 2), "early 1");
  diagnostics.report(D::syntax_error, at(0, 2), "early 2");
  diagnostics.sort();
  std::vector<std::string> order;
  for (const auto& d : diagnostics.all()) order.push_back(d.message);
  EXPECT_THAT(order,
              ::testing::ElementsAre("early 1", "early 2", "late", "second file", "nowhere"));
}

TEST(RenderText, ShowsHeaderLineCaretNotesAndHint) {
  const Sources sources("automaton main() {\n  Pin;\n}\n", "ping.spl");
  Diagnostics diagnostics;
  diagnostics.report(D::undeclared_statecall, sources.range(21, 24), "statecall 'Pin' is unknown",
                     "did you mean 'Ping'?", {{sources.range(10, 14), "used in this automaton"}});
  EXPECT_EQ(render_text(diagnostics, sources.map, false),
            "ping.spl:2:3: error: statecall 'Pin' is unknown [SPL0033 undeclared-statecall]\n"
            "    2 |   Pin;\n"
            "      |   ^~~\n"
            "ping.spl:1:11: note: used in this automaton\n"
            "    1 | automaton main() {\n"
            "      |           ^~~~\n"
            "hint: did you mean 'Ping'?\n"
            "\n"
            "1 error\n");
}

TEST(RenderText, SaysNothingWhenThereIsNothing) {
  EXPECT_EQ(render_text(Diagnostics(), SourceMap(), false), "");
}

TEST(RenderText, ColoursOnlyWhenAsked) {
  Diagnostics diagnostics;
  diagnostics.report(D::no_automaton, {}, "m");
  EXPECT_THAT(render_text(diagnostics, SourceMap(), true), HasSubstr("\x1b[1;31merror: \x1b[0m"));
  EXPECT_THAT(render_text(diagnostics, SourceMap(), false), Not(HasSubstr("\x1b")));
}

TEST(RenderText, AlignsTheCaretBehindTabsAndWideCharacters) {
  EXPECT_THAT(shown(Sources("\tAb;"), {FileId{0}, 1, 3}),
              HasSubstr("    1 |     Ab;\n      |     ^~\n"));
  // Two characters of three bytes and two columns each.
  EXPECT_THAT(shown(Sources("\xE6\xBC\xA2\xE5\xAD\x97 Ab"), {FileId{0}, 7, 9}),
              HasSubstr("\n      |      ^~\n"));
  // A combining accent takes no column.
  EXPECT_THAT(shown(Sources("e\xCC\x81 Ab"), {FileId{0}, 4, 6}), HasSubstr("\n      |   ^~\n"));
}

TEST(RenderText, EscapesWhatATerminalWouldObey) {
  const Sources sources(std::string("\x1b[2J\x00\xff\xe2\x80\xae Ab", 12), "x\x1b\n.spl");
  const auto text = shown(sources, sources.range(0, 1));
  EXPECT_THAT(text, HasSubstr("<1B>[2J<00><FF><U+202E> Ab\n      | ^~~~\n"));
  EXPECT_THAT(text, HasSubstr("x<1B><0A>.spl:1:1"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(RenderText, MarksOnlyTheFirstLineOfALongRange) {
  const Sources sources("do {\r\n  A;\r\n} until;\r\n");
  EXPECT_THAT(shown(sources, sources.range(0, 18)), HasSubstr("    1 | do {\n      | ^~~~\n"));
}

TEST(RenderText, PointsAtTheEndOfALineAndOfTheText) {
  const Sources sources("abc\n");
  EXPECT_THAT(shown(sources, sources.range(3, 3)), HasSubstr("| abc\n      |    ^\n"));
  EXPECT_THAT(shown(sources, sources.range(4, 4)), HasSubstr("    2 |\n      | ^\n"));
  // Offsets past the end must not be trusted.
  EXPECT_THAT(shown(sources, sources.range(70, 90)), HasSubstr("a.spl:2:1"));
}

TEST(RenderText, LeavesOutTheExcerptOfAnEmptyFile) {
  const Sources sources("");
  EXPECT_EQ(shown(sources, sources.range(0, 0)),
            "a.spl:1:1: error: message [SPL0007 syntax-error]\n\n1 error\n");
}

TEST(RenderText, CutsALongLineAroundTheCaret) {
  std::string line(10'000'000, 'x');
  line.replace(5'000'000, 6, "Target");
  const Sources sources(line);
  const auto text = shown(sources, sources.range(5'000'000, 5'000'006));
  EXPECT_LT(text.size(), 500U);
  const auto at = text.find("Target");
  ASSERT_NE(at, std::string::npos);
  const auto caret = text.find("^~~~~~");
  ASSERT_NE(caret, std::string::npos);
  EXPECT_EQ(at - text.rfind('\n', at), caret - text.rfind('\n', caret));
  EXPECT_THAT(text, HasSubstr("| ...xxx"));
  EXPECT_THAT(text, HasSubstr("xxx...\n"));
}

TEST(RenderText, CutsLongLinesBetweenCharacters) {
  std::string line;
  for (int i = 0; i < 1000; ++i) line += "\xC3\xA9";
  const Sources sources(line);
  for (std::uint32_t at = 500; at < 520; ++at) {
    EXPECT_THAT(shown(sources, sources.range(at, at + 1)), Not(HasSubstr("<C3>"))) << at;
  }
}

TEST(RenderJson, HoldsEveryField) {
  const Sources sources("A;\nBc;\n", "dir/a b.spl");
  Diagnostics diagnostics;
  diagnostics.report(D::undeclared_statecall, sources.range(3, 5), "m \"q\"", "h",
                     {{sources.range(0, 1), "n"}});
  diagnostics.report(D::no_automaton, {}, "none");
  EXPECT_EQ(render_json(diagnostics, sources.map),
            R"({"version":1,"diagnostics":[{"id":"SPL0033","name":"undeclared-statecall",)"
            R"("severity":"error","file":"dir/a b.spl","line":2,"column":1,"endLine":2,)"
            R"("endColumn":3,"message":"m \"q\"","hint":"h","notes":[{"file":"dir/a b.spl",)"
            R"("line":1,"column":1,"endLine":1,"endColumn":2,"message":"n"}]},{"id":"SPL0032",)"
            R"("name":"no-automaton","severity":"error","file":null,"line":null,"column":null,)"
            R"("endLine":null,"endColumn":null,"message":"none","hint":"","notes":[]}]})"
            "\n");
}

TEST(RenderSarif, CountsColumnsInCodePointsAndEncodesPaths) {
  const Sources sources("x\n\xC3\xA9\xC3\xA9 Ab", "dir/a b.spl");
  Diagnostics diagnostics;
  diagnostics.report(D::syntax_error, sources.range(7, 9), "m", "h");
  const auto text = render_sarif(diagnostics, sources.map);
  EXPECT_THAT(text, HasSubstr(R"("uri":"dir/a%20b.spl")"));
  EXPECT_THAT(text,
              HasSubstr(R"("region":{"startLine":2,"startColumn":4,"endLine":2,"endColumn":6})"));
  EXPECT_THAT(text, HasSubstr(R"("ruleId":"SPL0007","ruleIndex":6,"level":"error",)"
                              R"x("message":{"text":"m (h)"})x"));
}

TEST(RenderSarif, IsLinearOnOneHugeLine) {
  // 1,000 diagnostics on one line of 8 MB: a scan of the line for each would take seconds.
  const Sources sources(std::string(8'000'000, 'x'));
  Diagnostics diagnostics;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    diagnostics.report(D::unused_statecall, sources.range(7'999'000 + i, 8'000'000), "w");
  }
  EXPECT_THAT(render_sarif(diagnostics, sources.map), HasSubstr(R"("startColumn":8000000)"));
}

TEST(NearestName, FindsSlips) {
  const std::vector<std::string> names = {"Receive_Ping", "Transmit_Pong", "Transmit_Ping"};
  EXPECT_EQ(nearest_name("Recieve_Ping", names), "Receive_Ping");
  EXPECT_EQ(nearest_name("Transmit_Pongs", names), "Transmit_Pong");
  EXPECT_EQ(nearest_name("Ping_Transmit", names), "Transmit_Ping");
  EXPECT_EQ(nearest_name("Close", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

TEST(NearestName, WantsSomethingInCommon) {
  const std::vector<std::string> names = {"A", "ok"};
  EXPECT_EQ(nearest_name("B", names), "");
  EXPECT_EQ(nearest_name("ok", names), "");
  EXPECT_EQ(nearest_name("ko", names), "ok");
}

TEST(NearestName, TakesTheNearestAndThenTheFirst) {
  const std::vector<std::string> names = {"abcdefgx", "abcdefyz", "abcdefzz"};
  EXPECT_EQ(nearest_name("abcdefyy", names), "abcdefyz");
  EXPECT_EQ(nearest_name("abcdefqz", names), "abcdefyz");
}

TEST(NearestName, IsQuickOnHugeNames) {
  const std::vector<std::string> names(100, std::string(1'000'000, 'y'));
  EXPECT_EQ(nearest_name(std::string(1'000'000, 'x'), names), "");
}

}  // namespace
}  // namespace spl
