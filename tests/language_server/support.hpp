// A language server and the editor that talks to it, in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
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

/// A disk in memory: texts by path. Directories are there as far as files need them.
struct Disk {
  Disk() = default;
  Disk(std::initializer_list<std::pair<const std::string, std::string>> all) : files(all) {}

  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;    // other names of files, with the real ones
  std::map<std::string, std::string> refused;  // paths that cannot be read or listed, and why
  std::vector<std::string> listed;             // directories that were looked into, in this order

  std::variant<std::string, ReadError> read(const std::string& path) const {
    if (refused.contains(path)) return ReadError{refused.at(path)};
    const auto link = links.find(path);
    const auto at = files.find(link == links.end() ? path : link->second);
    if (at == files.end()) return ReadError{"No such file or directory"};
    return at->second;
  }

  std::variant<std::vector<DirectoryEntry>, ReadError> list(const std::string& path) {
    listed.push_back(path);
    if (refused.contains(path)) return ReadError{refused.at(path)};
    const auto front = path == "/" ? path : path + "/";
    std::map<std::string, DirectoryEntry> entries;
    const auto add = [&](const std::string& file, DirectoryEntry::Kind kind, std::uint64_t size) {
      if (!file.starts_with(front)) return;
      const auto name = file.substr(front.size(), file.find('/', front.size()) - front.size());
      const bool inner = front.size() + name.size() < file.size();
      entries[name] = {name, inner ? DirectoryEntry::Kind::directory : kind, inner ? 0 : size};
    };
    for (const auto& [file, text] : files) add(file, DirectoryEntry::Kind::file, text.size());
    for (const auto& [link, file] : links) add(link, DirectoryEntry::Kind::other, 0);
    if (entries.empty()) return ReadError{"No such file or directory"};
    std::vector<DirectoryEntry> all;
    for (auto& [name, entry] : entries) all.push_back(std::move(entry));
    return all;
  }

  lsp::Disk access() {
    return {
        [this](const std::string& path) { return read(path); },
        [this](const std::string& path) { return list(path); },
        [this](const std::string& path) { return links.contains(path) ? links.at(path) : path; }};
  }
};

class Editor {
 public:
  explicit Editor(Disk with = {}) : disk(std::move(with)), server(disk.access(), "test") {}

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

  void initialize(std::string_view capabilities = "{}", std::vector<std::string> folders = {}) {
    json::object params{
        {"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", js(capabilities)}};
    json::array list;
    for (const auto& uri : folders) list.push_back(json::object{{"uri", uri}, {"name", "folder"}});
    if (!list.empty()) params["workspaceFolders"] = std::move(list);
    result("initialize", std::move(params));
    for (auto& m : notify("initialized", json::object{})) asked.push_back(std::move(m));
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
    if (output.stop_check) check.reset();
    if (output.check) {
      checks.push_back(output.check->policy);
      check = output.check;
    }
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
    while (check && !hold) {
      for (auto& m : finish_check()) messages.push_back(std::move(m));
    }
    return messages;
  }

  /// Does the check that is wanted; what the server then says.
  std::vector<json::value> finish_check() {
    const auto job = *std::exchange(check, std::nullopt);
    const std::atomic<bool> go_on = false;
    return take(server.checked(job.id, run_check(job, go_on)));
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

  Disk disk;
  Server server;
  bool hold = false;                // leaves checks undone, for finish_check()
  std::optional<CheckJob> check;    // that is wanted, and not done
  std::vector<std::string> checks;  // the policies of all that were wanted
  std::vector<json::value> asked;   // what the server asked after `initialized`
  Millis now{0};
  int last_id = 0;
  std::map<std::string, json::object> published;
  std::vector<VerifyJob> started;
  std::vector<std::int64_t> cancelled;
};

}  // namespace spl::lsp::test
