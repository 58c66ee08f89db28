// PAM for one login: whether the user is who they say (auth), may log in now (account), and their
// session. pam(3), pam_conv(3), pam_setcred(3), pam_open_session(3).
//
// Only for a process of its own: modules may block for as long as they like, and they change the
// process that calls them (resource limits, login uid, keyring, control group, namespaces), which
// its programs are to inherit. One handle goes through all three, since modules keep in it what
// they have learnt (a ticket, a key of the home directory).
#pragma once

#include <security/pam_appl.h>

#include <string>
#include <utility>
#include <vector>

#include "monitor/login_session.hpp"
#include "monitor/passwords.hpp"

namespace ssh::host::monitor {

class Pam {
 public:
  /// Both outlive this.
  Pam(Channel& monitor, const PasswordQuestion& question);
  /// Closes the session, if it is open, gives credentials back, and ends PAM.
  ~Pam();
  Pam(const Pam&) = delete;
  Pam& operator=(const Pam&) = delete;

  /// Authentication and account management, or the latter alone, for a user known by a key. Talks
  /// to the monitor where questions have to be asked.
  PasswordVerdict check(bool account_only);
  /// After a check() that was ok, once: credentials and the session. Asks nobody anything. If it
  /// is not ok, nothing is open.
  SessionOpened open_session();

 private:
  /// What the modules say meanwhile is for the user.
  struct Conversation {
    Channel& monitor;
    const PasswordQuestion& question;
    bool may_ask = true;
    std::string messages = {};
    bool broken = false;

    std::vector<std::string> ask(AuthPrompts prompts);
    std::vector<std::string> answers(int count, const pam_message** messages);
  };
  static int converse(int count, const pam_message** messages, pam_response** to, void* data);

  int authenticate(bool account_only);
  bool is_for_the_user() const;
  std::vector<std::pair<std::string, std::string>> environment() const;

  const PasswordQuestion& question_;
  Conversation conversation_;
  pam_conv callbacks_;
  pam_handle_t* handle_ = nullptr;
  int result_;
  /// PAM was asked who it is, and not only about the account.
  bool authenticated_ = false;
  bool has_credentials_ = false;
  bool is_open_ = false;
};

}  // namespace ssh::host::monitor
