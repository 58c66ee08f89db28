// Any bytes to the language server: as a stream, as messages, and as a script of edits. Edits leave
// what opening the final text would have given, and every request has an answer.
//
// The first byte says which: 's' a stream, 'm' messages divided by lines, anything else a script:
// its first line is the text ('\x01' stands for a line end); each line after it is an edit, four
// bytes of positions and the text.
#include <algorithm>
#include <boost/json.hpp>

#include "fuzz.hpp"
#include "language_server/document.hpp"
#include "language_server/framing.hpp"
#include "language_server/server.hpp"

namespace spl::lsp {
namespace {

namespace json = boost::json;

const char* const kUri = "file:///fuzzed.spl";
const char* const kRequests[] = {
    "definition", "references", "documentHighlight", "prepareRename", "rename",
    "hover",      "completion", "documentSymbol",    "foldingRange",  "semanticTokens/full",
    "formatting", "codeAction", "codeLens"};

std::string message(std::string_view method, json::object params, int id) {
  json::object m{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
  if (id != 0) m["id"] = id;
  return json::serialize(m);
}

void begin(Server& server) {
  static_cast<void>(
      server.handle(message("initialize", {{"capabilities", json::object{}}}, 1), Millis{0}));
}

void open(Server& server, std::string_view text) {
  const json::object document{{"uri", kUri}, {"languageId", "spl"}, {"version", 1}, {"text", text}};
  static_cast<void>(
      server.handle(message("textDocument/didOpen", {{"textDocument", document}}, 0), Millis{0}));
}

/// The diagnostics of the document, once it rests.
json::value resting(Server& server) {
  json::value found;
  const auto out = server.tick(Millis{1'000'000});
  for (const auto& text : out.messages) {
    const auto m = json::parse(text);
    if (m.as_object().contains("params")) found = m.at("params").at("diagnostics");
  }
  return found;
}

/// JSON strings are valid UTF-8; what an editor cannot send is left out.
std::string sendable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) < 0x80) text += c == '\x01' ? '\n' : c;
    if (static_cast<unsigned char>(c) >= 0x80) text += "\xf0\x9d\x84\x9e";
  }
  return text;
}

json::object place(char line, char column) {
  return {{"line", static_cast<unsigned char>(line) % 16},
          {"character", static_cast<unsigned char>(column) % 64}};
}

void ask_all(Server& server, const json::object& at) {
  for (const auto* request : kRequests) {
    const json::object params{{"textDocument", {{"uri", kUri}}},
                              {"position", at},
                              {"newName", "fresh"},
                              {"range", {{"start", at}, {"end", at}}}};
    const auto out =
        server.handle(message(std::string("textDocument/") + request, params, 7), Millis{0});
    test::require(out.messages.size() == 1, "a request without its one answer", request);
  }
}

std::string_view next_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

void script(std::string_view rest) {
  Server server([](const std::string&) { return ReadError{"none"}; }, "fuzz");
  begin(server);
  auto text = sendable(next_line(rest));
  open(server, text);
  int version = 1;
  while (!rest.empty()) {
    const auto line = next_line(rest);
    if (line.size() < 4) continue;
    const auto from = place(line[0], line[1]);
    const auto to = place(line[2], line[3]);
    const auto by = sendable(line.substr(4));
    const json::object change{{"range", {{"start", from}, {"end", to}}}, {"text", by}};
    static_cast<void>(
        server.handle(message("textDocument/didChange",
                              {{"textDocument", {{"uri", kUri}, {"version", ++version}}},
                               {"contentChanges", json::array{change}}},
                              0),
                      Millis{0}));
    const auto at = [](const json::object& p) {
      return Position{static_cast<std::uint32_t>(p.at("line").as_int64()),
                      static_cast<std::uint32_t>(p.at("character").as_int64())};
    };
    text = replaced(text, at(from), at(to), by, Encoding::utf16);
    if (version % 4 == 0) ask_all(server, from);
  }
  ask_all(server, place(3, 5));
  Server other([](const std::string&) { return ReadError{"none"}; }, "fuzz");
  begin(other);
  open(other, text);
  test::require(resting(server) == resting(other), "edits and the final text differ", text);
}

}  // namespace
}  // namespace spl::lsp

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::lsp;
  auto input = std::string_view(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const char how = input[0];
  if (how != 's' && how != 'm') {
    script(input);
    return 0;
  }
  input.remove_prefix(1);
  Server server([](const std::string&) { return spl::ReadError{"none"}; }, "fuzz");
  if (how == 's') {
    Framer framer;
    framer.feed(input);
    while (const auto m = framer.next()) static_cast<void>(server.handle(*m, Millis{0}));
    return 0;
  }
  begin(server);
  while (!input.empty()) static_cast<void>(server.handle(next_line(input), Millis{0}));
  static_cast<void>(server.tick(Millis{1'000'000}));
  return 0;
}
