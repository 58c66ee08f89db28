// Of login.hpp: what PAM says of an account, and the session that it opens. pam_acct_mgmt(3),
// pam_open_session(3).
#include <fmt/format.h>

#include <algorithm>

#include "monitor/login.hpp"

namespace ssh::host::monitor {

PasswordQuestion Login::question(std::optional<std::string> password) const {
  return {user_,
          exists_ && allowed_,
          std::move(password),
          options_.permit_empty_passwords,
          peer_.address,
          options_.pam_service_name,
          account_.gid};
}

/// A key says nothing of whether the account may be used now.
void Login::check_account(Outcome outcome, Answered answered) {
  passwords_ = PasswordCheck::pam_account(
      context_, question({}), [this, outcome, answered](const Result<PasswordVerdict>& verdict) {
        if (verdict && verdict->ok) {
          pam_ = std::move(passwords_);
          open_session(outcome, answered);
        } else {
          deny(outcome, "account configuration", verdict ? verdict->why_not : verdict.error().text,
               verdict ? verdict->message : "", answered);
        }
      });
}

/// Before the client hears of its success, so that nothing that it asks for can come too early.
void Login::open_session(Outcome outcome, Answered answered) {
  // Without privileges there is no session to be had (sshd_config(5), UsePAM).
  if (!pam_ || context_.user_mode) {
    pam_.reset();
    succeed(outcome, answered);
    return;
  }
  session_ = std::exchange(pam_, nullptr)->into_session();
  if (!session_) {
    deny(outcome, "session", "its process has ended", "", answered);
    return;
  }
  session_->open([this, outcome, answered](Result<SessionOpened> opened) {
    if (!opened || !opened->ok) {
      session_.reset();
      deny(outcome, "session", opened ? opened->why_not : opened.error().text,
           opened ? opened->message : "", answered);
      return;
    }
    environment_ = std::move(opened->environment);
    greeting_ = std::move(opened->message);
    succeed(outcome, answered);
  });
}

void Login::deny(const Outcome& outcome, std::string_view what, const std::string& why,
                 const std::string& message, const Answered& answered) {
  context_.log.write(LogLevel::info,
                     fmt::format("Access denied for user {} by PAM {}: {}", user_, what, why),
                     {{"event", "denied"}, {"user", user_}, {"address", peer_.address}});
  if (!message.empty()) {
    banner_ = message;
  }
  give_up_ = "Access denied";
  fail(outcome, false, answered);
}

}  // namespace ssh::host::monitor
