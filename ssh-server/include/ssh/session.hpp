// One SSH connection, seen by the server: bytes in, bytes and events out. No socket, no clock, no
// randomness of its own: the caller (the host) brings all three, so a test can run it in memory
// under a clock of its own, and a unikernel without an operating system.
//
// How it is driven:
//   1. Bytes came:  session.receive(bytes, now), then session.poll() until it gives nothing.
//   2. An event asks for something: answer it with the member named beside it, at once or later;
//   then poll() again.
//   3. After any call: send what output() holds, as far as the peer takes it, and say
//   consume_output(n), then poll() again: what waited for room goes on.
//   4. At next_timeout(): session.handle_timeout(now), then poll() again.
//   5. While wants_input() is false, read nothing from the peer. When closed(), send the rest of
//   output() and close.
//
// Views in events are valid until the next call of a member that is not const. Not for two threads
// at a time.
//
// The order of messages is decided by the policies in ssh-server/policy, proven with Spin, and by
// nothing else; a message they refuse ends the connection and nothing of it has been handled.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ssh/buffer_pool.hpp"
#include "ssh/bytes.hpp"
#include "ssh/crypto.hpp"
#include "ssh/policy_place.hpp"
#include "ssh/tap.hpp"

namespace ssh {

/// Time since any fixed moment, never going back.
using Time = std::chrono::nanoseconds;

/// RFC 4250 section 4.2.2.
enum class DisconnectReason : std::uint32_t {
  host_not_allowed_to_connect = 1,
  protocol_error = 2,
  key_exchange_failed = 3,
  mac_error = 5,
  compression_error = 6,
  service_not_available = 7,
  protocol_version_not_supported = 8,
  host_key_not_verifiable = 9,
  connection_lost = 10,
  by_application = 11,
  too_many_connections = 12,
  no_more_auth_methods_available = 14,
};

/// A host key as far as the session knows it: the private half is elsewhere.
struct HostKey {
  Bytes public_blob;
  /// What it can sign with, best first: "ssh-ed25519", or "rsa-sha2-512" and "rsa-sha2-256", ...
  std::vector<std::string> algorithms;
};

/// What all connections of a server have in common. Names are in the order of preference and have
/// been checked against the provider.
struct SessionOptions {
  const CryptoProvider* crypto = nullptr;
  /// Of the thread that drives the sessions; outlives them. Without one, each session keeps buffers
  /// of its own.
  BufferPool* buffers = nullptr;
  std::vector<std::string> key_exchange;
  std::vector<std::string> ciphers;
  std::vector<std::string> macs;
  /// Allow zlib@openssh.com.
  bool compression = false;
  std::vector<HostKey> host_keys;
  /// server-sig-algs (RFC 8308): what publickey authentication accepts.
  std::vector<std::string> public_key_algorithms;

  /// Behind "SSH-2.0-"; printable, no blank or '-' (RFC 4253 section 4.2).
  std::string software = "Statecall_1";
  std::string version_comment;

  /// Zero: no limit of that kind. rekey_bytes of zero: what the cipher wants (RFC 4344
  /// section 3.2).
  std::uint64_t rekey_bytes = 0;
  Time rekey_time{};
  Time login_grace = std::chrono::seconds(120);
  /// Failed attempts after which the connection ends (at most 20, which the policy proves).
  unsigned max_auth_tries = 6;
  unsigned max_channels = 64;
  /// Silence after which the client is asked for a sign of life; zero: never. It may leave so many
  /// unanswered.
  Time alive_interval{};
  unsigned alive_count = 3;

  /// Bytes that a channel's peer may send ahead.
  std::uint32_t window = 2U << 20;
  /// Largest that `window` grows to while the peer uses it up (flow control that adapts).
  std::uint32_t window_limit = 16U << 20;
  std::uint32_t max_packet = 32768;
  /// The largest packet_length that is taken, 35000 (RFC 4253 section 6.1) to 256 KiB (OpenSSH's).
  /// What a client that is not logged in yet can make the session hold is about this.
  std::uint32_t largest_packet = 256 * 1024;
};

// What authentication is asked for (RFC 4252, 4256).

struct NoneRequest {};
/// A query if there is no signature. `signed_data` is what the signature must be over, with the
/// session id first.
struct PublicKeyRequest {
  std::string_view algorithm;
  ByteView key;
  std::optional<ByteView> signature;
  Bytes signed_data;
};
struct PasswordRequest {
  std::string_view password;
  /// RFC 4252 section 8: the client wants to change it.
  std::optional<std::string_view> new_password;
};
struct KeyboardInteractiveRequest {
  std::string_view submethods;
};
/// What the client answers to prompts; one string per prompt.
struct KeyboardInteractiveResponse {
  std::vector<std::string_view> responses;
};
struct OtherMethodRequest {
  std::string_view method;
};
using AuthMethodRequest =
    std::variant<NoneRequest, PublicKeyRequest, PasswordRequest, KeyboardInteractiveRequest,
                 KeyboardInteractiveResponse, OtherMethodRequest>;

struct Prompt {
  std::string text;
  bool echo = false;
};

// How the host answers.
struct AuthSuccess {};
/// `methods`: what may go on (RFC 4252 section 5.1). partial: this method succeeded, but more is
/// wanted.
struct AuthFailure {
  std::vector<std::string> methods;
  bool partial = false;
  /// Whether it counts against max_auth_tries. ("none", which every client asks first, does not.)
  bool counts = true;
};
/// To a query: a signature by this key would do.
struct AuthPublicKeyOk {};
/// To password: RFC 4252 section 8.
struct AuthPasswordChange {
  std::string prompt;
};
/// To keyboard-interactive and its responses.
struct AuthPrompts {
  std::string name;
  std::string instruction;
  std::vector<Prompt> prompts;
};
using AuthAnswer =
    std::variant<AuthSuccess, AuthFailure, AuthPublicKeyOk, AuthPasswordChange, AuthPrompts>;

// What channels and requests are about (RFC 4254).

struct OpenSession {};
struct OpenDirectTcp {
  std::string host;
  std::uint32_t port = 0;
  std::string originator;
  std::uint32_t originator_port = 0;
};
struct OpenDirectStreamLocal {
  std::string path;
};
using ChannelOpening = std::variant<OpenSession, OpenDirectTcp, OpenDirectStreamLocal>;

/// RFC 4254 section 5.1.
enum class OpenFailureReason : std::uint32_t {
  administratively_prohibited = 1,
  connect_failed = 2,
  unknown_channel_type = 3,
  resource_shortage = 4,
};

struct TerminalSize {
  std::uint32_t columns = 0, rows = 0, width_pixels = 0, height_pixels = 0;
};
/// One mode of RFC 4254 section 8.
struct TerminalMode {
  std::uint8_t opcode = 0;
  std::uint32_t argument = 0;
};
struct PtyRequest {
  std::string term;
  TerminalSize size;
  std::vector<TerminalMode> modes;
};
struct EnvRequest {
  std::string name, value;
};
struct ShellRequest {};
struct ExecRequest {
  std::string command;
};
struct SubsystemRequest {
  std::string name;
};
struct WindowChangeRequest {
  TerminalSize size;
};
/// Without "SIG".
struct SignalRequest {
  std::string name;
};
/// RFC 4335.
struct BreakRequest {
  std::uint32_t milliseconds = 0;
};
struct AgentForwardingRequest {};
using ChannelRequestKind =
    std::variant<PtyRequest, EnvRequest, ShellRequest, ExecRequest, SubsystemRequest,
                 WindowChangeRequest, SignalRequest, BreakRequest, AgentForwardingRequest>;

struct TcpForwardRequest {
  std::string address;
  std::uint32_t port = 0;
};
struct CancelTcpForwardRequest {
  std::string address;
  std::uint32_t port = 0;
};
struct StreamLocalForwardRequest {
  std::string path;
};
struct CancelStreamLocalForwardRequest {
  std::string path;
};
using GlobalRequestKind = std::variant<TcpForwardRequest, CancelTcpForwardRequest,
                                       StreamLocalForwardRequest, CancelStreamLocalForwardRequest>;

namespace event {

/// Both KEXINITs agree, or the keys have been changed. For the log.
struct KeysAgreed {
  std::string client_version;
  std::string key_exchange, host_key, cipher_in, cipher_out, mac_in, mac_out;
  bool compression = false;
  bool strict = false;
  bool first = false;
};
/// -> exchange_signed(). Nothing else is handled until then.
struct SignExchangeHash {
  std::size_t host_key = 0;  // in SessionOptions::host_keys
  std::string_view algorithm;
  ByteView hash;
};
/// hostkeys-prove-00@openssh.com -> host_keys_proved(). Each is to be signed over the bytes given.
struct ProveHostKeys {
  struct Proof {
    std::size_t host_key = 0;
    std::string algorithm;
    Bytes data;
  };
  std::vector<Proof> proofs;
};
/// -> answer_authentication(). Nothing else is handled until then.
struct Authenticate {
  std::string_view user;
  AuthMethodRequest request;
};
/// Authentication has succeeded; the limits of the time before it are gone.
struct LoggedIn {
  std::string user;
};
/// -> confirm_channel() or refuse_channel(), in any order, while other things go on.
struct ChannelOpen {
  ChannelId channel = 0;
  ChannelOpening opening;
};
/// To a channel that the server opened: see open_*().
struct ChannelConfirmed {
  ChannelId channel = 0;
};
struct ChannelRefused {
  ChannelId channel = 0;
  std::string description;
};
/// -> answer_channel_request(), whether or not the client wants to know. Nothing else is handled
/// until then.
struct ChannelRequest {
  ChannelId channel = 0;
  ChannelRequestKind request;
};
/// -> channel_consumed(), when the bytes have gone on; the window is not opened before.
struct ChannelData {
  ChannelId channel = 0;
  ByteView data;
  bool is_stderr = false;
};
struct ChannelEof {
  ChannelId channel = 0;
};
/// Both ends have closed, or the connection is over: the id is free.
struct ChannelClosed {
  ChannelId channel = 0;
};
/// channel_room() may be larger than before.
struct ChannelWritable {
  ChannelId channel = 0;
};
/// -> answer_global_request(). Nothing else is handled until then.
struct GlobalRequest {
  GlobalRequestKind request;
};
/// The policy refused a message. The connection is over.
struct Refused {
  std::string automaton, statecall;
  /// What explain() of the monitor says: as text of several lines, and as one JSON object.
  std::string text, json;
  bool inbound = true;
};
/// The connection is over; the last event there is.
struct Closed {
  /// One line.
  std::string reason;
  /// The client said goodbye, or the host did.
  bool orderly = false;
};

}  // namespace event

using SessionEvent =
    std::variant<event::KeysAgreed, event::SignExchangeHash, event::ProveHostKeys,
                 event::Authenticate, event::LoggedIn, event::ChannelOpen, event::ChannelConfirmed,
                 event::ChannelRefused, event::ChannelRequest, event::ChannelData,
                 event::ChannelEof, event::ChannelClosed, event::ChannelWritable,
                 event::GlobalRequest, event::Refused, event::Closed>;

/// What the session has counted, for metrics.
struct SessionCounters {
  std::uint64_t bytes_in = 0, bytes_out = 0, packets_in = 0, packets_out = 0;
  std::uint64_t key_exchanges = 0, auth_failures = 0;
};

class Session {
 public:
  /// The options outlive the session. Its greeting is in output() at once. `tap`: see set_tap().
  Session(std::shared_ptr<const SessionOptions> options, Time now, Tap* tap = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The bytes are overwritten (decrypted where they lie), and belong to the caller again once
  /// poll() has given nothing.
  void receive(MutableBytes bytes, Time now);
  /// The peer's half of the transport connection has ended.
  void receive_end(Time now);
  std::optional<SessionEvent> poll();
  bool wants_input() const;

  ByteView output() const;
  void consume_output(std::size_t bytes);

  std::optional<Time> next_timeout() const;
  void handle_timeout(Time now);

  bool closed() const;
  /// Says goodbye: DISCONNECT with that reason. Events go on until Closed.
  void disconnect(DisconnectReason reason, std::string_view description);

  // Answers to events.
  void exchange_signed(Result<Bytes> signature);
  void host_keys_proved(Result<std::vector<Bytes>> signatures);
  void answer_authentication(AuthAnswer answer);
  /// Shown by the client before it is logged in; any time before that.
  void send_banner(std::string_view text);
  void confirm_channel(ChannelId channel);
  void refuse_channel(ChannelId channel, OpenFailureReason reason, std::string_view description);
  void answer_channel_request(bool success);
  /// `port`: the one that was bound, for a tcpip-forward that asked for port 0.
  void answer_global_request(bool success, std::uint32_t port = 0);

  // Channels. Ids that are not open any more are ignored: the client may have closed them
  // meanwhile.

  /// How many bytes channel_write() takes now: window and packet size of the client, and what
  /// output() holds already (at most a few hundred KiB); 0 while keys are changed.
  std::size_t channel_room(ChannelId channel) const;
  /// Sends at most channel_room() bytes; returns how many.
  std::size_t channel_write(ChannelId channel, ByteView data, bool is_stderr = false);
  void channel_eof(ChannelId channel);
  /// The program has ended. exit_status or exit_signal; then channel_close().
  void channel_exit_status(ChannelId channel, std::uint32_t status);
  void channel_exit_signal(ChannelId channel, std::string_view signal, bool core_dumped,
                           std::string_view message);
  void channel_close(ChannelId channel);
  /// So many bytes of ChannelData have been dealt with.
  void channel_consumed(ChannelId channel, std::size_t bytes);

  /// For a connection that came in at a forwarded address; the answer is ChannelConfirmed or
  /// ChannelRefused.
  std::optional<ChannelId> open_forwarded_tcp(const OpenDirectTcp& connection);
  std::optional<ChannelId> open_forwarded_stream_local(std::string_view path);
  std::optional<ChannelId> open_agent();

  /// Of the first key exchange (RFC 4253 section 7.2); empty before it.
  ByteView session_id() const;
  SessionCounters counters() const;
  /// Where the policies are: of the connection, then of each channel in the order of their ids. For
  /// people to look at; empty without monitors.
  std::vector<PolicyPlace> policy_places() const;
  /// Who looks on from now on; null: nobody. It outlives the session, is told at once of every
  /// monitor that is there, then of each statecall as it is announced, and calls nothing of the
  /// session's. Without monitors it is told nothing.
  void set_tap(Tap* tap);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ssh
