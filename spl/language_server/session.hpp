// Internal: the state of one connection with an editor.
#pragma once

#include <set>
#include <unordered_map>

#include "language_server/features.hpp"
#include "language_server/server.hpp"

namespace spl::lsp {

/// What Spin said of a property, and for which text.
struct PropertyResult {
  std::string title;  // for the code lens
  std::string path;   // where the property stands
  json::object diagnostic;
};

class Server::Session {
 public:
  Session(Disk disk, std::string version)
      : workspace_(std::move(disk)), version_(std::move(version)) {}

  void handle(std::string_view message, Millis now);
  void tick(Millis now);
  void checked(std::int64_t id, std::shared_ptr<const Analysis> analysis);
  void job_ended(std::int64_t id, const JobResult& result);
  [[nodiscard]] std::optional<Millis> due() const { return due_; }
  [[nodiscard]] std::optional<int> exit_status() const { return exit_status_; }
  [[nodiscard]] Output take() { return std::exchange(out_, {}); }

 private:
  using RequestHandler = json::value (Session::*)(const json::value& params);
  /// Of a request that is answered later.
  using LateHandler = void (Session::*)(const json::value& id, const json::value& params);
  using NotificationHandler = void (Session::*)(const json::value& params);
  static const std::unordered_map<std::string_view, RequestHandler>& request_handlers();
  static const std::unordered_map<std::string_view, LateHandler>& late_handlers();
  static const std::unordered_map<std::string_view, NotificationHandler>& notification_handlers();

  // Messages (server.cpp).
  void dispatch(const json::value& message);
  void response(const json::value& id, bool is_result);
  void request(const json::value& id, const std::string& method, const json::value& params);
  void notification(const std::string& method, const json::value& params);
  void send(json::object message);
  void answer(const json::value& id, json::value result);
  void fail(const json::value& id, ErrorCode code, std::string_view why);
  void notify(std::string_view method, json::object params);
  std::string ask(std::string_view method, json::value params);
  void show(int type, std::string_view text);

  // Life.
  json::value initialize(const json::value& params);
  json::value shutdown(const json::value& params);
  void initialized(const json::value& params);
  void exit(const json::value& params);

  // Documents.
  void did_open(const json::value& params);
  void did_change(const json::value& params);
  void did_close(const json::value& params);
  void did_save(const json::value& params);
  void did_change_folders(const json::value& params);
  void did_change_files(const json::value& params);
  void texts_changed();

  // Requests about a document.
  [[nodiscard]] Request about(const json::value& params, bool position);
  json::value on_definition(const json::value& params);
  json::value on_references(const json::value& params);
  json::value on_highlights(const json::value& params);
  json::value on_prepare_rename(const json::value& params);
  json::value on_rename(const json::value& params);
  json::value on_hover(const json::value& params);
  json::value on_completion(const json::value& params);
  json::value on_symbols(const json::value& params);
  json::value on_folding(const json::value& params);
  json::value on_tokens(const json::value& params);
  json::value on_formatting(const json::value& params);
  json::value on_workspace_symbols(const json::value& params);
  json::value on_lenses(const json::value& params);

  // Checks and diagnostics (checks.cpp).
  void on_actions(const json::value& id, const json::value& params);
  void look();
  void start_check();
  void stop_check();
  void publish();
  void publish_file(const std::string& path, json::array diagnostics);
  void answer_waiting();
  void fail_waiting(ErrorCode code, std::string_view why);
  bool cancel_waiting(const json::value& id);
  [[nodiscard]] std::shared_ptr<const Analysis> current(const std::string& root) const;
  [[nodiscard]] std::string root_with(const std::string& path) const;
  [[nodiscard]] json::value actions(const json::value& params, const Analysis& analysis);

  // Verification (verification.cpp).
  void execute(const json::value& id, const json::value& params);
  void cancel(const json::value& params);
  void cancel_progress(const json::value& params);
  void cancel_job(std::int64_t id);
  void conclude(std::int64_t id, const json::value& result);
  [[nodiscard]] json::object counterexample(const json::object& result, const std::string& root,
                                            json::array& related);
  void end_progress(std::int64_t id, std::string_view text);

  struct Running {
    json::value request;
    std::string root;  // the policy
    std::string path;  // where the property stands
    std::string property;
    bool cancelled = false;
    bool stale = false;  // the text has changed since
  };

  /// An open policy as it is now, and what was said of it last.
  struct Policy {
    std::shared_ptr<const Snapshot> texts;
    std::shared_ptr<const Snapshot> checked_texts;
    std::shared_ptr<const Analysis> analysis;  // of checked_texts
  };
  struct UnderWay {
    std::int64_t id = 0;
    std::string root;
    std::shared_ptr<const Snapshot> texts;
  };
  /// A request that waits for a check.
  struct Waiting {
    json::value id;
    json::value params;
    std::string root;
  };
  struct Published {
    json::array diagnostics;
    std::optional<std::int64_t> version;  // of the document, if it was open
  };

  enum class Life : std::uint8_t { created, initialized, shut_down };

  Workspace workspace_;
  std::string version_;
  Encoding encoding_ = Encoding::utf16;
  Life life_ = Life::created;
  std::optional<int> exit_status_;
  bool snippets_ = false;
  bool document_changes_ = false;
  bool progress_ = false;
  bool refresh_lenses_ = false;
  Output out_;
  Millis now_{};
  std::optional<Millis> due_;
  std::map<std::string, Policy> policies_;  // by root, as of the last look()
  std::optional<UnderWay> check_;
  std::string edited_;  // the document that was changed last
  std::vector<Waiting> waiting_;
  std::map<std::string, Published> published_;  // by path: what is shown, and all that is open
  std::map<std::int64_t, Running> running_;
  std::map<std::string, PropertyResult> results_;  // by path, "\n", property
  std::int64_t last_job_ = 0;
  std::int64_t last_check_ = 0;
  bool can_watch_ = false;
  std::string watch_request_;  // our question whether files can be watched
  std::int64_t last_request_ = 0;
};

}  // namespace spl::lsp
