// Drives a Session, with cryptography stubbed, by statecalls: the client says the message that a
// statecall names, the host does what makes the server send one. Everything that goes either way is
// announced to monitors of the test's own, so they say in which joint state of the policies the
// server is, and that it keeps to them is checked from outside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel.hpp"  // generated from channel.spl
#include "ssh.hpp"      // generated from ssh.spl
#include "ssh/session.hpp"
#include "support/client.hpp"
#include "support/stub_crypto.hpp"

namespace ssh::test {

using Statecall = policy::Statecall;

/// What the host may do.
enum class HostAct : std::uint8_t {
  auth_success,
  auth_failure,
  auth_partial,
  auth_pk_ok,
  auth_password_change,
  auth_prompts,
  grant_request,
  deny_request,
  grant_global,
  deny_global,
  // From here on at any time.
  confirm,
  refuse,
  banner,
  write,
  write_stderr,
  eof,
  exit_status,
  exit_signal,
  close,
  consume,
  open,
  rekey,
  alive,
  disconnect,
  count
};

/// One step of a script.
struct Act {
  bool by_host = false;
  HostAct host{};
  Statecall said{};
  /// Of a KEXINIT: the method, and the bits below.
  std::uint8_t option = 0;
};
inline constexpr std::uint8_t kMethod = 3, kGuess = 4, kStrict = 8, kExtInfo = 16;
inline constexpr std::uint8_t kKexOptions = 32;

class Actor {
 public:
  enum class Awaiting : std::uint8_t { nothing, authentication, request, global };

  /// Bytes go to the session in pieces of this size.
  explicit Actor(std::size_t piece = 1U << 20);

  /// Whether the message can be made at all: before identification there are no packets, and a
  /// method's messages are named by the method that was agreed on.
  bool can_say(Statecall statecall) const;
  /// Whether the policies would let it through now.
  bool accepted(Statecall statecall) const;
  /// Whether a first KEXINIT may ask for strict key exchange: not after anything else was said.
  bool strict_is_possible() const;
  /// `meant`: a client that goes on with its part. Otherwise the bytes alone are sent.
  void say(Statecall statecall, std::uint8_t option, bool meant);
  bool can_do(HostAct act) const;
  void perform(HostAct act);
  void run(const Act& act);

  /// For a refused message: what came of it.
  struct Outcome {
    std::vector<SessionEvent> events;
    std::vector<Bytes> heard;
  };
  Outcome provoke(Statecall statecall);

  Awaiting awaiting() const { return awaiting_; }
  bool listening() const { return version_in_ && awaiting_ == Awaiting::nothing && !closed_; }
  bool closed() const { return closed_; }
  /// What went wrong: the server did what the policies do not allow, or stopped unexpectedly.
  const std::string& fault() const { return fault_; }
  const policy::Monitor& monitor() const { return monitor_; }
  /// Of channel 0; when it is gone, as it was at its end.
  const channel_policy::Monitor& channel() const;
  bool has_channel() const { return !channels_.empty(); }
  bool had_channel() const { return had_channel_; }
  /// What decides, beside the monitors, what can be said.
  std::string context() const;
  Session& session() { return session_; }
  /// Everything announced so far.
  const std::vector<Statecall>& trace() const { return trace_; }

 private:
  void announce(Statecall statecall, std::optional<ChannelId> channel = {});
  void deliver();
  void settle();
  void on(ByteView payload);
  Statecall name_of(ByteView payload) const;
  Statecall reply_name() const;
  void forget(ChannelId id);
  std::optional<ChannelId> channel_for(Statecall statecall) const;
  ChannelId next_id() const;
  void send(Statecall statecall, ChannelId channel);
  void send_auth(Statecall statecall);
  bool send_channel_request(Statecall statecall, ChannelId channel);
  ClientOptions client_options(std::uint8_t option) const;

  struct Listener;
  struct Mine {
    channel_policy::Monitor monitor;
    std::size_t unconsumed = 0;
    bool asked = false;  // the host is to confirm or refuse it
  };

  std::size_t piece_;
  std::shared_ptr<SessionOptions> options_ = stub_options();
  Time now_ = std::chrono::seconds(1000);
  Session session_;
  Client client_;
  policy::Monitor monitor_;
  std::map<ChannelId, Mine> channels_;
  std::vector<Statecall> trace_;
  std::string fault_;
  std::optional<wire::KexFamily> family_;
  Statecall sixty_{};  // what a message 60 of the server's is
  bool guess_ = false, version_in_ = false, holding_ = false, first_ = true, closed_ = false;
  bool had_channel_ = false;
  bool ext_info_ = false;  // the server is to send it with its first keys
  channel_policy::Monitor last_;
  bool query_ = false;  // what waits for its answer is only a query, which does not let anybody in
  Awaiting awaiting_ = Awaiting::nothing;
  ChannelId requested_ = 0;
  Outcome* provoked_ = nullptr;
};

}  // namespace ssh::test
