// Drives a Session, with cryptography stubbed, by statecalls: the client says the message that a
// statecall names, the host does what makes the server send one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ssh/session.hpp"
#include "support/speaker.hpp"
#include "support/stub_crypto.hpp"

namespace ssh::test {

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
  std::uint8_t option = 0;
};

class Actor {
 public:
  enum class Awaiting : std::uint8_t { nothing, authentication, request, global };

  /// Bytes go to the session in pieces of this size.
  explicit Actor(std::size_t piece = 1U << 20);

  bool can_say(Statecall s) const { return talk().can_say(s); }
  bool accepted(Statecall s) const { return talk().accepted(s); }
  bool strict_is_possible() const { return talk().strict_is_possible(); }
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
  bool listening() const {
    return talk().identified() && awaiting_ == Awaiting::nothing && !talk().closed();
  }
  const std::string& fault() const { return talk().fault(); }
  const policy::Monitor& monitor() const { return talk().monitor(); }
  const channel_policy::Monitor& channel() const { return talk().channel(); }
  bool had_channel() const { return talk().had_channel(); }
  /// What decides, beside the monitors, what can be said.
  std::string context() const;
  Session& session() { return session_; }
  const std::vector<Statecall>& trace() const { return talk().trace(); }

 private:
  const Conversation& talk() const { return speaker_.conversation; }
  Conversation& talk() { return speaker_.conversation; }
  void settle();

  struct Listener;
  /// A channel, as the host knows it.
  struct Hosted {
    std::size_t unconsumed = 0;
    bool asked = false;  // the host is to confirm or refuse it
  };

  std::size_t piece_;
  std::shared_ptr<SessionOptions> options_ = stub_options();
  Time now_ = std::chrono::seconds(1000);
  Session session_;
  Speaker speaker_;
  std::map<ChannelId, Hosted> hosted_;
  bool query_ = false;  // what waits for its answer is only a query, which does not let anybody in
  Awaiting awaiting_ = Awaiting::nothing;
  ChannelId requested_ = 0;
  Outcome* provoked_ = nullptr;
};

}  // namespace ssh::test
