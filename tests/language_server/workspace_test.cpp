// References, renaming and symbols in files that nobody has open.
#include "support.hpp"

namespace spl::lsp::test {
namespace {

const std::string kLib = "function greet(int n) { Hello; n = n + 1; }\n";
const std::string kA =
    "import \"lib.spl\";\n"
    "automaton a(int x) { greet(x); Bye; }\n"
    "property p : Hello precedes Bye;\n";
const std::string kB =
    "import \"../lib.spl\";\n"
    "automaton b(int x) { greet(x); Bye; }\n";
/// Has the same names, and nothing to do with the others.
const std::string kStranger = "function greet() { Hello; }\nautomaton a() { greet(); Bye; }\n";
const char* const kWatches =
    R"({"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":true}}})";

Disk disk() {
  return {{"/w/lib.spl", kLib},
          {"/w/a.spl", kA},
          {"/w/sub/b.spl", kB},
          {"/w/sub/stranger.spl", kStranger}};
}

std::string uri(const std::string& path) {
  return "file://" + path;
}

int code_of(const json::object& answer) {
  const auto* error = answer.if_contains("error");
  return error == nullptr ? 0 : static_cast<int>(error->at("code").as_int64());
}

std::string error_of(const json::object& answer) {
  const auto* error = answer.if_contains("error");
  return error == nullptr ? "no error" : std::string(error->at("message").as_string());
}

/// "path:line", in the order of the answer.
std::vector<std::string> references(Editor& e, const std::string& path, int line, int column) {
  auto params = Editor::at(uri(path), line, column);
  params["context"] = json::object{{"includeDeclaration", true}};
  std::vector<std::string> all;
  const auto places = e.result("textDocument/references", params);
  for (const auto& place : places.as_array()) {
    all.push_back(std::string(place.at("uri").as_string()).substr(7) + ":" +
                  std::to_string(place.at("range").at("start").at("line").as_int64()));
  }
  return all;
}

json::object rename(Editor& e, const std::string& path, int line, int column,
                    const std::string& to) {
  auto params = Editor::at(uri(path), line, column);
  params["newName"] = to;
  return e.ask("textDocument/rename", params);
}

/// How many edits a file would get.
std::map<std::string, std::size_t> edits(const json::object& answer) {
  std::map<std::string, std::size_t> all;
  if (!answer.contains("result")) return {{error_of(answer), 0}};
  for (const auto& [file, list] : answer.at("result").at("changes").as_object()) {
    all[std::string(file).substr(7)] = list.as_array().size();
  }
  return all;
}

using Edits = std::map<std::string, std::size_t>;
using Places = std::vector<std::string>;

TEST(Workspace, ReferencesReachFilesThatAreNotOpen) {
  Editor e(disk());
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10),
            (Places{"/w/a.spl:1", "/w/lib.spl:0", "/w/sub/b.spl:1"}));
}

TEST(Workspace, RootUriIsAFolderOfOlderClients) {
  Editor e(disk());
  e.result("initialize", js(R"({"rootUri":"file:///w/","capabilities":{}})"));
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 3U);
}

TEST(Workspace, WithoutFoldersTheOpenFilesAreAll) {
  Editor e(disk());
  e.initialize();
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10), Places{"/w/lib.spl:0"});
}

TEST(Workspace, RenameFollowsANameThroughWhatFilesShare) {
  Editor e(disk());
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/a.spl", kA);
  // `Hello` of a.spl is that of lib.spl, and so of b.spl, which does not even write it.
  EXPECT_EQ(edits(rename(e, "/w/a.spl", 2, 14, "Hi")), (Edits{{"/w/a.spl", 1}, {"/w/lib.spl", 1}}));
  EXPECT_EQ(edits(rename(e, "/w/a.spl", 1, 22, "hail")),
            (Edits{{"/w/a.spl", 1}, {"/w/lib.spl", 1}, {"/w/sub/b.spl", 1}}));
  // `Bye` is in a.spl and in b.spl, but in nothing that both have.
  EXPECT_EQ(edits(rename(e, "/w/a.spl", 1, 32, "Ciao")), (Edits{{"/w/a.spl", 2}}));
}

TEST(Workspace, RenameSeesClashesInFilesThatAreNotOpen) {
  auto with = disk();
  with.files["/w/sub/b.spl"] += "function hail() { Bye; }\n";
  Editor e(with);
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/a.spl", kA);
  const auto answer = rename(e, "/w/a.spl", 1, 22, "hail");
  EXPECT_EQ(code_of(answer), -32803);
  EXPECT_EQ(error_of(answer), "there is a 'hail' already ('/w/sub/b.spl', line 3)");
  // A policy that shares nothing may have it.
  EXPECT_EQ(edits(rename(e, "/w/a.spl", 1, 10, "b")), (Edits{{"/w/a.spl", 1}}));
}

TEST(Workspace, RenameIsRefusedWhereAFileDoesNotParse) {
  for (const auto* broken :
       {"automaton b(int x) { greet(x) Bye; }\n", "automaton b(int x) { /* greet(x); Bye; }\n"}) {
    auto with = disk();
    with.files["/w/sub/b.spl"] = "import \"../lib.spl\";\n" + std::string(broken);
    Editor e(with);
    e.initialize("{}", {"file:///w"});
    e.open("file:///w/a.spl", kA);
    const auto answer = rename(e, "/w/a.spl", 1, 22, "hail");
    EXPECT_EQ(code_of(answer), -32803);
    const auto why = error_of(answer);
    EXPECT_NE(why.find("'/w/sub/b.spl' has 'greet' in it and does not parse (line 2: "),
              std::string::npos)
        << why;
    // It has no 'Hello', so nothing can be missed there.
    EXPECT_EQ(edits(rename(e, "/w/a.spl", 2, 14, "Hi")).size(), 2U);
  }
}

TEST(Workspace, RenameIsRefusedInTheVeryFileThatDoesNotParse) {
  Editor e;
  e.initialize();
  e.open("file:///w/a.spl", "automaton a() { Hello Bye; }\n");
  const auto answer = rename(e, "/w/a.spl", 0, 17, "Hi");
  EXPECT_NE(error_of(answer).find("does not parse (line 1: "), std::string::npos)
      << error_of(answer);
}

TEST(Workspace, AParameterIsRenamedWhateverFilesDoNotParseThatCannotKnowIt) {
  auto with = disk();
  with.files["/w/sub/b.spl"] = "import \"../lib.spl\";\nautomaton b(int n) { n = 1 greet(n); }\n";
  Editor e(with);
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(edits(rename(e, "/w/lib.spl", 0, 19, "m")), (Edits{{"/w/lib.spl", 3}}));
}

TEST(Workspace, RenameIsRefusedWhereAPlaceMeansTwoThings) {
  Editor e({{"/w/lib.spl", "property p : always x;\n"},
            {"/w/a.spl", "import \"lib.spl\";\nautomaton a(bool x) { Go; x = true; }\n"},
            {"/w/b.spl", "import \"lib.spl\";\nautomaton b(bool x) { Go; x = true; }\n"}});
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/a.spl", "import \"lib.spl\";\nautomaton a(bool x) { Go; x = true; }\n");
  const auto answer = rename(e, "/w/a.spl", 1, 17, "y");
  EXPECT_EQ(error_of(answer),
            "'x' means something else in another policy: '/w/lib.spl', line 1 is part of "
            "'/w/b.spl', too");
}

TEST(Workspace, AFileWithTwoNamesIsEditedOnce) {
  auto with = disk();
  with.links = {{"/w/sub/lib.spl", "/w/lib.spl"}};
  with.files["/w/sub/b.spl"] = "import \"lib.spl\";\nimport \"../a.spl\";\n";
  Editor e(with);
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/a.spl", kA);
  const auto closed = edits(rename(e, "/w/a.spl", 2, 14, "Hi"));
  EXPECT_EQ(closed, (Edits{{"/w/a.spl", 1}, {"/w/lib.spl", 1}}));
  // What is open counts.
  e.open("file:///w/sub/lib.spl", kLib);
  EXPECT_EQ(edits(rename(e, "/w/a.spl", 2, 14, "Hi")),
            (Edits{{"/w/a.spl", 1}, {"/w/sub/lib.spl", 1}}));
}

TEST(Workspace, RenameTellsWhatItCouldNotLookInto) {
  auto with = disk();
  with.refused = {{"/w/sub", "Permission denied"}, {"/w/lib.spl", "Input/output error"}};
  Editor e(with);
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/a.spl", kA);
  auto params = Editor::at("file:///w/a.spl", 1, 32);
  params["newName"] = "Ciao";
  const auto out = e.raw(json::serialize(json::object{
      {"jsonrpc", "2.0"}, {"id", 99}, {"method", "textDocument/rename"}, {"params", params}}));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].at("method"), "window/showMessage");
  EXPECT_EQ(out[0].at("params").at("message"),
            "Not looked into, and so not renamed in:\n'/w/sub' (Permission denied)\n"
            "'/w/lib.spl' (Input/output error)");
  EXPECT_TRUE(out[1].as_object().contains("result"));
}

TEST(Workspace, WhatTheEditorHasCountsAndNotTheDisk) {
  Editor e(disk());
  e.initialize(R"({"workspace":{"workspaceEdit":{"documentChanges":true}}})", {"file:///w"});
  e.open("file:///w/lib.spl", kLib);
  e.open("file:///w/sub/b.spl", "automaton b() { Bye; }\n", 5);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10), (Places{"/w/a.spl:1", "/w/lib.spl:0"}));
  const auto changes = rename(e, "/w/lib.spl", 0, 10, "hail").at("result").at("documentChanges");
  ASSERT_EQ(changes.as_array().size(), 2U);
  EXPECT_TRUE(changes.at(0).at("textDocument").at("version").is_null()) << "not open";
  EXPECT_EQ(changes.at(1).at("textDocument").at("version"), 1);
}

TEST(Workspace, FoldersComeAndGo) {
  Editor e(disk());
  e.initialize("{}", {"file:///w/sub"});
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10), (Places{"/w/lib.spl:0", "/w/sub/b.spl:1"}));
  e.notify("workspace/didChangeWorkspaceFolders", js(R"({"event":{
      "added":[{"uri":"file:///w","name":"w"}],"removed":[{"uri":"file:///w/sub/","name":"s"}]}})"));
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 3U);
  e.notify("workspace/didChangeWorkspaceFolders",
           js(R"({"event":{"added":[],"removed":[{"uri":"file:///w","name":"w"}]}})"));
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10), Places{"/w/lib.spl:0"});
}

TEST(Workspace, FilesAreWatchedByAClientThatCan) {
  Editor e(disk());
  e.initialize(kWatches, {"file:///w"});
  ASSERT_EQ(e.asked.size(), 1U);
  EXPECT_EQ(e.asked[0].at("method"), "client/registerCapability");
  const auto& wish = e.asked[0].at("params").at("registrations").at(0);
  EXPECT_EQ(wish.at("method"), "workspace/didChangeWatchedFiles");
  EXPECT_EQ(wish.at("registerOptions").at("watchers").at(0).at("globPattern"), "**/*.spl");
  e.raw(json::serialize(json::object{{"id", e.asked[0].at("id")}, {"result", nullptr}}));
  e.open("file:///w/lib.spl", kLib);
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 3U);
  e.disk.listed.clear();
  // A changed text is seen at once, a new file once it is told of.
  e.disk.files["/w/a.spl"] += "automaton c(int x) { greet(x); }\n";
  e.disk.files["/w/c.spl"] = "import \"lib.spl\";\nautomaton d(int x) { greet(x); }\n";
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 4U);
  EXPECT_EQ(e.disk.listed, Places{}) << "nothing has come or gone";
  e.notify("workspace/didChangeWatchedFiles",
           js(R"({"changes":[{"uri":"file:///w/c.spl","type":1}]})"));
  EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 5U);
}

TEST(Workspace, FoldersAreSearchedEachTimeIfNobodyWatches) {
  for (const bool refused : {false, true}) {
    Editor e(disk());
    e.initialize(refused ? kWatches : "{}", {"file:///w"});
    ASSERT_EQ(e.asked.size(), refused ? 1U : 0U);
    if (refused) {
      e.raw(json::serialize(json::object{{"id", e.asked[0].at("id")},
                                         {"error", {{"code", -32601}, {"message", "no"}}}}));
    }
    e.open("file:///w/lib.spl", kLib);
    EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 3U);
    e.disk.files["/w/c.spl"] = "import \"lib.spl\";\nautomaton d(int x) { greet(x); }\n";
    EXPECT_EQ(references(e, "/w/lib.spl", 0, 10).size(), 4U);
  }
}

TEST(Workspace, WatchedFilesAreCheckedAgain) {
  Editor e(disk());
  e.initialize(kWatches, {"file:///w"});
  e.open("file:///w/a.spl", kA);
  e.rest();
  EXPECT_EQ(e.codes("file:///w/a.spl"), Places{});
  e.disk.files["/w/lib.spl"] = "function greet(int n) { Hello n = 1; }\n";
  e.notify("workspace/didChangeWatchedFiles",
           js(R"({"changes":[{"uri":"file:///w/lib.spl","type":2}]})"));
  e.rest();
  EXPECT_EQ(e.codes("file:///w/lib.spl"), Places{"SPL0007"});
}

TEST(Workspace, SymbolsOfAllFiles) {
  Editor e(disk());
  e.disk.files["/w/s.spl"] = "statecalls { Hello }\n";
  e.initialize("{}", {"file:///w"});
  const auto named = [&](const char* query) {
    Places all;
    const auto symbols = e.result("workspace/symbol", json::object{{"query", query}});
    for (const auto& s : symbols.as_array()) {
      all.push_back(std::string(s.at("name").as_string()) + " " +
                    std::to_string(s.at("kind").as_int64()) + " " +
                    std::string(s.at("location").at("uri").as_string()).substr(7));
    }
    return all;
  };
  EXPECT_EQ(named("").size(), 7U);
  EXPECT_EQ(named("GRT"), (Places{"greet 12 /w/lib.spl", "greet 12 /w/sub/stranger.spl"}));
  EXPECT_EQ(named("a"), (Places{"a 5 /w/a.spl", "a 5 /w/sub/stranger.spl"}));
  EXPECT_EQ(named("p"), Places{"p 14 /w/a.spl"});
  EXPECT_EQ(named("hello"), Places{"Hello 22 /w/s.spl"});
  EXPECT_EQ(named("terg"), Places{}) << "in this order";
}

TEST(Workspace, FilesThatImportEachOtherAreSearchedAndChecked) {
  Editor e({{"/w/x.spl", "import \"y.spl\";\nfunction f() { Go; }\n"},
            {"/w/y.spl", "import \"x.spl\";\nautomaton y() { f(); }\n"},
            {"/w/self.spl", "import \"self.spl\";\nautomaton s() { Go; }\n"}});
  e.initialize("{}", {"file:///w"});
  e.open("file:///w/x.spl", e.disk.files["/w/x.spl"]);
  e.open("file:///w/lone.spl", "automaton l() { Go }\n");
  EXPECT_EQ(references(e, "/w/x.spl", 1, 9), (Places{"/w/x.spl:1", "/w/y.spl:1"}));
  e.rest();
  EXPECT_EQ(e.codes("file:///w/lone.spl"), Places{"SPL0007"});
  EXPECT_NE(e.codes("file:///w/x.spl"), Places{"never published"});
  EXPECT_EQ(e.checks, (Places{"/w/lone.spl", "/w/x.spl"}));
}

}  // namespace
}  // namespace spl::lsp::test
