// A language server for policies (Language Server Protocol 3.17), without input or output of its
// own: messages in, messages out. Whoever owns it does the framing (framing.hpp), keeps the clock
// and runs the checks and verifications that it asks for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language_server/disk.hpp"

namespace spl::lsp {

/// Time since whenever the owner likes; never runs backwards.
using Millis = std::chrono::milliseconds;

struct Snapshot;
struct Analysis;

/// A policy to be checked. All its texts are in it and never change: any thread may do it.
struct CheckJob {
  std::int64_t id = 0;
  std::string policy;  // its path
  std::shared_ptr<const Snapshot> texts;
};
/// Checks it, which may take long. nullptr soon after `stop` is set; a single large automaton is
/// explored to its end first.
[[nodiscard]] std::shared_ptr<const Analysis> run_check(const CheckJob& job,
                                                        const std::atomic<bool>& stop);

/// A property to be proved, as `splc verify --json --property NAME -` does in that directory with
/// that text as its input.
struct VerifyJob {
  std::int64_t id = 0;
  std::string directory;
  std::string text;
  std::string property;
};

struct JobResult {
  int exit = 0;        // as of `splc verify`; 128 + N for a process that signal N ended
  std::string output;  // what it printed
  std::string errors;
};

/// What the owner is to do: send the messages in this order, begin and end checks and jobs.
struct Output {
  std::vector<std::string> messages;  // JSON, without headers
  std::optional<CheckJob> check;      // in place of any that is under way, which is to be stopped
  bool stop_check = false;            // the one that is under way is not wanted any more
  std::vector<VerifyJob> start;
  std::vector<std::int64_t> cancel;  // ids; job_ended() is still to be told
};

class Server {
 public:
  /// How long a text must rest before it is checked.
  static constexpr Millis kRest{200};

  /// `disk` is asked for what the editor has not opened. `version` is told to the client.
  Server(Disk disk, std::string version);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes one message; any bytes will do.
  [[nodiscard]] Output handle(std::string_view message, Millis now);
  /// When tick() is wanted next; nullopt: not at all.
  [[nodiscard]] std::optional<Millis> due() const;
  [[nodiscard]] Output tick(Millis now);
  /// A check is done. Those that are not the one asked for last are ignored.
  [[nodiscard]] Output checked(std::int64_t id, std::shared_ptr<const Analysis> analysis);
  /// A job has ended, by itself or because it was cancelled. Unknown ids are ignored.
  [[nodiscard]] Output job_ended(std::int64_t id, const JobResult& result);
  /// Set once the client has said `exit`: 0 after a `shutdown`, else 1.
  [[nodiscard]] std::optional<int> exit_status() const;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace spl::lsp
