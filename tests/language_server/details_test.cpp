// Details that editors depend on: what edits leave, ranges of answers, limits.
#include "language_server/analysis.hpp"
#include "language_server/document.hpp"
#include "language_server/framing.hpp"
#include "support.hpp"

namespace spl::lsp::test {
namespace {

const std::string kUri = "file:///p/a.spl";
const std::string kOther = "file:///p/b.spl";

Position position_of(const json::value& v) {
  return {static_cast<std::uint32_t>(v.at("line").as_int64()),
          static_cast<std::uint32_t>(v.at("character").as_int64())};
}

/// The text after one edit.
std::string after(const std::string& text, const json::value& edit) {
  const auto& range = edit.at("range");
  return replaced(text, position_of(range.at("start")), position_of(range.at("end")),
                  std::string(edit.at("newText").as_string()), Encoding::utf16);
}

/// Fixes offered on a line: by title, what each makes of the text.
std::map<std::string, std::string> fixed(const std::string& text, int line) {
  Editor e;
  e.initialize();
  e.open(kUri, text);
  const auto actions = e.result("textDocument/codeAction",
                                json::object{{"textDocument", {{"uri", kUri}}},
                                             {"range",
                                              {{"start", {{"line", line}, {"character", 0}}},
                                               {"end", {{"line", line}, {"character", 99}}}}}});
  std::map<std::string, std::string> all;
  for (const auto& a : actions.as_array()) {
    all[std::string(a.at("title").as_string())] =
        after(text, a.at("edit").at("changes").at(kUri).at(0));
  }
  return all;
}

std::string renamed(Editor& e, int line, int character, const char* to) {
  auto params = Editor::at(kUri, line, character);
  params["newName"] = to;
  const auto answer = e.ask("textDocument/rename", params);
  const auto* error = answer.if_contains("error");
  return error == nullptr ? "done" : std::string(error->at("message").as_string());
}

std::vector<std::string> lenses(Editor& e, const std::string& uri) {
  const auto all =
      e.result("textDocument/codeLens", json::object{{"textDocument", {{"uri", uri}}}});
  std::vector<std::string> titles;
  for (const auto& lens : all.as_array()) {
    titles.emplace_back(lens.at("command").at("title").as_string());
  }
  return titles;
}

using Lenses = std::vector<std::string>;

TEST(Details, ChangesOfOneMessageFollowEachOther) {
  Editor e;
  e.initialize();
  e.open(kUri, "automaton a() { Ping; }\n");
  e.notify("textDocument/didChange",
           js(R"({"textDocument":{"uri":"file:///p/a.spl","version":2},"contentChanges":[
             {"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"\n"},
             {"range":{"start":{"line":1,"character":10},"end":{"line":1,"character":11}},"text":"b"}]})"));
  const auto symbols =
      e.result("textDocument/documentSymbol", json::object{{"textDocument", {{"uri", kUri}}}});
  ASSERT_EQ(symbols.as_array().size(), 1U);
  EXPECT_EQ(symbols.at(0).at("name"), "b");
  EXPECT_EQ(symbols.at(0).at("range").at("start").at("line"), 1);
}

TEST(Details, AVariableIsNotRenamedToOneThatIsThere) {
  Editor e;
  e.initialize();
  e.open(kUri, "automaton a(bool x, bool y) { Ping; }\n");
  EXPECT_EQ(renamed(e, 0, 17, "y"), "'a' has a variable 'y' already");
  const std::string two = "automaton a(bool x) { Ping; }\nautomaton b(bool y) { Ping; }\n";
  e.open(kUri, two + "property p : always x;\n");
  EXPECT_EQ(renamed(e, 0, 17, "y"),
            "another automaton has a variable 'y', and a property names one without its automaton "
            "('/p/a.spl', line 3)");
  e.open(kUri, two + "property p : always a.x;\n");
  EXPECT_EQ(renamed(e, 0, 17, "y"), "done");
  e.open(kUri, "property p : always ghost.x;\n");
  EXPECT_EQ(renamed(e, 0, 26, "y"), "nothing declares this variable");
}

TEST(Details, OnlyWholeWordsMakeARenameImpossible) {
  for (const auto& [word, answer] : std::map<std::string, std::string>{
           {"greeter", "done"}, {"a_greet", "done"}, {"greet", "refused"}}) {
    Editor e({{"/p/b.spl", "import \"a.spl\";\n// " + word + "\nautomaton b( {\n"}});
    e.initialize("{}", {"file:///p"});
    e.open(kUri, "function greet() { Ping; }\n");
    const auto said = renamed(e, 0, 10, "hail");
    EXPECT_EQ(said == "done", answer == "done") << word << ": " << said;
  }
}

TEST(Details, AVerificationIsCancelledOnce) {
  Editor e;
  e.initialize();
  e.open(kUri, "automaton a() { Ping; }\nproperty p : never Ping;\n");
  e.raw(R"({"id":"v","method":"workspace/executeCommand","params":{)"
        R"("command":"splc.verifyProperty","arguments":["file:///p/a.spl","p"]}})");
  e.raw(R"({"method":"$/cancelRequest","params":{"id":"v"}})");
  e.raw(R"({"method":"$/cancelRequest","params":{"id":"v"}})");
  EXPECT_EQ(e.cancelled, std::vector<std::int64_t>{1});
}

TEST(Details, ALensTellsWhatIsKnownOfItsOwnProperty) {
  const std::string text = "automaton a() { Ping; }\nproperty p : never Ping;\n";
  Editor e;
  e.initialize();
  e.open(kUri, text);
  e.open(kOther, text);
  e.rest();
  e.raw(R"({"id":"v","method":"workspace/executeCommand","params":{)"
        R"("command":"splc.verifyProperty","arguments":["file:///p/a.spl","p"]}})");
  EXPECT_EQ(lenses(e, kUri), Lenses{"Verifying..."});
  EXPECT_EQ(lenses(e, kOther), Lenses{"Verify this property"});
  e.take(e.server.job_ended(1, {1, R"({"property":"p","verdict":"fails","trace":[]})", ""}));
  EXPECT_EQ(lenses(e, kUri), Lenses{"Fails - verify again"});
  EXPECT_EQ(lenses(e, kOther), Lenses{"Verify this property"});
}

TEST(Details, AResultOfAnOldTextIsNotShownInTheNewOne) {
  Editor e;
  e.initialize();
  const std::string text = "automaton a() { Ping; }\nproperty p : never Ping;\n";
  e.open(kUri, text);
  e.rest();
  e.raw(R"({"id":"v","method":"workspace/executeCommand","params":{)"
        R"("command":"splc.verifyProperty","arguments":["file:///p/a.spl","p"]}})");
  e.notify("textDocument/didChange",
           json::object{{"textDocument", {{"uri", kUri}, {"version", 2}}},
                        {"contentChanges", json::array{json::object{{"text", "\n" + text}}}}});
  const auto out =
      e.take(e.server.job_ended(1, {1, R"({"property":"p","verdict":"fails","trace":[]})", ""}));
  EXPECT_EQ(out.back().at("result").at("stale"), true);
  e.rest();
  EXPECT_EQ(e.codes(kUri), std::vector<std::string>{});
  EXPECT_EQ(lenses(e, kUri), Lenses{"Verify this property"});
}

TEST(Details, FixesAreThoseOfThePlace) {
  const std::string text = "statecalls { Ping }\nautomaton a() { Pimg; Ping; }\n";
  EXPECT_TRUE(fixed(text, 0).empty());
  EXPECT_EQ(fixed(text, 1).size(), 2U);
}

TEST(Details, FixesLeaveATidyList) {
  const std::string use = "automaton a() { Ping; }\n";
  EXPECT_EQ(fixed("statecalls {\n  Pong,\n  Ping\n}\n" + use, 1).at("Remove 'Pong'"),
            "statecalls {\n  Ping\n}\n" + use);
  EXPECT_EQ(fixed("statecalls {\n  Ping,\n  Pong\n}\n" + use, 2).at("Remove 'Pong'"),
            "statecalls {\n  Ping\n}\n" + use);
  EXPECT_EQ(fixed("statecalls { Pong, Ping }\n" + use, 0).at("Remove 'Pong'"),
            "statecalls { Ping }\n" + use);
  const std::string wrong = "automaton a() { Other; Ping; }\n";
  EXPECT_EQ(fixed("statecalls { Ping }\n" + wrong, 1).at("Declare 'Other'"),
            "statecalls { Ping, Other }\n" + wrong);
  EXPECT_EQ(fixed("statecalls { Ping, }\n" + wrong, 1).at("Declare 'Other'"),
            "statecalls { Ping, Other, }\n" + wrong);
  EXPECT_EQ(fixed("statecalls {\n  Ping\n}\n" + wrong, 3).at("Declare 'Other'"),
            "statecalls {\n  Ping,\n  Other,\n}\n" + wrong);
}

TEST(Details, FormattingReplacesWholeLines) {
  Editor e;
  e.initialize();
  const std::string ugly = "automaton a ( ) {\n  Ping ;\n      Pong;\n}\n";
  e.open(kUri, ugly);
  const auto edits =
      e.result("textDocument/formatting", json::object{{"textDocument", {{"uri", kUri}}}});
  ASSERT_EQ(edits.as_array().size(), 1U);
  EXPECT_EQ(after(ugly, edits.at(0)), "automaton a() {\n  Ping;\n  Pong;\n}\n");
  EXPECT_EQ(position_of(edits.at(0).at("range").at("start")), (Position{0, 0}));
  EXPECT_EQ(position_of(edits.at(0).at("range").at("end")), (Position{3, 0}));
}

TEST(Details, TokensOfANewLineCountFromItsFront) {
  Editor e;
  e.initialize();
  e.open(kUri, "  // c\n    // d\n\n // \xf0\x9d\x84\x9e e\n");
  const auto tokens =
      e.result("textDocument/semanticTokens/full", json::object{{"textDocument", {{"uri", kUri}}}});
  EXPECT_EQ(json::serialize(tokens.at("data")), "[0,2,4,9,0,1,4,4,9,0,2,1,7,9,0]");
}

TEST(Details, AMessageOfTheLargestSizeIsFineAndALargerOneIsNot) {
  for (const auto& [length, fine] :
       std::map<std::size_t, bool>{{Framer::kMaxMessage, true}, {Framer::kMaxMessage + 1, false}}) {
    Framer framer;
    framer.feed("Content-Length: " + std::to_string(length) + "\r\n\r\n");
    EXPECT_EQ(framer.next(), std::nullopt);
    EXPECT_EQ(framer.error().empty(), fine) << length;
  }
}

TEST(Details, AHeaderOfTheLargestSizeIsFineAndALargerOneIsNot) {
  const std::string length = "Content-Length: 2\r\nX: ";
  for (const auto& [size, fine] :
       std::map<std::size_t, bool>{{Framer::kMaxHeader, true}, {Framer::kMaxHeader + 1, false}}) {
    Framer framer;
    framer.feed(length + std::string(size - length.size(), 'x') + "\r\n\r\n{}");
    EXPECT_EQ(framer.next().has_value(), fine) << size;
    EXPECT_EQ(framer.error().empty(), fine) << size;
  }
}

TEST(Details, ALintAsksBeforeEachAutomatonWhetherItIsWanted) {
  const auto asked = [](const std::string& text, int stop_at) {
    Snapshot texts;
    texts.files.emplace("/p/a.spl", std::make_shared<const FileIndex>(index_file(text)));
    int times = 0;
    const auto result =
        analyse("/p/a.spl", texts, [&] { return ++times >= stop_at && stop_at != 0; });
    EXPECT_EQ(result == nullptr, stop_at != 0) << stop_at;
    return times;
  };
  const std::string one = "automaton a() { Ping; }\n";
  const auto alone = asked(one, 0);
  EXPECT_EQ(asked(one + "automaton b() { Pong; }\n", 0), alone + 1);
  // Once stopped, it asks no further automaton: only the last question remains.
  EXPECT_EQ(asked(one + "automaton b() { Pong; }\n", 3), 4);
}

}  // namespace
}  // namespace spl::lsp::test
