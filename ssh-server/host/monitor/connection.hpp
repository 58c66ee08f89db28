// One connection, as the monitor knows it: who it is from, who has logged in, and what runs and
// listens for them. What its worker asks for is decided here.
//
// Invariants: every message is announced to the policy privsep before it is handled or sent. When
// this is destroyed, nothing of the connection is left: its programs are hung up, its sockets
// removed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "monitor/connectors.hpp"
#include "monitor/context.hpp"
#include "monitor/login.hpp"
#include "monitor/privsep_table.hpp"
#include "monitor/programs.hpp"

namespace ssh::host::monitor {

class Connection {
 public:
  /// What a connection tells those who own it. None of them may destroy it before it has returned.
  struct Events {
    std::function<void(ReplyMessage, std::vector<UniqueFd>)> send;
    std::function<void()> logged_in;
  };

  Connection(Context& context, std::shared_ptr<const Settings> settings, ConnectionId id, Peer peer,
             Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// An Error: the worker has broken the policy, or asked for what no worker asks for; it is to be
  /// ended, with this in the log. Not for Ended.
  Result<void> handle(RequestMessage message);
  /// Whether the policy allows for the message now; moves it.
  Result<void> announce(const Request& request);
  void disconnect(DisconnectReason reason, std::string_view description);
  /// Somebody looks with the debugger, and is told where the policy is.
  void look();

  bool authenticated() const { return login_.authenticated(); }
  const Login& login() const { return login_; }
  const Peer& peer() const { return peer_; }
  ConnectionId id() const { return id_; }
  bool exchanged() const { return !session_id_.empty(); }
  std::size_t programs() const { return programs_.size(); }

 private:
  struct Running {
    pid_t child = 0;       // 0: the login's session has it
    std::string terminal;  // empty, or its login is recorded
  };
  struct Listener {
    std::string path;  // empty: nothing to remove
    bool agent = false;
  };

  bool allows(privsep::Statecall statecall);
  void send(RequestId id, Reply body, std::vector<UniqueFd> descriptors = {});

  Result<void> on(RequestId id, request::SignExchange& m);
  Result<void> on(RequestId id, request::ProveHostKeys& m);
  template <class Auth>
  Result<void> authenticate(RequestId id, const Auth& m);
  void authentication_answered(RequestId id, reply::Authentication answer);

  Result<void> on(RequestId id, request::StartProgram& m);
  Result<void> on(RequestId id, request::SignalProgram& m);
  Result<void> on(RequestId id, request::EndProgram& m);
  Result<StartedProgram> start(RequestId id, const ProgramPlan& plan);
  void signal(RequestId id, int number);
  void program_ended(RequestId id, int status);
  /// `hung_up`: it may not have ended yet.
  void log_out(const Running& program, bool hung_up);
  void session_begins();
  Result<void> on(RequestId id, request::ConnectTcp& m);
  Result<void> on(RequestId id, request::ConnectStreamLocal& m);
  Result<void> on(RequestId id, request::ListenTcp& m);
  Result<void> on(RequestId id, request::ListenStreamLocal& m);
  Result<void> on(RequestId id, request::ForwardAgent& m);
  Result<void> on(RequestId id, request::StopListening& m);
  Result<void> on(RequestId id, request::Log& m);
  Result<void> on(RequestId id, request::Refused& m);
  Result<void> on(RequestId id, request::Ended& m);

  template <class To>
  Result<void> connect(RequestId id, const To& to, const std::string& where);
  Result<void> start_listening(RequestId id, Task::Job job, bool agent);
  void listening(RequestId id, bool agent, Result<TaskAnswer> answer);
  void remove(const Listener& listener);
  /// Whether there is room for one more of everything that a user may have at once.
  bool room() const;

  Context& context_;
  std::shared_ptr<const Settings> settings_;
  const ConnectionId id_;
  Peer peer_;
  Events events_;
  privsep::Monitor policy_;
  std::uint64_t announced_ = 0;  // statecalls that it has not refused
  Bytes session_id_;
  Login login_;

  std::map<RequestId, Running> programs_;
  std::map<RequestId, std::unique_ptr<Task>> tasks_;
  std::map<RequestId, Listener> listeners_;
  std::string agent_socket_;
};

}  // namespace ssh::host::monitor
