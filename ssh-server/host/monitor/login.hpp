// Who somebody is: one connection's user authentication, from the first attempt to success. RFC
// 4252, RFC 4256, sshd_config(5) AuthenticationMethods.
//
// Invariants: authenticated() turns true once and in one place (succeed()), after every method of
// one list has succeeded, the account may log in, and its session is open. A user who does not
// exist, or may not log in, takes the same path as one who may, and it fails at its end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/control.hpp"
#include "monitor/context.hpp"
#include "monitor/identity.hpp"
#include "monitor/key_search.hpp"
#include "monitor/login_session.hpp"
#include "monitor/passwords.hpp"
#include "monitor/task.hpp"
#include "ssh/authorized_keys.hpp"

namespace ssh::host::monitor {

class Login {
 public:
  /// Called once per attempt, possibly at once.
  using Answered = std::function<void(reply::Authentication)>;

  Login(Context& context, std::shared_ptr<const Settings> settings, Peer peer);

  /// Attempts, one at a time (the policy privsep sees to that).
  void attempt(const request::AuthNone& none, ByteView session_id, Answered answered);
  void attempt(const request::AuthOther& other, ByteView session_id, Answered answered);
  void attempt(const request::AuthPublicKey& key, ByteView session_id, Answered answered);
  void attempt(const request::AuthPassword& password, ByteView session_id, Answered answered);
  void attempt(const request::AuthInteractive& begin, ByteView session_id, Answered answered);
  void attempt(const request::AuthInteractiveResponse& response, ByteView session_id,
               Answered answered);

  bool authenticated() const { return authenticated_; }
  /// Too many attempts have failed, or the client has changed its mind about who it is: end it.
  const std::optional<std::string>& give_up() const { return give_up_; }
  /// Something was tried (not counting "none").
  bool tried() const { return tried_; }
  bool failed() const { return failures_ > 0; }

  // Once authenticated.
  const Account& account() const { return account_; }
  const config::ServerOptions& options() const { return options_; }
  const KeyOptions& key_options() const { return key_options_; }
  /// With PAM, as root: what starts programs. Otherwise nothing.
  LoginSession* session() const { return session_.get(); }
  /// From PAM, for the environment of programs.
  const std::vector<std::pair<std::string, std::string>>& environment() const {
    return environment_;
  }
  /// What PAM says to the user when a session begins; once.
  std::string take_greeting() { return std::exchange(greeting_, {}); }

  /// "authenticating user x ", "invalid user x " or "user x ": as OpenSSH calls whoever it is.
  std::string who() const;

 private:
  /// Of one method; the log wants to know.
  struct Outcome {
    std::string method;
    bool ok = false;
    std::string info;  // of the key
    std::optional<KeyOptions> key_options;
    /// The attempt counts against MaxAuthTries.
    bool counts = true;
  };

  /// Whether the method may be tried; if not, it has been answered.
  bool begin(const std::string& user, std::string_view method, Answered& answered);
  void meet_user(const std::string& user);
  void check_user();
  std::string banner();
  /// Methods that may go on.
  std::vector<std::string> methods() const;
  bool enabled(std::string_view method) const;
  bool passwords_possible() const { return options_.use_pam || !options_.users_file.empty(); }

  void key_query(const request::AuthPublicKey& request, Answered answered);
  void key_signature(const request::AuthPublicKey& request, ByteView session_id, Answered answered);
  void key_searched(const Outcome& outcome, Answered answered);
  bool signature_is_good(const request::AuthPublicKey& request, ByteView session_id,
                         const FoundKey& found) const;

  void password_checked(std::string method, Time began, Result<PasswordVerdict> verdict,
                        Answered answered);
  void ask_for_password(Answered answered);

  PasswordQuestion question(std::optional<std::string> password) const;
  void check_account(Outcome outcome, Answered answered);
  void open_session(Outcome outcome, Answered answered);
  /// PAM has said no to somebody who is who they say.
  void deny(const Outcome& outcome, std::string_view what, const std::string& why,
            const std::string& message, const Answered& answered);

  void finish(Outcome outcome, Answered answered);
  bool root_may(const Outcome& outcome) const;
  /// Strikes the method off the lists; whether one of them is complete.
  bool complete(const std::string& method);
  void succeed(const Outcome& outcome, const Answered& answered);
  void fail(const Outcome& outcome, bool partial, const Answered& answered);
  void answer(const Answered& answered, AuthAnswer body,
              std::optional<reply::Permissions> permissions = {});
  void write_log(const Outcome& outcome, std::string_view verb);
  reply::Permissions permissions() const;

  Context& context_;
  std::shared_ptr<const Settings> settings_;
  Peer peer_;

  bool met_ = false;
  std::string user_;
  bool exists_ = false;
  bool allowed_ = false;
  Account account_;
  config::ServerOptions options_;
  std::vector<std::vector<std::string>> lists_;
  unsigned failures_ = 0;
  bool tried_ = false;
  bool first_ = true;
  bool authenticated_ = false;
  std::optional<std::string> give_up_;
  std::optional<std::string> banner_;
  KeyOptions key_options_;
  bool key_options_set_ = false;
  std::vector<std::pair<std::string, std::string>> environment_;
  std::vector<Bytes> used_keys_;

  /// The answer to the last query, for the signature that usually follows.
  struct Remembered {
    std::string algorithm;
    Bytes key;
    FoundKey found;
  };
  std::optional<Remembered> remembered_;

  std::unique_ptr<KeySearch> search_;
  std::unique_ptr<PasswordCheck> passwords_;
  /// PAM's process that has said yes, which will have the session.
  std::unique_ptr<PasswordCheck> pam_;
  std::unique_ptr<LoginSession> session_;
  std::string greeting_;
  Loop::Handle delay_;
};

}  // namespace ssh::host::monitor
