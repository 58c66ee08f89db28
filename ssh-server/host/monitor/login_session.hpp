// The session of a login with PAM: a privileged process that belongs to one connection, has the
// handle of PAM that the user was let in with, and starts the user's programs, which so inherit
// what modules have done to it (see pam.hpp).
//
// It lives for as long as its channel to the monitor is open. When that ends, in whichever way, it
// hangs up what still runs, closes the session and gives the credentials back: nobody has to be
// alive to tell it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/channel.hpp"
#include "monitor/context.hpp"
#include "monitor/programs.hpp"

namespace ssh::host::monitor {

struct SessionOpened {
  bool ok = false;
  /// For the log.
  std::string why_not;
  /// What modules want the user to see.
  std::string message;
  std::vector<std::pair<std::string, std::string>> environment;
};

/// The monitor's side.
class LoginSession {
 public:
  struct Events {
    /// status: as of waitpid(2).
    std::function<void(RequestId id, int status)> program_ended;
    /// The process has gone, and the programs with it.
    std::function<void()> lost;
  };
  /// Called once, never from inside of open(), and never after this has been destroyed. It may
  /// destroy this.
  using Opened = std::function<void(Result<SessionOpened>)>;

  LoginSession(Context& context, Channel channel);
  /// The session is closed soon after.
  ~LoginSession();
  LoginSession(const LoginSession&) = delete;
  LoginSession& operator=(const LoginSession&) = delete;

  /// First of all. Modules may take their time.
  void open(Opened opened);
  void on_events(Events events) { events_ = std::move(events); }

  /// The id is not in use. The program's end is told by an event, also if it could not be started.
  Result<StartedProgram> start(RequestId id, const ProgramPlan& plan, UniqueFd debugger = {});
  /// To the program's process group. A program that has ended meanwhile is no mistake.
  void signal(RequestId id, int number);

 private:
  Result<void> send(Bytes message, std::vector<UniqueFd> descriptors = {});
  void watch_writable();
  void receive();
  void handle(ByteView message);
  void lose(const std::string& why);

  Context& context_;
  Channel channel_;
  Loop::Handle readable_, writable_, lost_;
  Opened opened_;
  Events events_;
};

class Pam;
/// In the process, after a check that was ok: waits for open(), and serves until the channel ends.
void serve_session(Channel& monitor, Pam& pam);

// Between the two.

namespace session_request {
struct Open {};
/// With the program's input and output (Plumbing::theirs()).
struct Start {
  RequestId id = 0;
  ProgramPlan plan;
  std::string terminal_name;
};
struct Signal {
  RequestId id = 0;
  int number = 0;
};
}  // namespace session_request
using SessionRequest =
    std::variant<session_request::Open, session_request::Start, session_request::Signal>;
struct SessionProgramEnded {
  RequestId id = 0;
  int status = 0;
};
using SessionAnswer = std::variant<SessionOpened, SessionProgramEnded>;

Bytes encode(const SessionRequest& request);
Bytes encode(const SessionAnswer& answer);
/// A plan's terminal is there or not; what the client wants of it is not transported, since it has
/// been made already.
Result<SessionRequest> decode_session_request(ByteView bytes);
Result<SessionAnswer> decode_session_answer(ByteView bytes);

}  // namespace ssh::host::monitor
