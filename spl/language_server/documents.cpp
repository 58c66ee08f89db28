// What the editor tells of its documents, folders and files.
#include "language_server/session.hpp"
#include "language_server/uri.hpp"

namespace spl::lsp {

void Server::Session::texts_changed() {
  results_.clear();
  for (auto& [id, job] : running_) job.stale = true;
  fail_waiting(ErrorCode::content_modified, "the text has changed");
  due_ = now_ + kRest;
}

void Server::Session::did_open(const json::value& params) {
  const json::value document = object_at(params, "textDocument");
  const auto uri = string_at(document, "uri");
  const auto* version = find_at(document, {"version"});
  edited_ = path_of(uri);
  published_[edited_].version.reset();  // its editor waits for an answer, whatever was said before
  workspace_.open(edited_,
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
  edited_ = path;
  texts_changed();
}

void Server::Session::did_close(const json::value& params) {
  workspace_.close(document_path(params));
  texts_changed();
}

void Server::Session::did_save(const json::value&) {
  texts_changed();
}

void Server::Session::did_change_folders(const json::value& params) {
  const json::value event = object_at(params, "event");
  const auto removed = uris_of(array_at(event, "removed"));
  const auto added = uris_of(array_at(event, "added"));
  for (const auto& uri : removed) workspace_.remove_folder(path_of(uri));
  for (const auto& uri : added) workspace_.add_folder(path_of(uri));
}

void Server::Session::did_change_files(const json::value&) {
  // Texts are read again whenever they are wanted; only which files there are is kept.
  workspace_.files_came_or_went();
  texts_changed();
}

}  // namespace spl::lsp
