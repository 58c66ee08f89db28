// Which policy is checked when, what is published of it, and who waits for that.
#include <algorithm>

#include "language_server/session.hpp"

namespace spl::lsp {
namespace {

bool holds(const std::shared_ptr<const Snapshot>& texts, const std::string& path) {
  return texts != nullptr && texts->files.contains(path);
}

}  // namespace

void Server::Session::tick(Millis now) {
  now_ = now;
  if (!due_ || now < *due_) return;
  look();
}

/// Takes the texts as they are now. What was said of a policy stays true while its texts stay.
void Server::Session::look() {
  due_.reset();
  std::map<std::string, Policy> now;
  for (const auto& root : workspace_.roots()) {
    auto& policy = now[root];
    const auto before = policies_.find(root);
    if (before != policies_.end()) policy = before->second;
    policy.texts = workspace_.snapshot(root);
  }
  policies_ = std::move(now);
  if (check_) {
    const auto at = policies_.find(check_->root);
    const bool wanted = at != policies_.end() && same_texts(*at->second.texts, *check_->texts);
    if (!wanted) stop_check();
  }
  start_check();
  publish();
}

/// One at a time: first what somebody waits for, then what is being edited.
void Server::Session::start_check() {
  if (check_ || due_) return;
  const std::string* next = nullptr;
  int best = -1;
  for (const auto& [root, policy] : policies_) {
    if (current(root) != nullptr) continue;
    const bool asked = std::any_of(waiting_.begin(), waiting_.end(),
                                   [&, &name = root](const auto& w) { return w.root == name; });
    const int rank = asked ? 2 : holds(policy.texts, edited_) ? 1 : 0;
    if (rank > best) next = &root;
    best = std::max(best, rank);
  }
  if (next == nullptr) return;
  check_ = UnderWay{++last_check_, *next, policies_.at(*next).texts};
  out_.check = CheckJob{check_->id, check_->root, check_->texts};
  out_.stop_check = false;
}

void Server::Session::stop_check() {
  if (!check_) return;
  check_.reset();
  out_.check.reset();
  out_.stop_check = true;
}

void Server::Session::checked(std::int64_t id, std::shared_ptr<const Analysis> analysis) {
  if (!check_ || check_->id != id) return;
  const auto done = *std::exchange(check_, std::nullopt);
  const auto at = policies_.find(done.root);
  if (at != policies_.end()) {
    at->second.checked_texts = done.texts;
    at->second.analysis = std::move(analysis);
  }
  start_check();
  publish();
  answer_waiting();
}

/// What was said of these very texts, or nullptr.
std::shared_ptr<const Analysis> Server::Session::current(const std::string& root) const {
  const auto at = policies_.find(root);
  if (at == policies_.end() || at->second.analysis == nullptr) return nullptr;
  const auto& policy = at->second;
  return same_texts(*policy.texts, *policy.checked_texts) ? policy.analysis : nullptr;
}

/// The first open policy that a file is part of, or "".
std::string Server::Session::root_with(const std::string& path) const {
  for (const auto& [root, policy] : policies_) {
    if (holds(policy.texts, path)) return root;
  }
  return {};
}

// ---- diagnostics -------------------------------------------------------------------------------

/// Sends what has changed since it was sent last; files that nothing speaks of any more are
/// cleared. Of a file nothing is sent before all policies that it is part of are checked.
void Server::Session::publish() {
  // Before look(), what is known is of texts that are gone.
  if (due_) return;
  std::map<std::string, json::array> all;
  std::set<std::string> pending;
  for (const auto& [root, policy] : policies_) {
    const auto analysis = current(root);
    if (analysis == nullptr) {
      for (const auto& [path, file] : policy.texts->files) pending.insert(path);
      continue;
    }
    for (auto& [path, diagnostics] : diagnostics_by_file(workspace_, *analysis, encoding_)) {
      auto& list = all[path];
      // Two policies may say the same of a file that both import.
      for (auto& d : diagnostics) {
        if (std::find(list.begin(), list.end(), d) == list.end()) list.push_back(std::move(d));
      }
    }
  }
  for (const auto& [name, result] : results_) all[result.path].push_back(result.diagnostic);
  for (const auto& [path, published] : published_) all[path];
  for (const auto& [path, document] : workspace_.documents()) all[path];
  for (auto& [path, diagnostics] : all) {
    if (!pending.contains(path)) publish_file(path, std::move(diagnostics));
  }
}

void Server::Session::publish_file(const std::string& path, json::array diagnostics) {
  const auto* document = workspace_.document(path);
  auto& sent = published_[path];
  // An open document is always answered: its editor waits for the new version.
  const bool told = document == nullptr || sent.version == document->version;
  if (!told || sent.diagnostics != diagnostics) {
    json::object params{{"uri", text_value(workspace_.uri(path))}, {"diagnostics", diagnostics}};
    if (document != nullptr) params["version"] = document->version;
    notify("textDocument/publishDiagnostics", std::move(params));
  }
  if (document == nullptr && diagnostics.empty()) {
    published_.erase(path);
    return;
  }
  sent.diagnostics = std::move(diagnostics);
  sent.version.reset();
  if (document != nullptr) sent.version = document->version;
}

// ---- requests that need a check ----------------------------------------------------------------

void Server::Session::on_actions(const json::value& id, const json::value& params) {
  const auto r = about(params, false);
  static_cast<void>(object_at(params, "range"));
  if (due_) look();
  const auto root = root_with(r.file().path);
  // Nothing is said of what is not open.
  if (root.empty()) return answer(id, json::array{});
  waiting_.push_back({id, params, root});
  start_check();
  answer_waiting();
}

json::value Server::Session::actions(const json::value& params, const Analysis& analysis) {
  auto r = about(params, false);
  const json::value range = object_at(params, "range");
  const auto& lines = r.places.lines(r.index());
  const Span at{lines.offset(position_at(range, "start")), lines.offset(position_at(range, "end"))};
  return code_actions(r, analysis, at);
}

void Server::Session::answer_waiting() {
  const auto asked = std::exchange(waiting_, {});
  for (const auto& request : asked) {
    const auto analysis = current(request.root);
    if (analysis == nullptr) {
      waiting_.push_back(request);
      continue;
    }
    try {
      answer(request.id, actions(request.params, *analysis));
    } catch (const RequestError& e) {
      fail(request.id, e.code, e.what());
    }
  }
}

void Server::Session::fail_waiting(ErrorCode code, std::string_view why) {
  for (const auto& request : std::exchange(waiting_, {})) fail(request.id, code, why);
}

/// True if the request was waiting.
bool Server::Session::cancel_waiting(const json::value& id) {
  const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Waiting& request) { return request.id == id; });
  if (at == waiting_.end()) return false;
  waiting_.erase(at);
  fail(id, ErrorCode::request_cancelled, "the request was cancelled");
  return true;
}

}  // namespace spl::lsp
