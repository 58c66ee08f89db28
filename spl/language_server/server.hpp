// A language server for policies (Language Server Protocol 3.17), without input or output of its
// own: messages in, messages out. Whoever owns it does the framing (framing.hpp), keeps the clock
// and runs the verifications that it asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spl/parse.hpp"

namespace spl::lsp {

/// Time since whenever the owner likes; never runs backwards.
using Millis = std::chrono::milliseconds;

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

/// What the owner is to do: send the messages in this order, begin and end jobs.
struct Output {
  std::vector<std::string> messages;  // JSON, without headers
  std::vector<VerifyJob> start;
  std::vector<std::int64_t> cancel;  // ids; job_ended() is still to be told
};

class Server {
 public:
  /// How long a text must rest before it is checked.
  static constexpr Millis kRest{200};

  /// `reader` reads files that the editor has not opened. `version` is told to the client.
  Server(FileReader reader, std::string version);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes one message; any bytes will do.
  [[nodiscard]] Output handle(std::string_view message, Millis now);
  /// When tick() is wanted next; nullopt: not at all.
  [[nodiscard]] std::optional<Millis> due() const;
  [[nodiscard]] Output tick(Millis now);
  /// A job has ended, by itself or because it was cancelled. Unknown ids are ignored.
  [[nodiscard]] Output job_ended(std::int64_t id, const JobResult& result);
  /// Set once the client has said `exit`: 0 after a `shutdown`, else 1.
  [[nodiscard]] std::optional<int> exit_status() const;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace spl::lsp
