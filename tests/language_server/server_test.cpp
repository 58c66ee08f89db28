// Transcripts: what an editor says, and what it is told.
#include "support.hpp"

namespace spl::lsp::test {
namespace {

const std::string kUri = "file:///p/ping.spl";
const std::string kPing =
    "statecalls { Ping, Pong, Quit }\n"                         // 0
    "function round(int n) { Ping; Pong; n = n + 1; }\n"        // 1
    "automaton ping(int (0..3) sent, bool on = true) {\n"       // 2
    "  during {\n"                                              // 3
    "    do { round(sent); } until (sent == 3 && on);\n"        // 4
    "  } handle {\n"                                            // 5
    "    Quit; on = false; exit;\n"                             // 6
    "  }\n"                                                     // 7
    "}\n"                                                       // 8
    "property order : Ping precedes Pong;\n"                    // 9
    "property few : always (ping.sent <= 3 and sent >= 0);\n";  // 10

int code_of(const json::object& answer) {
  const auto* error = answer.if_contains("error");
  return error == nullptr ? 0 : static_cast<int>(error->at("code").as_int64());
}

std::string text_of_hover(const json::value& hover) {
  if (hover.is_null()) return {};
  return std::string(hover.at("contents").at("value").as_string());
}

std::set<std::string> labels(const json::value& items) {
  std::set<std::string> all;
  for (const auto& item : items.as_array()) all.emplace(item.at("label").as_string());
  return all;
}

TEST(Life, RequestsWaitForInitialize) {
  Editor e;
  EXPECT_EQ(code_of(e.ask("textDocument/hover", Editor::at(kUri, 0, 0))), -32002);
  e.initialize();
  EXPECT_EQ(code_of(e.ask("initialize", json::object{})), -32600);
  EXPECT_EQ(code_of(e.ask("no/such", json::object{})), -32601);
  EXPECT_EQ(code_of(e.ask("textDocument/hover", json::object{})), -32602);
}

TEST(Life, ExitAfterShutdownIsCleanAndWithoutIsNot) {
  Editor clean;
  clean.initialize();
  EXPECT_TRUE(clean.result("shutdown", nullptr).is_null());
  EXPECT_EQ(code_of(clean.ask("textDocument/hover", Editor::at(kUri, 0, 0))), -32600);
  EXPECT_EQ(clean.server.exit_status(), std::nullopt);
  clean.notify("exit", nullptr);
  EXPECT_EQ(clean.server.exit_status(), 0);
  Editor rude;
  rude.initialize();
  rude.notify("exit", nullptr);
  EXPECT_EQ(rude.server.exit_status(), 1);
}

TEST(Life, WhatIsNoMessageIsToldSo) {
  Editor e;
  for (const auto* bad : {"", "{", "\xff", "[[[["}) {
    const auto out = e.raw(bad);
    ASSERT_EQ(out.size(), 1U) << bad;
    EXPECT_EQ(out[0].at("error").at("code"), -32700) << bad;
    EXPECT_TRUE(out[0].at("id").is_null());
  }
  for (const auto* bad : {"[]", "1", "{}", "{\"id\":1}", "{\"id\":[],\"method\":\"initialize\"}"}) {
    const auto out = e.raw(bad);
    ASSERT_EQ(out.size(), 1U) << bad;
    EXPECT_EQ(out[0].at("error").at("code"), -32600) << bad;
  }
  EXPECT_TRUE(e.raw("{\"id\":\"splc-1\",\"result\":null}").empty());
}

TEST(Life, Utf8IsTakenWhereItIsOffered) {
  Editor e;
  const auto result = e.result(
      "initialize", js(R"({"capabilities":{"general":{"positionEncodings":["utf-8","utf-16"]}}})"));
  EXPECT_EQ(result.at("capabilities").at("positionEncoding"), "utf-8");
}

TEST(Diagnostics, ComeWithTheVersionOnceTheTextRests) {
  Editor e;
  e.initialize();
  e.open(kUri, kPing, 7);
  e.rest();
  EXPECT_EQ(e.codes(kUri), std::vector<std::string>{});
  EXPECT_EQ(e.published[kUri].at("version"), 7);
  e.notify("textDocument/didChange",
           js(R"({"textDocument":{"uri":"file:///p/ping.spl","version":8},"contentChanges":[
             {"range":{"start":{"line":6,"character":4},"end":{"line":6,"character":8}},"text":"Quot"}]})"));
  EXPECT_EQ(e.codes(kUri), std::vector<std::string>{}) << "not before it rests";
  e.rest();
  EXPECT_EQ(e.published[kUri].at("version"), 8);
  EXPECT_EQ(e.codes(kUri).at(0), "SPL0033");
}

TEST(Diagnostics, GoToImportedFilesAndAreCleared) {
  Editor e(Disk{{"/p/lib.spl", "function f() { Ping }\n"}});
  e.initialize();
  e.open(kUri, "import \"lib.spl\";\nautomaton a() { f(); }\n");
  e.rest();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), std::vector<std::string>{"SPL0007"});
  // What the editor has of the library counts, not the disk.
  e.open("file:///p/lib.spl", "function f() { Ping; }\n");
  e.rest();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), std::vector<std::string>{});
  e.notify("textDocument/didClose", js(R"({"textDocument":{"uri":"file:///p/lib.spl"}})"));
  e.rest();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), std::vector<std::string>{"SPL0007"});
  e.notify("textDocument/didClose", js(R"({"textDocument":{"uri":"file:///p/ping.spl"}})"));
  e.rest();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), std::vector<std::string>{});
}

TEST(Navigation, DefinitionsAndReferences) {
  Editor e;
  e.initialize();
  e.open(kUri, kPing);
  const auto line_of = [&](int line, int character) {
    const auto places = e.result("textDocument/definition", Editor::at(kUri, line, character));
    if (!places.is_array() || places.as_array().empty()) return json::value(-1);
    return places.at(0).at("range").at("start").at("line");
  };
  EXPECT_EQ(line_of(4, 10), 1) << "a function";
  EXPECT_EQ(line_of(4, 16), 2) << "a variable of the automaton";
  EXPECT_EQ(line_of(1, 40), 1) << "a parameter of the function";
  EXPECT_EQ(line_of(6, 5), 0) << "a statecall";
  EXPECT_EQ(line_of(10, 24), 2) << "an automaton in a property";
  EXPECT_EQ(line_of(10, 43), 2) << "a variable without its automaton";
  auto about = Editor::at(kUri, 2, 28);
  about["context"] = json::object{{"includeDeclaration", true}};
  EXPECT_EQ(e.result("textDocument/references", about).as_array().size(), 5U);
  about["context"] = json::object{{"includeDeclaration", false}};
  EXPECT_EQ(e.result("textDocument/references", about).as_array().size(), 4U);
}

TEST(Rename, ChangesEveryFileAndRefusesClashes) {
  Editor e(Disk{{"/p/lib.spl", "function f(bool b) { Ping; b = true; }\n"}});
  e.initialize();
  e.open(kUri,
         "import \"lib.spl\";\nautomaton a(bool x) { f(x); Pong; }\n"
         "property p : always (a.x or not x);\n");
  auto to = [&](int line, int character, const char* name) {
    auto params = Editor::at(kUri, line, character);
    params["newName"] = name;
    return e.ask("textDocument/rename", params);
  };
  const auto f = to(1, 23, "g");
  EXPECT_EQ(f.at("result").at("changes").as_object().size(), 2U) << json::serialize(f);
  const auto x = to(1, 18, "y");
  EXPECT_EQ(x.at("result").at("changes").at(kUri).as_array().size(), 4U) << json::serialize(x);
  EXPECT_EQ(code_of(to(1, 23, "a")), -32803) << "functions and automata share their names";
  EXPECT_EQ(code_of(to(1, 30, "Ping")), -32803) << "there is such a statecall";
  EXPECT_EQ(code_of(to(1, 30, "pong")), -32803) << "a small letter";
  EXPECT_EQ(code_of(to(1, 30, "X")), -32803) << "an operator in properties";
  EXPECT_EQ(code_of(to(1, 18, "until")), -32803) << "a word of the language";
  EXPECT_EQ(code_of(to(1, 0, "g")), -32803) << "no name";
  EXPECT_EQ(code_of(e.ask("textDocument/prepareRename", Editor::at(kUri, 1, 2))), -32803);
}

TEST(Hover, TellsWhatThingsAre) {
  Editor e;
  e.initialize();
  e.open(kUri, kPing);
  const auto text = [&](int line, int character) {
    return text_of_hover(e.result("textDocument/hover", Editor::at(kUri, line, character)));
  };
  EXPECT_NE(text(1, 25).find("Automata that have it: `ping`"), std::string::npos) << text(1, 25);
  EXPECT_NE(text(4, 32).find("int (0..3) sent"), std::string::npos) << text(4, 32);
  EXPECT_NE(text(5, 6).find("lines 4 to 6"), std::string::npos) << text(5, 6);
  EXPECT_NE(text(9, 10).find("no `Pong` comes before the first `Ping`"), std::string::npos)
      << text(9, 10);
  EXPECT_NE(text(4, 10).find("Part of: `ping`"), std::string::npos) << text(4, 10);
  EXPECT_TRUE(e.result("textDocument/hover", Editor::at(kUri, 7, 3)).is_null());
}

TEST(Completion, FollowsTheContext) {
  Editor e;
  e.initialize();
  const auto offered = [&](const std::string& text) {
    e.open(kUri, kPing + text);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    const auto column =
        text.size() - (text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
    return labels(e.result("textDocument/completion", Editor::at(kUri, 11 + static_cast<int>(lines),
                                                                 static_cast<int>(column))));
  };
  EXPECT_TRUE(offered("").contains("automaton"));
  const auto body = offered("automaton b(bool yes) { ");
  EXPECT_TRUE(body.contains("multiple") && body.contains("Ping") && body.contains("round"));
  const auto guard = offered("automaton b(bool yes) { while (");
  EXPECT_TRUE(guard.contains("yes") && !guard.contains("Ping"));
  const auto allow = offered("automaton b(bool yes) { always_allow (");
  EXPECT_TRUE(allow.contains("Ping") && !allow.contains("yes"));
  const auto member = offered("property p : ping.");
  EXPECT_EQ(member, (std::set<std::string>{"finished", "on", "sent"}));
  EXPECT_TRUE(offered("property p : ").contains("eventually"));
  EXPECT_TRUE(offered("// ").empty());
  EXPECT_TRUE(offered("automaton b(").contains("bool"));
}

TEST(Fixes, AreOffered) {
  Editor e;
  e.initialize();
  const auto titles = [&](const std::string& text, int line) {
    e.open(kUri, text);
    const auto actions = e.result("textDocument/codeAction",
                                  json::object{{"textDocument", {{"uri", kUri}}},
                                               {"range",
                                                {{"start", {{"line", line}, {"character", 0}}},
                                                 {"end", {{"line", line}, {"character", 99}}}}},
                                               {"context", {{"diagnostics", json::array{}}}}});
    std::set<std::string> all;
    for (const auto& a : actions.as_array()) all.emplace(a.at("title").as_string());
    return all;
  };
  const auto misspelt = titles("statecalls { Ping }\nautomaton a() { Pimg; Ping; }\n", 1);
  EXPECT_TRUE(misspelt.contains("Change to 'Ping'"));
  EXPECT_TRUE(misspelt.contains("Declare 'Pimg'"));
  EXPECT_EQ(titles("statecalls { Ping, Pong }\nautomaton a() { Ping; }\n", 0),
            std::set<std::string>{"Remove 'Pong'"});
  EXPECT_EQ(titles("automaton a() { Ping }\n", 0), std::set<std::string>{"Add ';'"});
}

TEST(Formatting, IsThatOfSplcFmt) {
  Editor e;
  e.initialize();
  const std::string ugly = "automaton a ( ) {\n  Ping ;\n      Pong;\n}\n";
  e.open(kUri, ugly);
  const auto edits =
      e.result("textDocument/formatting",
               json::object{{"textDocument", {{"uri", kUri}}}, {"options", json::object{}}});
  ASSERT_EQ(edits.as_array().size(), 1U);
  e.open(kUri, "automaton a( {");
  EXPECT_TRUE(e.result("textDocument/formatting", json::object{{"textDocument", {{"uri", kUri}}}})
                  .as_array()
                  .empty());
}

TEST(Tokens, CoverTheText) {
  Editor e;
  e.initialize();
  e.open(kUri, "/* two\nlines */ automaton a() { Ping; }\n");
  const auto tokens =
      e.result("textDocument/semanticTokens/full", json::object{{"textDocument", {{"uri", kUri}}}});
  EXPECT_EQ(json::serialize(tokens.at("data")),
            "[0,0,6,9,0,1,0,8,9,0,0,9,9,0,0,0,10,1,3,1,0,6,4,1,0]");
}

TEST(Symbols, OutlineTheFile) {
  Editor e;
  e.initialize();
  e.open(kUri, kPing);
  const auto symbols =
      e.result("textDocument/documentSymbol", json::object{{"textDocument", {{"uri", kUri}}}});
  std::vector<std::string> names;
  for (const auto& s : symbols.as_array()) names.emplace_back(s.at("name").as_string());
  EXPECT_EQ(names, (std::vector<std::string>{"statecalls", "round", "ping", "order", "few"}));
}

/// The JSON that `splc verify` prints for a property that fails at Pong.
const char* kFails =
    R"({"property":"order","verdict":"fails","states":3,"why":"","trace":[{"statecall":"Pong","places":[{"automaton":"ping","at":{"file":"<stdin>","line":2,"column":31}}],"variables":{}}]})"
    "\n";

json::value verify(Editor& e, std::vector<json::value>& out) {
  out = e.raw(R"({"jsonrpc":"2.0","id":"v","method":"workspace/executeCommand","params":{)"
              R"("command":"splc.verifyProperty","arguments":["file:///p/ping.spl","order"]}})");
  return nullptr;
}

TEST(Verify, RunsAJobAndShowsTheCounterexample) {
  Editor e;
  e.initialize(R"({"window":{"workDoneProgress":true}})");
  e.open(kUri, kPing);
  e.rest();
  std::vector<json::value> out;
  verify(e, out);
  ASSERT_EQ(e.started.size(), 1U);
  EXPECT_EQ(e.started[0].directory, "/p");
  EXPECT_EQ(e.started[0].text, kPing);
  EXPECT_EQ(e.started[0].property, "order");
  const auto lens =
      e.result("textDocument/codeLens", json::object{{"textDocument", {{"uri", kUri}}}});
  EXPECT_EQ(lens.at(0).at("command").at("title"), "Verifying...") << "it stays responsive";
  const auto after = e.take(e.server.job_ended(e.started[0].id, {1, kFails, ""}));
  EXPECT_EQ(e.codes(kUri), std::vector<std::string>{"verify"});
  const auto& d = e.published[kUri].at("diagnostics").at(0);
  EXPECT_EQ(d.at("range").at("start").at("line"), 9);
  EXPECT_EQ(d.at("relatedInformation").at(0).at("location").at("range").at("start").at("line"), 1);
  EXPECT_EQ(after.back().at("id"), "v");
  EXPECT_EQ(after.back().at("result").at("verdict"), "fails");
  // The next edit makes the result one of another text.
  e.notify("textDocument/didChange",
           js(R"({"textDocument":{"uri":"file:///p/ping.spl","version":2},"contentChanges":[
             {"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"\n"}]})"));
  e.rest();
  EXPECT_EQ(e.codes(kUri), std::vector<std::string>{});
}

TEST(Verify, IsCancelledByItsRequestAndByItsProgress) {
  for (const auto* cancel :
       {R"({"method":"$/cancelRequest","params":{"id":"v"}})",
        R"({"method":"window/workDoneProgress/cancel","params":{"token":"splc-verify-1"}})"}) {
    Editor e;
    e.initialize(R"({"window":{"workDoneProgress":true}})");
    e.open(kUri, kPing);
    std::vector<json::value> out;
    verify(e, out);
    e.raw(cancel);
    ASSERT_EQ(e.cancelled, std::vector<std::int64_t>{1});
    const auto after = e.take(e.server.job_ended(1, {2, "", ""}));
    EXPECT_EQ(after.back().at("error").at("code"), -32800);
  }
}

TEST(Verify, SaysWhyThereIsNoResult) {
  Editor e;
  e.initialize();
  e.open(kUri, kPing);
  std::vector<json::value> out;
  verify(e, out);
  const auto after = e.take(e.server.job_ended(1, {2, "", "splc: error: no spin\n"}));
  EXPECT_EQ(after.back().at("error").at("message"), "splc: error: no spin");
}

TEST(Verify, AsksForUnsavedImportsToBeSaved) {
  Editor e(Disk{{"/p/lib.spl", "function f() { Ping; }\n"}});
  e.initialize();
  e.open(kUri, "import \"lib.spl\";\nautomaton a() { f(); }\nproperty order : always true;\n");
  e.open("file:///p/lib.spl", "function f() { Pong; }\n");
  std::vector<json::value> out;
  verify(e, out);
  EXPECT_TRUE(e.started.empty());
  EXPECT_EQ(out.back().at("error").at("code"), -32803);
}

}  // namespace
}  // namespace spl::lsp::test
