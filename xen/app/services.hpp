// TCP echo (RFC 862), discard (RFC 863), character generator (RFC 864), and a page over HTTP that
// shows what the stack does. One event loop calls it; the same in the unikernel and in a process.
#pragma once

#include <map>
#include <string>

#include "app/options.hpp"

namespace xenrt::app {

class Services {
 public:
  /// The stack must outlive the services.
  Services(Stack& stack, const Options& options);
  /// Listens, and calls if that is wanted. What went wrong, or empty.
  [[nodiscard]] std::string start(Instant now);
  /// Each event of the stack.
  void handle(const Event& event, Instant now);

 private:
  enum class Kind : std::uint8_t { echo, discard, chargen, http };
  struct Talk {
    Kind kind = Kind::echo;
    std::string out;         // waits to be written
    std::size_t sent = 0;    // of `out`
    std::string request;     // of HTTP, until it is whole
    std::uint64_t line = 0;  // of characters
    TimerId timer{};
    bool answered = false, peer_closed = false;
  };

  void call();
  void called(const Event& resolved);
  void begin(ConnectionId id, Kind kind, Instant now);
  void go_on(ConnectionId id, Talk& talk);
  bool write_out(ConnectionId id, Talk& talk);
  void echo(ConnectionId id, Talk& talk);
  void discard(ConnectionId id);
  void generate(ConnectionId id, Talk& talk);
  void http(ConnectionId id, Talk& talk);
  void end(ConnectionId id);

  Stack& stack_;
  const Options& options_;
  std::map<ListenerId, Kind> listeners_;
  std::map<ConnectionId, Talk> talks_;
  std::map<TimerId, ConnectionId> timers_;
  std::optional<QueryId> calling_;
  std::optional<TimerId> call_again_;
  Instant started_{}, now_{};
};

/// What the stack has counted, and its connections: one line.
[[nodiscard]] std::string status_json(const Stack& stack, Instant up);
/// The answer to an HTTP request, head and body.
[[nodiscard]] std::string answer_http(std::string_view request, const Stack& stack, Instant up);

}  // namespace xenrt::app
