// One connection: which messages may come when, and who answers them.
#include "language_server/server.hpp"

#include <algorithm>

#include "language_server/protocol_numbers.hpp"
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
      {"workspaceSymbolProvider", true},
      {"workspace", {{"workspaceFolders", {{"supported", true}, {"changeNotifications", true}}}}},
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

/// Addresses of the folders that the editor has open when it starts.
std::vector<std::string> folders_of(const json::value& params) {
  const auto* folders = find_at(params, {"workspaceFolders"});
  if (folders != nullptr && folders->is_array()) return uris_of(folders->get_array());
  // Older clients have one folder, or none.
  const auto* root = find_at(params, {"rootUri"});
  if (root != nullptr && root->is_string()) return {std::string(root->get_string())};
  return {};
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

/// The question's id.
std::string Server::Session::ask(std::string_view method, json::value params) {
  auto id = "splc-" + std::to_string(++last_request_);
  json::object message{{"id", id}, {"method", method}};
  if (!params.is_null()) message["params"] = std::move(params);
  send(std::move(message));
  return id;
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
    // An answer to a question of ours; anything else is none of the protocol's.
    const bool is_result = find_at(message, {"result"}) != nullptr;
    const bool is_response = is_id && (is_result || find_at(message, {"error"}) != nullptr);
    if (is_response) return response(*id, is_result);
    fail(is_id ? *id : nullptr, ErrorCode::invalid_request, "no 'method'");
    return;
  }
  const std::string name(method->get_string());
  if (id == nullptr) return notification(name, params_of(message));
  if (!is_id) return fail(nullptr, ErrorCode::invalid_request, "'id' is neither string nor number");
  request(*id, name, params_of(message));
}

void Server::Session::response(const json::value& id, bool is_result) {
  if (is_result && id.is_string() && id.get_string() == watch_request_) workspace_.watch();
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
    const auto late = late_handlers().find(method);
    if (late != late_handlers().end()) return (this->*late->second)(id, params);
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
      {"textDocument/codeLens", &Session::on_lenses},
      {"workspace/symbol", &Session::on_workspace_symbols},
  };
  return handlers;
}

const std::unordered_map<std::string_view, Server::Session::LateHandler>&
Server::Session::late_handlers() {
  static const std::unordered_map<std::string_view, LateHandler> handlers = {
      {"textDocument/codeAction", &Session::on_actions},
      {"workspace/executeCommand", &Session::execute},
  };
  return handlers;
}

const std::unordered_map<std::string_view, Server::Session::NotificationHandler>&
Server::Session::notification_handlers() {
  static const std::unordered_map<std::string_view, NotificationHandler> handlers = {
      {"initialized", &Session::initialized},
      {"exit", &Session::exit},
      {"textDocument/didOpen", &Session::did_open},
      {"textDocument/didChange", &Session::did_change},
      {"textDocument/didClose", &Session::did_close},
      {"textDocument/didSave", &Session::did_save},
      {"workspace/didChangeWatchedFiles", &Session::did_change_files},
      {"workspace/didChangeWorkspaceFolders", &Session::did_change_folders},
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
  can_watch_ = flag_at(
      params, {"capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration"});
  for (const auto& folder : folders_of(params)) workspace_.add_folder(path_of(folder));
  life_ = Life::initialized;
  return json::object{{"capabilities", capabilities(encoding_)},
                      {"serverInfo", {{"name", "splc"}, {"version", version_}}}};
}

void Server::Session::initialized(const json::value&) {
  if (!can_watch_) return;
  const json::object options{{"watchers", json::array{json::object{{"globPattern", "**/*.spl"}}}}};
  watch_request_ =
      ask("client/registerCapability",
          json::object{{"registrations",
                        json::array{json::object{{"id", "splc-policies"},
                                                 {"method", "workspace/didChangeWatchedFiles"},
                                                 {"registerOptions", options}}}}});
}

json::value Server::Session::shutdown(const json::value&) {
  life_ = Life::shut_down;
  due_.reset();
  stop_check();
  fail_waiting(ErrorCode::request_cancelled, "the server is shutting down");
  for (const auto& [id, job] : running_) out_.cancel.push_back(id);
  return nullptr;
}

void Server::Session::exit(const json::value&) {
  exit_status_ = life_ == Life::shut_down ? 0 : 1;
  due_.reset();
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
  auto renamed = rename(r, string_at(params, "newName"), document_changes_);
  if (!renamed.unknown.empty()) {
    std::string text = "Not looked into, and so not renamed in:";
    for (const auto& what : renamed.unknown) text += "\n" + what;
    show(severity::kWarning, text);
  }
  return std::move(renamed.edit);
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

json::value Server::Session::on_workspace_symbols(const json::value& params) {
  return workspace_symbols(workspace_, string_at(params, "query"), encoding_);
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

Server::Server(Disk disk, std::string version)
    : session_(std::make_unique<Session>(std::move(disk), std::move(version))) {}
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

Output Server::checked(std::int64_t id, std::shared_ptr<const Analysis> analysis) {
  session_->checked(id, std::move(analysis));
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
