// One connection: which messages may come when, and who answers them.
#include "language_server/server.hpp"

#include <algorithm>

#include "language_server/session.hpp"
#include "language_server/uri.hpp"

namespace spl::lsp {
namespace {

/// A message's params, or null.
const json::value& params_of(const json::value& message) {
  static const json::value none;
  const auto* found = find_at(message, {"params"});
  return found == nullptr ? none : *found;
}

std::string document_path(const json::value& params) {
  return path_of(string_at(object_at(params, "textDocument"), "uri"));
}

json::object capabilities(Encoding encoding) {
  return {
      {"positionEncoding", encoding == Encoding::utf8 ? "utf-8" : "utf-16"},
      {"textDocumentSync", {{"openClose", true}, {"change", 2}, {"save", true}}},
      {"definitionProvider", true},
      {"referencesProvider", true},
      {"documentHighlightProvider", true},
      {"renameProvider", {{"prepareProvider", true}}},
      {"hoverProvider", true},
      {"completionProvider", {{"triggerCharacters", json::array{"."}}}},
      {"documentSymbolProvider", true},
      {"foldingRangeProvider", true},
      {"documentFormattingProvider", true},
      {"codeActionProvider", {{"codeActionKinds", json::array{"quickfix"}}}},
      {"codeLensProvider", {{"resolveProvider", false}}},
      {"executeCommandProvider", {{"commands", json::array{"splc.verifyProperty"}}}},
      {"semanticTokensProvider",
       {{"legend",
         {{"tokenTypes", semantic_token_types()}, {"tokenModifiers", json::array{"declaration"}}}},
        {"full", true}}},
  };
}

bool offers_utf8(const json::value& params) {
  const auto* offered = find_at(params, {"capabilities", "general", "positionEncodings"});
  if (offered == nullptr || !offered->is_array()) return false;
  for (const auto& one : offered->get_array()) {
    if (one.is_string() && one.get_string() == "utf-8") return true;
  }
  return false;
}

}  // namespace

// ---- messages ----------------------------------------------------------------------------------

void Server::Session::send(json::object message) {
  message["jsonrpc"] = "2.0";
  out_.messages.push_back(json::serialize(message));
}

void Server::Session::answer(const json::value& id, json::value result) {
  send({{"id", id}, {"result", std::move(result)}});
}

void Server::Session::fail(const json::value& id, ErrorCode code, std::string_view why) {
  send({{"id", id}, {"error", {{"code", static_cast<int>(code)}, {"message", text_value(why)}}}});
}

void Server::Session::notify(std::string_view method, json::object params) {
  send({{"method", method}, {"params", std::move(params)}});
}

void Server::Session::ask(std::string_view method, json::value params) {
  json::object message{{"id", "splc-" + std::to_string(++last_request_)}, {"method", method}};
  if (!params.is_null()) message["params"] = std::move(params);
  send(std::move(message));
}

void Server::Session::show(int type, std::string_view text) {
  notify("window/showMessage", {{"type", type}, {"message", text_value(text)}});
}

void Server::Session::handle(std::string_view message, Millis now) {
  now_ = now;
  if (exit_status_) return;
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(message.data(), message.size()), error);
  if (error) return fail(nullptr, ErrorCode::parse_error, "this is not JSON: " + error.message());
  dispatch(value);
}

void Server::Session::dispatch(const json::value& message) {
  const auto* id = find_at(message, {"id"});
  const auto* method = find_at(message, {"method"});
  const bool is_id = id != nullptr && (id->is_string() || id->is_number());
  if (method == nullptr || !method->is_string()) {
    // An answer to a question of ours needs nothing; anything else is none of the protocol's.
    const bool response = is_id && (find_at(message, {"result"}) != nullptr ||
                                    find_at(message, {"error"}) != nullptr);
    if (!response) fail(is_id ? *id : nullptr, ErrorCode::invalid_request, "no 'method'");
    return;
  }
  const std::string name(method->get_string());
  if (id == nullptr) return notification(name, params_of(message));
  if (!is_id) return fail(nullptr, ErrorCode::invalid_request, "'id' is neither string nor number");
  request(*id, name, params_of(message));
}

void Server::Session::request(const json::value& id, const std::string& method,
                              const json::value& params) {
  if (life_ == Life::created && method != "initialize") {
    return fail(id, ErrorCode::server_not_initialized, "'initialize' comes first");
  }
  if (life_ == Life::shut_down) {
    return fail(id, ErrorCode::invalid_request, "after 'shutdown' only 'exit' may come");
  }
  if (life_ != Life::created && method == "initialize") {
    return fail(id, ErrorCode::invalid_request, "'initialize' comes once");
  }
  try {
    if (method == "workspace/executeCommand") return execute(id, params);
    const auto at = request_handlers().find(method);
    if (at == request_handlers().end()) {
      return fail(id, ErrorCode::method_not_found, "there is no request '" + method + "' here");
    }
    answer(id, (this->*at->second)(params));
  } catch (const RequestError& e) {
    fail(id, e.code, e.what());
  }
}

void Server::Session::notification(const std::string& method, const json::value& params) {
  if (method != "exit" && life_ != Life::initialized) return;
  const auto at = notification_handlers().find(method);
  if (at == notification_handlers().end()) return;  // the protocol grows
  try {
    (this->*at->second)(params);
  } catch (const RequestError& e) {
    notify("window/logMessage", {{"type", 1}, {"message", text_value(method + ": " + e.what())}});
  }
}

const std::unordered_map<std::string_view, Server::Session::RequestHandler>&
Server::Session::request_handlers() {
  static const std::unordered_map<std::string_view, RequestHandler> handlers = {
      {"initialize", &Session::initialize},
      {"shutdown", &Session::shutdown},
      {"textDocument/definition", &Session::on_definition},
      {"textDocument/references", &Session::on_references},
      {"textDocument/documentHighlight", &Session::on_highlights},
      {"textDocument/prepareRename", &Session::on_prepare_rename},
      {"textDocument/rename", &Session::on_rename},
      {"textDocument/hover", &Session::on_hover},
      {"textDocument/completion", &Session::on_completion},
      {"textDocument/documentSymbol", &Session::on_symbols},
      {"textDocument/foldingRange", &Session::on_folding},
      {"textDocument/semanticTokens/full", &Session::on_tokens},
      {"textDocument/formatting", &Session::on_formatting},
      {"textDocument/codeAction", &Session::on_actions},
      {"textDocument/codeLens", &Session::on_lenses},
  };
  return handlers;
}

const std::unordered_map<std::string_view, Server::Session::NotificationHandler>&
Server::Session::notification_handlers() {
  static const std::unordered_map<std::string_view, NotificationHandler> handlers = {
      {"initialized", &Session::nothing},
      {"exit", &Session::exit},
      {"textDocument/didOpen", &Session::did_open},
      {"textDocument/didChange", &Session::did_change},
      {"textDocument/didClose", &Session::did_close},
      {"textDocument/didSave", &Session::did_save},
      {"workspace/didChangeWatchedFiles", &Session::did_save},
      {"$/cancelRequest", &Session::cancel},
      {"window/workDoneProgress/cancel", &Session::cancel_progress},
  };
  return handlers;
}

// ---- life --------------------------------------------------------------------------------------

json::value Server::Session::initialize(const json::value& params) {
  if (offers_utf8(params)) encoding_ = Encoding::utf8;
  snippets_ = flag_at(
      params, {"capabilities", "textDocument", "completion", "completionItem", "snippetSupport"});
  document_changes_ =
      flag_at(params, {"capabilities", "workspace", "workspaceEdit", "documentChanges"});
  progress_ = flag_at(params, {"capabilities", "window", "workDoneProgress"});
  refresh_lenses_ = flag_at(params, {"capabilities", "workspace", "codeLens", "refreshSupport"});
  life_ = Life::initialized;
  return json::object{{"capabilities", capabilities(encoding_)},
                      {"serverInfo", {{"name", "splc"}, {"version", version_}}}};
}

json::value Server::Session::shutdown(const json::value&) {
  life_ = Life::shut_down;
  due_.reset();
  for (const auto& [id, job] : running_) out_.cancel.push_back(id);
  return nullptr;
}

void Server::Session::exit(const json::value&) {
  exit_status_ = life_ == Life::shut_down ? 0 : 1;
  due_.reset();
}

// ---- documents ---------------------------------------------------------------------------------

void Server::Session::texts_changed() {
  analyses_.clear();
  results_.clear();
  for (auto& [id, job] : running_) job.stale = true;
  due_ = now_ + kRest;
}

void Server::Session::did_open(const json::value& params) {
  const json::value document = object_at(params, "textDocument");
  const auto uri = string_at(document, "uri");
  const auto* version = find_at(document, {"version"});
  workspace_.open(path_of(uri),
                  {uri, version != nullptr && version->is_int64() ? version->get_int64() : 0,
                   string_at(document, "text")});
  texts_changed();
  due_ = now_;  // somebody waits for a first look
}

void Server::Session::did_change(const json::value& params) {
  const auto path = document_path(params);
  const auto* document = workspace_.document(path);
  if (document == nullptr) {
    throw RequestError(ErrorCode::invalid_params, "'" + path + "' is not open");
  }
  const auto* version = find_at(params, {"textDocument", "version"});
  auto text = document->text;
  for (const auto& change : array_at(params, "contentChanges")) {
    const auto by = string_at(change, "text");
    if (find_at(change, {"range"}) == nullptr) {
      text = by;
      continue;
    }
    const json::value range = object_at(change, "range");
    text = replaced(text, position_at(range, "start"), position_at(range, "end"), by, encoding_);
  }
  workspace_.change(
      path,
      version != nullptr && version->is_int64() ? version->get_int64() : document->version + 1,
      std::move(text));
  texts_changed();
}

void Server::Session::did_close(const json::value& params) {
  workspace_.close(document_path(params));
  texts_changed();
}

void Server::Session::did_save(const json::value&) {
  texts_changed();
}

// ---- diagnostics -------------------------------------------------------------------------------

std::shared_ptr<const Analysis> Server::Session::analysis_of(const std::string& root) {
  auto& kept = analyses_[root];
  if (kept == nullptr) kept = workspace_.analyse(root);
  return kept;
}

void Server::Session::tick(Millis now) {
  now_ = now;
  if (!due_ || now < *due_) return;
  due_.reset();
  publish();
}

/// Sends what has changed since it was sent last; files that nothing speaks of any more are
/// cleared.
void Server::Session::publish() {
  std::map<std::string, json::array> all;
  for (const auto& root : workspace_.roots()) {
    for (auto& [path, diagnostics] :
         diagnostics_by_file(workspace_, *analysis_of(root), encoding_)) {
      auto& list = all[path];
      // Two policies may say the same of a file that both import.
      for (auto& d : diagnostics) {
        if (std::find(list.begin(), list.end(), d) == list.end()) list.push_back(std::move(d));
      }
    }
  }
  for (const auto& [name, result] : results_) all[result.path].push_back(result.diagnostic);
  for (const auto& [path, diagnostics] : published_) all[path];
  for (const auto& [path, document] : workspace_.documents()) all[path];
  for (auto& [path, diagnostics] : all) {
    const auto* document = workspace_.document(path);
    const auto sent = published_.find(path);
    const bool same = sent != published_.end() ? sent->second == diagnostics : diagnostics.empty();
    // An open document is always answered: its editor waits for the new version.
    if (same && document == nullptr) continue;
    json::object params{{"uri", text_value(workspace_.uri(path))}, {"diagnostics", diagnostics}};
    if (document != nullptr) params["version"] = document->version;
    notify("textDocument/publishDiagnostics", std::move(params));
    if (diagnostics.empty()) {
      published_.erase(path);
    } else {
      published_[path] = std::move(diagnostics);
    }
  }
}

// ---- requests about a document -----------------------------------------------------------------

Request Server::Session::about(const json::value& params, bool position) {
  const auto path = document_path(params);
  auto project = workspace_.project(path);
  if (!project) throw RequestError(ErrorCode::invalid_params, "'" + path + "' cannot be read");
  Request r{workspace_, encoding_, std::move(*project), Places(workspace_, encoding_), 0};
  if (position) r.offset = r.places.lines(r.index()).offset(position_at(params, "position"));
  return r;
}

json::value Server::Session::on_definition(const json::value& params) {
  auto r = about(params, true);
  return definition(r);
}

json::value Server::Session::on_references(const json::value& params) {
  auto r = about(params, true);
  return references(r, flag_at(params, {"context", "includeDeclaration"}));
}

json::value Server::Session::on_highlights(const json::value& params) {
  auto r = about(params, true);
  return highlights(r);
}

json::value Server::Session::on_prepare_rename(const json::value& params) {
  auto r = about(params, true);
  return prepare_rename(r);
}

json::value Server::Session::on_rename(const json::value& params) {
  auto r = about(params, true);
  return rename(r, string_at(params, "newName"), document_changes_);
}

json::value Server::Session::on_hover(const json::value& params) {
  auto r = about(params, true);
  return hover(r);
}

json::value Server::Session::on_completion(const json::value& params) {
  auto r = about(params, true);
  return completion(r, snippets_);
}

json::value Server::Session::on_symbols(const json::value& params) {
  auto r = about(params, false);
  return document_symbols(r);
}

json::value Server::Session::on_folding(const json::value& params) {
  auto r = about(params, false);
  return folding_ranges(r);
}

json::value Server::Session::on_tokens(const json::value& params) {
  auto r = about(params, false);
  return semantic_tokens(r);
}

json::value Server::Session::on_formatting(const json::value& params) {
  auto r = about(params, false);
  return formatting(r);
}

json::value Server::Session::on_actions(const json::value& params) {
  auto r = about(params, false);
  const json::value range = object_at(params, "range");
  const auto& lines = r.places.lines(r.index());
  const Span at{lines.offset(position_at(range, "start")), lines.offset(position_at(range, "end"))};
  return code_actions(r, *analysis_of(workspace_.root_of(r.file().path)), at);
}

json::value Server::Session::on_lenses(const json::value& params) {
  auto r = about(params, false);
  json::array lenses;
  for (const auto& property : r.index().properties) {
    if (property.name.empty()) continue;
    std::string title = "Verify this property";
    const auto result = results_.find(r.file().path + "\n" + property.name);
    if (result != results_.end()) title = result->second.title;
    for (const auto& [id, job] : running_) {
      if (job.property == property.name && job.path == r.file().path) title = "Verifying...";
    }
    const auto uri = text_value(workspace_.uri(r.file().path));
    lenses.push_back(json::object{{"range", r.places.range(r.index(), property.at)},
                                  {"command",
                                   {{"title", text_value(title)},
                                    {"command", "splc.verifyProperty"},
                                    {"arguments", json::array{uri, text_value(property.name)}}}}});
  }
  return lenses;
}

// ---- the door ----------------------------------------------------------------------------------

Server::Server(FileReader reader, std::string version)
    : session_(std::make_unique<Session>(std::move(reader), std::move(version))) {}
Server::~Server() = default;

Output Server::handle(std::string_view message, Millis now) {
  session_->handle(message, now);
  return session_->take();
}

std::optional<Millis> Server::due() const {
  return session_->due();
}

Output Server::tick(Millis now) {
  session_->tick(now);
  return session_->take();
}

Output Server::job_ended(std::int64_t id, const JobResult& result) {
  session_->job_ended(id, result);
  return session_->take();
}

std::optional<int> Server::exit_status() const {
  return session_->exit_status();
}

}  // namespace spl::lsp
