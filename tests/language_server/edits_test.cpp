// Any sequence of edits leaves what opening the final text would have given; half-typed text is no
// trouble for any request.
#include <random>

#include "language_server/document.hpp"
#include "support.hpp"

namespace spl::lsp::test {
namespace {

const std::string kUri = "file:///p/a.spl";
const char* const kPieces[] = {"automaton a(",
                               "int (0..3) x",
                               ") {",
                               "}",
                               "{",
                               "Ping;",
                               "Pong",
                               ";",
                               "\n",
                               "\r\n",
                               "either ",
                               " or ",
                               "during {",
                               "} handle {",
                               "x = 1;",
                               "property p : ",
                               "always ",
                               "a.x",
                               "statecalls {",
                               ",",
                               "// c\n",
                               "/*",
                               "*/",
                               "\"",
                               "import \"a.spl\";",
                               "function f(bool b) {",
                               "\xc3\xbc",
                               "\xf0\x9d\x84\x9e",
                               "f(x);",
                               "while (",
                               "always_allow ("};

class Edits : public testing::TestWithParam<unsigned> {};

/// Every request at a place; an answer of any kind will do.
void ask_everything(Editor& e, int line, int column) {
  for (const auto* method :
       {"textDocument/definition", "textDocument/references", "textDocument/documentHighlight",
        "textDocument/prepareRename", "textDocument/rename", "textDocument/hover",
        "textDocument/completion", "textDocument/documentSymbol", "textDocument/foldingRange",
        "textDocument/semanticTokens/full", "textDocument/formatting", "textDocument/codeAction",
        "textDocument/codeLens"}) {
    auto params = Editor::at(kUri, line, column);
    params["newName"] = "fresh";
    params["range"] = json::object{{"start", params["position"]}, {"end", params["position"]}};
    const auto answer = e.ask(method, params);
    ASSERT_TRUE(answer.contains("result") || answer.contains("error")) << method;
  }
}

TEST_P(Edits, GiveWhatTheFinalTextGives) {
  std::mt19937 random(GetParam());
  const auto below = [&](std::size_t n) { return static_cast<int>(random() % n); };
  Editor typing;
  typing.initialize();
  std::string text = "automaton a(int (0..3) x) {\n  Ping;\n  x = 1;\n}\n";
  typing.open(kUri, text);
  for (int version = 2; version < 40; ++version) {
    const Position begin{static_cast<std::uint32_t>(below(8)),
                         static_cast<std::uint32_t>(below(30))};
    Position end = begin;
    if (below(3) == 0)
      end = {begin.line + static_cast<std::uint32_t>(below(2)),
             static_cast<std::uint32_t>(below(30))};
    const std::string by = kPieces[below(std::size(kPieces))];
    text = replaced(text, begin, end, by, Encoding::utf16);
    const auto place = [](Position p) {
      return json::object{{"line", p.line}, {"character", p.column}};
    };
    typing.notify(
        "textDocument/didChange",
        json::object{
            {"textDocument", {{"uri", kUri}, {"version", version}}},
            {"contentChanges",
             json::array{json::object{{"range", {{"start", place(begin)}, {"end", place(end)}}},
                                      {"text", by}}}}});
    if (below(4) == 0) typing.rest();
    if (below(4) == 0) ask_everything(typing, below(8), below(30));
  }
  typing.rest();
  Editor fresh;
  fresh.initialize();
  fresh.open(kUri, text);
  fresh.rest();
  EXPECT_EQ(typing.published[kUri].at("diagnostics"), fresh.published[kUri].at("diagnostics"))
      << text;
  for (const auto* method : {"textDocument/documentSymbol", "textDocument/semanticTokens/full"}) {
    const json::object params{{"textDocument", {{"uri", kUri}}}};
    EXPECT_EQ(typing.result(method, params), fresh.result(method, params)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Edits, testing::Range(1U, 31U));

TEST(HalfTyped, EveryPrefixOfAPolicyAnswersEverything) {
  const std::string text =
      "statecalls { A, B }\nimport \"x.spl\";\nfunction f(int n) { A; n = n + 1; }\n"
      "automaton a(int (0..3) x = -0) {\n during { do { f(x); } until (x == 3); } handle { B; "
      "}\n}\n"
      "property p : always (a.x <= 3 and not once B);\n";
  Editor e;
  e.initialize();
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const auto prefix = text.substr(0, length);
    e.open(kUri, prefix);
    const auto line = static_cast<int>(std::count(prefix.begin(), prefix.end(), '\n'));
    const auto start = prefix.rfind('\n');
    const auto column = prefix.size() - (start == std::string::npos ? 0 : start + 1);
    ask_everything(e, line, static_cast<int>(column));
  }
  e.rest();
}

}  // namespace
}  // namespace spl::lsp::test
