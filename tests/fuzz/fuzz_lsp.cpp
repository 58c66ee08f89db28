// Any bytes to the language server: as a stream, as messages, and as a script of edits. Edits leave
// what opening the final text would have given, and every request has an answer.
//
// The first byte says which: 's' a stream, 'm' messages divided by lines, anything else a script:
// its first line is the text ('\x01' stands for a line end); each line after it is an edit, four
// bytes of positions and the text.
#include <algorithm>
#include <boost/json.hpp>
#include <map>

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

/// A disk with three policies, one of which imports the document that is fuzzed.
Disk disk() {
  static const std::map<std::string, std::string> files = {
      {"/w/importer.spl", "import \"/fuzzed.spl\";\nautomaton z(int x) { f(x); Ping; }\n"},
      {"/w/lib.spl", "function g(bool b) { Ping; b = true; }\n"},
      {"/w/broken.spl", "automaton ping( { Ping\n"}};
  Disk access;
  access.read = [](const std::string& path) -> std::variant<std::string, ReadError> {
    const auto at = files.find(path);
    if (at == files.end()) return ReadError{"none"};
    return at->second;
  };
  access.list =
      [](const std::string& path) -> std::variant<std::vector<DirectoryEntry>, ReadError> {
    if (path != "/w") return ReadError{"none"};
    std::vector<DirectoryEntry> entries;
    for (const auto& [file, text] : files) {
      entries.push_back({file.substr(3), DirectoryEntry::Kind::file, text.size()});
    }
    return entries;
  };
  access.real_path = [](const std::string& path) { return path; };
  return access;
}

/// A server, its checks done as soon as they are wanted.
class Connection {
 public:
  /// How many answers came.
  int say(std::string_view text) { return finish(server_.handle(text, Millis{0})); }

  /// The diagnostics of the document, once it rests.
  json::value resting() {
    finish(server_.tick(Millis{1'000'000}));
    return shown_;
  }

 private:
  int finish(Output output) {
    auto answers = read(output);
    while (output.check) {
      const std::atomic<bool> go_on = false;
      const auto job = *output.check;
      output = server_.checked(job.id, run_check(job, go_on));
      answers += read(output);
    }
    return answers;
  }

  int read(const Output& output) {
    int answers = 0;
    for (const auto& text : output.messages) {
      const auto value = json::parse(text);
      const auto& m = value.as_object();
      if (!m.contains("method")) ++answers;
      const auto* params = m.if_contains("params");
      if (params == nullptr || !params->as_object().contains("diagnostics")) continue;
      if (params->at("uri") == kUri) shown_ = params->at("diagnostics");
    }
    return answers;
  }

  Server server_{disk(), "fuzz"};
  json::value shown_;
};

void begin(Connection& server) {
  server.say(message("initialize",
                     {{"capabilities", json::object{}},
                      {"workspaceFolders", json::array{json::object{{"uri", "file:///w"}}}}},
                     1));
}

void open(Connection& server, std::string_view text) {
  const json::object document{{"uri", kUri}, {"languageId", "spl"}, {"version", 1}, {"text", text}};
  server.say(message("textDocument/didOpen", {{"textDocument", document}}, 0));
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

void ask_all(Connection& server, const json::object& at) {
  for (const auto* request : kRequests) {
    const json::object params{{"textDocument", {{"uri", kUri}}},
                              {"position", at},
                              {"newName", "fresh"},
                              {"range", {{"start", at}, {"end", at}}}};
    const auto answers = server.say(message(std::string("textDocument/") + request, params, 7));
    test::require(answers == 1, "a request without its one answer", request);
  }
  const auto answers = server.say(message("workspace/symbol", {{"query", "p"}}, 8));
  test::require(answers == 1, "a request without its one answer", "workspace/symbol");
}

std::string_view next_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

void script(std::string_view rest) {
  Connection server;
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
    server.say(message("textDocument/didChange",
                       {{"textDocument", {{"uri", kUri}, {"version", ++version}}},
                        {"contentChanges", json::array{change}}},
                       0));
    const auto at = [](const json::object& p) {
      return Position{static_cast<std::uint32_t>(p.at("line").as_int64()),
                      static_cast<std::uint32_t>(p.at("character").as_int64())};
    };
    text = replaced(text, at(from), at(to), by, Encoding::utf16);
    if (version % 4 == 0) ask_all(server, from);
  }
  ask_all(server, place(3, 5));
  Connection other;
  begin(other);
  open(other, text);
  test::require(server.resting() == other.resting(), "edits and the final text differ", text);
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
  Connection server;
  if (how == 's') {
    Framer framer;
    framer.feed(input);
    while (const auto m = framer.next()) server.say(*m);
    return 0;
  }
  begin(server);
  while (!input.empty()) server.say(next_line(input));
  static_cast<void>(server.resting());
  return 0;
}
