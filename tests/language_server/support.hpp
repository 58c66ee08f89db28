// A language server and the editor that talks to it, in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "language_server/server.hpp"

namespace spl::lsp::test {

namespace json = boost::json;

/// Parses a literal of a test; what is no JSON is the test's fault.
inline json::value js(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size()));
}

using Disk = std::map<std::string, std::string>;

class Editor {
 public:
  explicit Editor(Disk disk = {})
      : files(std::move(disk)),
        server(
            [this](const std::string& path) -> std::variant<std::string, ReadError> {
              const auto at = files.find(path);
              if (at == files.end()) return ReadError{"No such file or directory"};
              return at->second;
            },
            "test") {}

  /// Sends bytes as they are; what comes back.
  std::vector<json::value> raw(std::string_view message) {
    return take(server.handle(message, now));
  }

  std::vector<json::value> notify(std::string_view method, json::value params) {
    return raw(json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}));
  }

  /// The whole answer to a request.
  json::object ask(std::string_view method, json::value params) {
    const auto id = ++last_id;
    const auto out = raw(json::serialize(json::object{
        {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}}));
    for (const auto& message : out) {
      const auto* its = message.as_object().if_contains("id");
      if (its != nullptr && *its == json::value(id)) return message.as_object();
    }
    return {};
  }

  json::value result(std::string_view method, json::value params) {
    const auto answer = ask(method, std::move(params));
    const auto* found = answer.if_contains("result");
    EXPECT_NE(found, nullptr) << method << ": " << json::serialize(answer);
    return found == nullptr ? json::value() : *found;
  }

  void initialize(std::string_view capabilities = "{}") {
    result("initialize",
           json::object{
               {"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", js(capabilities)}});
    notify("initialized", json::object{});
  }

  void open(const std::string& uri, const std::string& text, int version = 1) {
    notify("textDocument/didOpen",
           json::object{
               {"textDocument",
                {{"uri", uri}, {"languageId", "spl"}, {"version", version}, {"text", text}}}});
  }

  static json::object at(const std::string& uri, int line, int character) {
    return {{"textDocument", {{"uri", uri}}},
            {"position", {{"line", line}, {"character", character}}}};
  }

  /// Lets time pass until the server has nothing more to do by itself.
  std::vector<json::value> rest() {
    std::vector<json::value> all;
    while (const auto due = server.due()) {
      now = std::max(now, *due);
      for (auto& m : take(server.tick(now))) all.push_back(std::move(m));
    }
    return all;
  }

  /// Keeps the diagnostics that were published last, by URI.
  std::vector<json::value> take(const Output& output) {
    std::vector<json::value> messages;
    for (const auto& text : output.messages) {
      auto value = js(text);
      const auto* method = value.as_object().if_contains("method");
      if (method != nullptr && *method == "textDocument/publishDiagnostics") {
        const auto& params = value.at("params").as_object();
        published[std::string(params.at("uri").as_string())] = params;
      }
      messages.push_back(std::move(value));
    }
    for (const auto& job : output.start) started.push_back(job);
    for (const auto id : output.cancel) cancelled.push_back(id);
    return messages;
  }

  /// The codes of the diagnostics of a file, as they were published last.
  std::vector<std::string> codes(const std::string& uri) {
    std::vector<std::string> all;
    const auto at = published.find(uri);
    if (at == published.end()) return {"never published"};
    for (const auto& d : at->second.at("diagnostics").as_array()) {
      all.emplace_back(d.at("code").as_string());
    }
    return all;
  }

  Disk files;
  Server server;
  Millis now{0};
  int last_id = 0;
  std::map<std::string, json::object> published;
  std::vector<VerifyJob> started;
  std::vector<std::int64_t> cancelled;
};

}  // namespace spl::lsp::test
