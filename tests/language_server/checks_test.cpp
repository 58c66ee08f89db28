// Checks take as long as they take; everything else goes on.
#include "support.hpp"

namespace spl::lsp::test {
namespace {

const std::string kUri = "file:///p/a.spl";
const std::string kOther = "file:///p/b.spl";
const std::string kBroken = "automaton a() { Ping }\n";
const std::string kFine = "automaton a() { Ping; }\n";
using Codes = std::vector<std::string>;

void replace_all(Editor& e, const std::string& uri, const std::string& text, int version) {
  e.notify("textDocument/didChange",
           json::object{{"textDocument", {{"uri", uri}, {"version", version}}},
                        {"contentChanges", json::array{json::object{{"text", text}}}}});
}

std::string actions_message(int id, const std::string& uri) {
  return json::serialize(json::object{
      {"jsonrpc", "2.0"},
      {"id", id},
      {"method", "textDocument/codeAction"},
      {"params",
       {{"textDocument", {{"uri", uri}}},
        {"range",
         {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 0}, {"character", 99}}}}},
        {"context", {{"diagnostics", json::array{}}}}}}});
}

/// The error's code in the one message with that id, or 0.
std::int64_t failed(const std::vector<json::value>& out, int id) {
  for (const auto& m : out) {
    const auto* its = m.as_object().if_contains("id");
    if (its == nullptr || *its != json::value(id)) continue;
    const auto* error = m.as_object().if_contains("error");
    return error == nullptr ? 0 : error->at("code").as_int64();
  }
  return 1;  // no answer
}

TEST(Checks, EverythingIsAnsweredWhileOneIsUnderWay) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.rest();
  ASSERT_TRUE(e.check);
  EXPECT_FALSE(e.result("textDocument/hover", Editor::at(kUri, 0, 2)).is_null());
  EXPECT_FALSE(e.result("textDocument/completion", Editor::at(kUri, 1, 0)).as_array().empty());
  EXPECT_EQ(e.codes(kUri), Codes{"never published"});
  e.finish_check();
  EXPECT_EQ(e.codes(kUri), Codes{"SPL0007"});
}

TEST(Checks, OfATextThatIsGoneAreNotShown) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.rest();
  replace_all(e, kUri, kFine, 2);
  EXPECT_TRUE(e.finish_check().empty()) << "it is late: the text has changed";
  EXPECT_EQ(e.codes(kUri), Codes{"never published"});
  e.rest();
  ASSERT_TRUE(e.check);
  e.finish_check();
  EXPECT_EQ(e.codes(kUri), Codes{});
  EXPECT_EQ(e.published[kUri].at("version"), 2);
}

TEST(Checks, TheNewestTextWins) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.rest();
  const auto late = *e.check;
  replace_all(e, kUri, kFine, 2);
  e.rest();
  ASSERT_TRUE(e.check);
  EXPECT_GT(e.check->id, late.id);
  const std::atomic<bool> go_on = false;
  EXPECT_TRUE(e.server.checked(late.id, run_check(late, go_on)).messages.empty());
  e.finish_check();
  EXPECT_EQ(e.codes(kUri), Codes{});
  EXPECT_FALSE(e.check);
}

TEST(Checks, AreStoppedWhenNobodyWantsThem) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.rest();
  ASSERT_TRUE(e.check);
  e.notify("textDocument/didClose", json::object{{"textDocument", {{"uri", kUri}}}});
  e.rest();
  EXPECT_FALSE(e.check);
  e.open(kUri, kBroken);
  e.rest();
  ASSERT_TRUE(e.check);
  e.result("shutdown", nullptr);
  EXPECT_FALSE(e.check);
}

TEST(Checks, AStoppedCheckSaysNothing) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kFine);
  e.rest();
  const std::atomic<bool> stop = true;
  EXPECT_EQ(run_check(*e.check, stop), nullptr);
  const std::atomic<bool> go_on = false;
  EXPECT_NE(run_check(*e.check, go_on), nullptr);
}

TEST(Checks, GoOnWhereTheTextsAreTheSame) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.rest();
  const auto first = e.check->id;
  e.open(kOther, kFine);
  e.rest();
  ASSERT_TRUE(e.check);
  EXPECT_EQ(e.check->id, first) << "another policy is no reason to begin again";
  e.hold = false;
  e.finish_check();
  EXPECT_EQ(e.codes(kUri), Codes{"SPL0007"});
  EXPECT_EQ(e.codes(kOther), Codes{});
  EXPECT_EQ(e.checks, (Codes{"/p/a.spl", "/p/b.spl"}));
  // Only what was edited is checked again.
  replace_all(e, kOther, kBroken, 2);
  e.rest();
  EXPECT_EQ(e.codes(kOther), Codes{"SPL0007"});
  EXPECT_EQ(e.checks, (Codes{"/p/a.spl", "/p/b.spl", "/p/b.spl"}));
  e.notify("textDocument/didSave", json::object{{"textDocument", {{"uri", kUri}}}});
  e.rest();
  EXPECT_EQ(e.checks.size(), 3U) << "nothing has changed";
}

TEST(Checks, BeginWithWhatIsEdited) {
  Editor e;
  e.initialize();
  e.open(kUri, kFine);
  e.open(kOther, kFine);
  e.open("file:///p/c.spl", kFine);
  replace_all(e, kOther, kBroken, 2);
  e.rest();
  EXPECT_EQ(e.checks.front(), "/p/b.spl");
  EXPECT_EQ(e.checks.size(), 3U);
}

TEST(Checks, AFileOfSeveralPoliciesWaitsForAll) {
  Editor e({{"/p/lib.spl", "function f() { Ping }\n"}});
  e.initialize();
  e.hold = true;
  const std::string text = "import \"lib.spl\";\nautomaton a() { f(); }\n";
  e.open(kUri, text);
  e.open(kOther, text);
  e.rest();
  e.finish_check();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), Codes{"never published"});
  EXPECT_EQ(e.published.size(), 1U) << "the policy itself is told of at once";
  e.finish_check();
  EXPECT_EQ(e.codes("file:///p/lib.spl"), Codes{"SPL0007"});
  EXPECT_FALSE(e.check);
}

TEST(Checks, AMissingFileThatComesIsSeen) {
  Editor e;
  e.initialize();
  e.open(kUri, "import \"lib.spl\";\nautomaton a() { f(); }\n");
  e.rest();
  EXPECT_NE(e.codes(kUri), Codes{});
  e.disk.files["/p/lib.spl"] = "function f() { Ping; }\n";
  e.notify("textDocument/didSave", json::object{{"textDocument", {{"uri", kUri}}}});
  e.rest();
  EXPECT_EQ(e.codes(kUri), Codes{});
}

TEST(Checks, AnOpenDocumentIsToldOfOnceAVersion) {
  Editor e;
  e.initialize();
  e.open(kUri, kFine);
  e.open(kOther, kFine);
  e.rest();
  replace_all(e, kOther, kBroken, 2);
  std::vector<std::string> told;
  for (const auto& m : e.rest()) told.emplace_back(m.at("params").at("uri").as_string());
  EXPECT_EQ(told, Codes{kOther});
  // Opened again, it has the same number and another editor's window.
  e.notify("textDocument/didClose", json::object{{"textDocument", {{"uri", kUri}}}});
  e.open(kUri, kFine);
  told.clear();
  for (const auto& m : e.rest()) told.emplace_back(m.at("params").at("uri").as_string());
  EXPECT_EQ(told, Codes{kUri});
}

TEST(Checks, QuickFixesWaitForTheirs) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  EXPECT_EQ(failed(e.raw(actions_message(7, kUri)), 7), 1) << "it is answered later";
  ASSERT_TRUE(e.check) << "somebody waits: it begins at once";
  const auto out = e.finish_check();
  ASSERT_EQ(out.back().at("id"), 7);
  EXPECT_EQ(out.back().at("result").at(0).at("title"), "Add ';'");
  // Now it is known.
  EXPECT_EQ(failed(e.raw(actions_message(8, kUri)), 8), 0);
}

TEST(Checks, QuickFixesOfATextThatIsGoneAreRefused) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.raw(actions_message(7, kUri));
  const auto out = e.raw(
      R"({"method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///p/a.spl",)"
      R"("version":2},"contentChanges":[{"text":""}]}})");
  EXPECT_EQ(failed(out, 7), -32801);
  EXPECT_EQ(failed(e.finish_check(), 7), 1) << "answered once";
}

TEST(Checks, QuickFixesAreCancelled) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kBroken);
  e.raw(actions_message(7, kUri));
  e.raw(actions_message(8, kUri));
  EXPECT_TRUE(e.raw(R"({"method":"$/cancelRequest","params":{"id":9}})").empty());
  EXPECT_EQ(failed(e.raw(R"({"method":"$/cancelRequest","params":{"id":7}})"), 7), -32800);
  const auto out = e.finish_check();
  EXPECT_EQ(failed(out, 7), 1);
  EXPECT_EQ(failed(out, 8), 0);
  e.open(kUri, kFine, 2);
  e.raw(actions_message(9, kUri));
  EXPECT_EQ(failed(e.raw(R"({"id":10,"method":"shutdown"})"), 9), -32800);
}

TEST(Checks, QuickFixesOfWhatIsNotOpenAreNone) {
  Editor e({{"/p/a.spl", kBroken}});
  e.initialize();
  EXPECT_EQ(failed(e.raw(actions_message(7, kUri)), 7), 0);
  EXPECT_EQ(failed(e.raw(actions_message(8, kOther)), 8), -32602) << "there is no such file";
}

TEST(Checks, AQuickFixComesBeforeOtherPolicies) {
  Editor e;
  e.initialize();
  e.hold = true;
  e.open(kUri, kFine);
  e.open(kOther, kFine);
  e.open("file:///p/c.spl", kFine);
  e.rest();  // c.spl, which was opened last, is being checked
  ASSERT_EQ(e.checks, Codes{"/p/c.spl"});
  e.raw(actions_message(7, kOther));
  e.finish_check();
  EXPECT_EQ(e.checks.back(), "/p/b.spl");
}

}  // namespace
}  // namespace spl::lsp::test
