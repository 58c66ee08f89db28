// Whether a password is right, or what else a user has to answer: asked of the users file
// (users_file.hpp) or of PAM, in a process of its own, since both take their time. PAM's process
// may become the one of the user's session (login_session.hpp).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/channel.hpp"
#include "monitor/children.hpp"
#include "monitor/context.hpp"

namespace ssh::host::monitor {

struct PasswordVerdict {
  bool ok = false;
  /// The password is right, but the account may not log in; for the log.
  std::string why_not;
  /// Not decided yet: the user has to answer these (RFC 4256); respond() goes on.
  std::optional<AuthPrompts> prompts;
  /// What PAM wants the user to see.
  std::string message;
};

struct PasswordQuestion {
  std::string user;
  /// The user exists and may log in. If not, the same work is done, and it fails.
  bool valid = false;
  /// Absent: a conversation (keyboard-interactive).
  std::optional<std::string> password;
  bool empty_passwords = false;
  std::string peer_address;
  // For PAM alone.
  std::string service = {};
  gid_t group = 0;
};

class LoginSession;

class PasswordCheck {
 public:
  /// Called once for start(), and once for each respond(); never from inside of them, and never
  /// after this has been destroyed, which ends the process.
  using Done = std::function<void(Result<PasswordVerdict>)>;

  static std::unique_ptr<PasswordCheck> with_users_file(Context& context, const std::string& path,
                                                        PasswordQuestion question, Done done);
  static std::unique_ptr<PasswordCheck> with_pam(Context& context, PasswordQuestion question,
                                                 Done done);
  /// Only whether the account may log in (pam_acct_mgmt), for a user known by a key.
  static std::unique_ptr<PasswordCheck> pam_account(Context& context, PasswordQuestion question,
                                                    Done done);
  ~PasswordCheck();

  /// After a verdict of PAM's that was ok: its process is the session's from now on, and this is
  /// of no more use. Nothing if it has ended.
  std::unique_ptr<LoginSession> into_session();

  void respond(const std::vector<std::string>& responses, Done done);

 private:
  explicit PasswordCheck(Context& context) : context_(context) {}
  void run(const std::function<void(Channel&)>& work, Done done);
  void receive();
  void finish(Result<PasswordVerdict> verdict);

  Context& context_;
  std::optional<Channel> channel_;
  std::optional<pid_t> child_;
  Loop::Handle readable_, timer_;
  Done done_;
};

// Between the process and the monitor.
Bytes encode(const PasswordVerdict& verdict);
Result<PasswordVerdict> decode_verdict(ByteView bytes);
Bytes encode_responses(const std::vector<std::string>& responses);
Result<std::vector<std::string>> decode_responses(ByteView bytes);

/// In the process: a conversation with PAM, whose last message is a verdict without prompts; if
/// that is ok, the session that follows. account_only: nothing is asked.
void talk_to_pam(Channel& monitor, const PasswordQuestion& question, bool account_only);

}  // namespace ssh::host::monitor
