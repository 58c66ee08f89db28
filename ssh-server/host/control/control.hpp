// What the two halves of the daemon say to each other: the worker, which speaks SSH with strangers
// and may do nothing else, and the monitor, which holds keys, checks who somebody is and starts
// programs as them (privilege separation, as in Provos, Friedl, Honeyman, "Preventing Privilege
// Escalation", 2003).
//
// One SOCK_SEQPACKET socket pair per worker, one message per packet, file descriptors beside it
// (SCM_RIGHTS). The monitor trusts nothing that a worker says: every message is decoded with
// bounds, belongs to a connection that this worker was given, and is announced to the policy
// `privsep` (ssh-server/policy/privsep.spl) before it is handled. Whatever a user must be known
// for, the monitor has found out itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"
#include "ssh/session.hpp"

namespace ssh::host {

/// Numbered by the monitor, never used twice.
using ConnectionId = std::uint64_t;
/// Numbered by the worker within a connection; for a channel's program, listener or outgoing
/// connection: its own id.
using RequestId = std::uint32_t;

// Worker to monitor. Every request has one answer, a Reply of the same kind with the same ids,
// unless it says that it has none.

namespace request {

/// For the first key exchange and each later one: hash is 32 to 64 bytes. Reply: Signature.
struct SignExchange {
  std::uint32_t host_key = 0;
  std::string algorithm;
  Bytes hash;
  /// Of the connection: the first exchange's hash. The monitor remembers the first and makes itself
  /// what users must sign.
  Bytes session_id;
};
/// hostkeys-prove-00@openssh.com: the monitor makes the data itself. Reply: Signatures, as many.
struct ProveHostKeys {
  struct Proof {
    std::uint32_t host_key = 0;
    std::string algorithm;
  };
  std::vector<Proof> proofs;
};
/// Reply: Authentication, to all of the Auth kind. `signature` absent: a query.
struct AuthNone {
  std::string user;
};
/// A method that nobody here knows.
struct AuthOther {
  std::string user, method;
};
struct AuthPublicKey {
  std::string user, algorithm;
  Bytes key;
  std::optional<Bytes> signature;
};
struct AuthPassword {
  std::string user, password;
  std::optional<std::string> new_password;
};
struct AuthInteractive {
  std::string user;
};
struct AuthInteractiveResponse {
  std::string user;
  std::vector<std::string> responses;
};
/// Reply: Program, with the descriptors that its shape says.
struct StartProgram {
  enum class Kind : std::uint8_t { shell, exec, subsystem } kind = Kind::shell;
  std::string command;
  std::vector<EnvRequest> environment;
  std::optional<PtyRequest> terminal;
  /// Offer the connection's agent socket to the program (after ForwardAgent).
  bool agent = false;
};
/// No answer. To the program's process group; names of RFC 4254 section 6.10.
struct SignalProgram {
  std::string signal;
};
/// No answer: the channel is gone; hang up.
struct EndProgram {};
/// Reply: Connected, with the socket.
struct ConnectTcp {
  std::string host;
  std::uint32_t port = 0;
};
struct ConnectStreamLocal {
  std::string path;
};
/// Reply: Listening, with the listening sockets (already listening, non-blocking): one, or one for
/// each of several addresses, all with the same port.
struct ListenTcp {
  std::string address;
  std::uint32_t port = 0;
};
struct ListenStreamLocal {
  std::string path;
};
/// Makes the connection's agent socket. Reply: Listening.
struct ForwardAgent {};
/// No answer: that listener is closed, remove its path if it has one.
struct StopListening {};
/// No answer. One line for the log, of a level as syslog's.
struct Log {
  std::uint8_t level = 6;
  std::string text;
};
/// No answer: a policy refused a message.
struct Refused {
  std::string automaton, statecall, text;
  bool inbound = true;
};
/// No answer: the connection is over.
struct Ended {
  std::string reason;
  bool orderly = false;
  SessionCounters counters;
};

}  // namespace request

using Request =
    std::variant<request::SignExchange, request::ProveHostKeys, request::AuthNone,
                 request::AuthOther, request::AuthPublicKey, request::AuthPassword,
                 request::AuthInteractive, request::AuthInteractiveResponse, request::StartProgram,
                 request::SignalProgram, request::EndProgram, request::ConnectTcp,
                 request::ConnectStreamLocal, request::ListenTcp, request::ListenStreamLocal,
                 request::ForwardAgent, request::StopListening, request::Log, request::Refused,
                 request::Ended>;

// Monitor to worker.

namespace reply {

/// A new connection, with its socket. (Not an answer.)
struct Connection {
  std::string peer_address, local_address;
  std::uint32_t peer_port = 0, local_port = 0;
  /// For a listener on a unix socket the addresses are "UNKNOWN", the ports 65535, as OpenSSH has
  /// it for what is no IP connection.
};
/// What this worker's sessions run with, from its start or a reload on: new connections use it.
/// (Not an answer.)
struct Options {
  SessionOptions session;  // `crypto` is not transported
  unsigned max_sessions = 10;
};
struct Signature {
  std::optional<Bytes> signature;  // or the monitor refuses
};
struct Signatures {
  std::optional<std::vector<Bytes>> signatures;
};
/// What the user may do from now on; comes with AuthSuccess. A hint for the worker, for good error
/// messages: the monitor checks all of it itself.
struct Permissions {
  std::string user;
  bool terminal = true;
  bool agent = true;
  bool local_forwarding = true;
  bool remote_forwarding = true;
  std::vector<std::string> accept_env;
  unsigned max_sessions = 10;
  Time alive_interval{};
  unsigned alive_count = 3;
};
struct Authentication {
  AuthAnswer answer;
  std::optional<Permissions> permissions;  // with AuthSuccess
  std::optional<std::string> banner;       // to be sent before the answer, once
};
struct Program {
  /// What comes with it, if it has started. pipes: its stdin, stdout and stderr, in this order;
  /// terminal: the master; socket: stdin and stdout in one (sftp). All are non-blocking.
  enum class Shape : std::uint8_t { pipes, terminal, socket } shape = Shape::pipes;
  bool started = false;
  std::string why_not;
};
/// The program has ended. (Not an answer; the id is the program's.)
struct ProgramEnded {
  std::optional<std::uint32_t> status;
  std::string signal;  // without SIG, if there is no status
  bool core_dumped = false;
};
struct Connected {
  bool connected = false;
  bool prohibited = false;
  std::string why_not;
};
struct Listening {
  bool listening = false;
  std::uint32_t port = 0;
  std::string why_not;
};
/// Close this connection: draining has taken too long, the server was told to, a limit was reached.
/// (Not an answer.)
struct Disconnect {
  DisconnectReason reason = DisconnectReason::by_application;
  std::string description;
};
/// No new connections will come; the worker ends when its last one has ended. (Not an answer; no
/// connection id.)
struct Drain {};

}  // namespace reply

using Reply = std::variant<reply::Connection, reply::Options, reply::Signature, reply::Signatures,
                           reply::Authentication, reply::Program, reply::ProgramEnded,
                           reply::Connected, reply::Listening, reply::Disconnect, reply::Drain>;

struct RequestMessage {
  ConnectionId connection = 0;
  RequestId id = 0;
  Request body;
};
struct ReplyMessage {
  ConnectionId connection = 0;
  RequestId id = 0;
  Reply body;
};

// main() runs the monitor; started as `statecall-sshd --worker ...` it calls run_worker(), which
// host/worker/ defines.

/// From the command line that the monitor makes.
struct WorkerOptions {
  /// Descriptor 3: the end of the pair.
  int control = 3;
  /// The source's end to the debugger's process (debug/reporter.hpp), if there is a debugger.
  std::optional<int> debugger;
  /// Whom to become, with no other groups; absent: already somebody without privileges (user mode).
  struct Identity {
    std::uint32_t user = 0, group = 0;
  };
  std::optional<Identity> identity;
  /// An empty directory that nobody may write, to chroot into; only with an identity.
  std::string empty_directory;
  bool sandbox = true;
};
/// The descriptor that a worker with --worker-debugged has its end of the other pair at.
inline constexpr int kWorkerDebugger = 4;
/// Returns the exit status once the monitor has gone, or after Drain and the last connection.
int run_worker(const WorkerOptions& options);

/// No message is larger than this.
inline constexpr std::size_t kLargestMessage = 256 * 1024;

Bytes encode(const RequestMessage& message);
Bytes encode(const ReplyMessage& message);
Result<RequestMessage> decode_request(ByteView bytes);
Result<ReplyMessage> decode_reply(ByteView bytes);

}  // namespace ssh::host
