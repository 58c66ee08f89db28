// The methods of login.hpp: publickey (RFC 4252 section 7), password (section 8),
// keyboard-interactive (RFC 4256).
#include <fmt/format.h>

#include <algorithm>

#include "monitor/login.hpp"
#include "wire/writer.hpp"

namespace ssh::host::monitor {
namespace {

// A wrong password is answered after this long, or after the next multiple of it, whatever the
// check has taken: how long it took says something about the user.
constexpr Time kWrongPassword = std::chrono::milliseconds(500);
constexpr std::size_t kLongestPassword = 1024;
constexpr std::size_t kMostKeysUsed = 16;

/// RFC 4252 section 7: what the signature is over.
Bytes signed_data(ByteView session_id, const std::string& user,
                  const request::AuthPublicKey& request) {
  constexpr std::uint8_t kUserauthRequest = 50;
  Bytes data;
  wire::Writer(data)
      .string(session_id)
      .u8(kUserauthRequest)
      .string(user)
      .string("ssh-connection")
      .string("publickey")
      .boolean(true)
      .string(request.algorithm)
      .string(request.key);
  return data;
}

}  // namespace

void Login::attempt(const request::AuthPublicKey& request, ByteView session_id, Answered answered) {
  if (!begin(request.user, "publickey", answered)) {
    return;
  }
  if (!request.signature) {
    key_query(request, std::move(answered));
  } else {
    key_signature(request, session_id, std::move(answered));
  }
}

void Login::key_query(const request::AuthPublicKey& request, Answered answered) {
  remembered_.reset();
  search_ = KeySearch::start(
      context_, {request.algorithm, request.key, account_, options_, peer_},
      [this, request, answered = std::move(answered)](std::optional<FoundKey> found) {
        if (found && exists_ && allowed_) {
          remembered_ = {request.algorithm, request.key, std::move(*found)};
          answer(answered, AuthPublicKeyOk{});
          return;
        }
        Outcome outcome;
        outcome.method = "publickey";
        outcome.info = describe_key(request.key);
        finish(std::move(outcome), answered);
      });
}

void Login::key_signature(const request::AuthPublicKey& request, ByteView session_id,
                          Answered answered) {
  const auto decide = [this, request, id = to_bytes(session_id),
                       answered = std::move(answered)](std::optional<FoundKey> found) {
    Outcome outcome;
    outcome.method = "publickey";
    outcome.info = describe_key(request.key);
    outcome.ok = found && signature_is_good(request, id, *found);
    if (outcome.ok) {
      outcome.key_options = found->options;
      used_keys_.push_back(found->signing_key);
    }
    finish(std::move(outcome), answered);
  };
  if (auto remembered = std::exchange(remembered_, std::nullopt);
      remembered && remembered->key == request.key && remembered->algorithm == request.algorithm) {
    decide(std::move(remembered->found));
    return;
  }
  search_ = KeySearch::start(context_, {request.algorithm, request.key, account_, options_, peer_},
                             decide);
}

bool Login::signature_is_good(const request::AuthPublicKey& request, ByteView session_id,
                              const FoundKey& found) const {
  // "publickey,publickey" means two keys.
  if (std::find(used_keys_.begin(), used_keys_.end(), found.signing_key) != used_keys_.end() ||
      used_keys_.size() >= kMostKeysUsed || session_id.empty()) {
    return false;
  }
  const auto result =
      context_.crypto.verify(found.signing_algorithm, found.signing_key,
                             signed_data(session_id, user_, request), *request.signature);
  if (!result) {
    context_.log.info("publickey for {}: {}", user_, result.error().text);
    return false;
  }
  if (!result->valid) {
    return false;
  }
  const bool security_key = found.signing_algorithm.starts_with("sk-");
  if (security_key && found.options.require_user_presence && !result->user_present) {
    context_.log.error(
        "public key {} signature for {} from {} port {} rejected: user presence (authenticator "
        "touch) requirement not met",
        describe_key(request.key), user_, peer_.address, peer_.port);
    return false;
  }
  if (security_key && found.options.require_user_verification && !result->user_verified) {
    context_.log.error(
        "public key {} signature for {} from {} port {} rejected: user verification requirement "
        "not met",
        describe_key(request.key), user_, peer_.address, peer_.port);
    return false;
  }
  return true;
}

void Login::attempt(const request::AuthPassword& request, ByteView, Answered answered) {
  if (!begin(request.user, "password", answered)) {
    return;
  }
  Outcome outcome;
  outcome.method = "password";
  // A change is asked for only by a server that has said AuthPasswordChange, which this one does
  // not.
  if (request.new_password || request.password.size() > kLongestPassword) {
    finish(std::move(outcome), std::move(answered));
    return;
  }
  PasswordQuestion asked = question(request.password);
  auto done = [this, began = context_.loop.now(),
               answered = std::move(answered)](Result<PasswordVerdict> verdict) {
    password_checked("password", began, std::move(verdict), answered);
  };
  passwords_ = options_.use_pam
                   ? PasswordCheck::with_pam(context_, std::move(asked), std::move(done))
                   : PasswordCheck::with_users_file(context_, options_.users_file, std::move(asked),
                                                    std::move(done));
}

void Login::ask_for_password(Answered answered) {
  answer(answered, AuthPrompts{"", "", {{"Password: ", false}}});
}

void Login::attempt(const request::AuthInteractive& request, ByteView, Answered answered) {
  if (!begin(request.user, "keyboard-interactive", answered)) {
    return;
  }
  if (!options_.use_pam) {
    ask_for_password(std::move(answered));
    return;
  }
  passwords_ = PasswordCheck::with_pam(
      context_, question({}),
      [this, began = context_.loop.now(),
       answered = std::move(answered)](Result<PasswordVerdict> verdict) {
        password_checked("keyboard-interactive", began, std::move(verdict), answered);
      });
}

void Login::attempt(const request::AuthInteractiveResponse& response, ByteView, Answered answered) {
  if (give_up_ || response.user != user_ || !enabled("keyboard-interactive")) {
    Outcome outcome;
    outcome.method = "keyboard-interactive";
    fail(outcome, false, answered);
    return;
  }
  auto done = [this, began = context_.loop.now(), answered](Result<PasswordVerdict> verdict) {
    password_checked("keyboard-interactive", began, std::move(verdict), answered);
  };
  if (options_.use_pam && passwords_) {
    passwords_->respond(response.responses, std::move(done));
    return;
  }
  if (options_.use_pam || response.responses.size() != 1 ||
      response.responses[0].size() > kLongestPassword) {
    Outcome outcome;
    outcome.method = "keyboard-interactive";
    finish(std::move(outcome), std::move(answered));
    return;
  }
  passwords_ = PasswordCheck::with_users_file(context_, options_.users_file,
                                              question(response.responses[0]), std::move(done));
}

void Login::password_checked(std::string method, Time began, Result<PasswordVerdict> verdict,
                             Answered answered) {
  if (verdict && verdict->prompts) {
    answer(answered, std::move(*verdict->prompts));
    return;
  }
  Outcome outcome;
  outcome.method = std::move(method);
  outcome.ok = verdict && verdict->ok;
  if (!verdict) {
    context_.log.error("checking the password of {}: {}", user_, verdict.error().text);
  } else if (!verdict->why_not.empty()) {
    context_.log.info("PAM: {} for {}{} from {}", verdict->why_not,
                      exists_ && allowed_ ? "" : "illegal user ", user_, peer_.address);
  }
  if (outcome.ok) {
    if (!verdict->message.empty()) {
      banner_ = verdict->message;
    }
    if (options_.use_pam) {
      pam_ = std::move(passwords_);
    }
    finish(std::move(outcome), std::move(answered));
    return;
  }
  const Time taken = context_.loop.now() - began;
  const Time wait = (taken / kWrongPassword + 1) * kWrongPassword - taken;
  delay_ = context_.loop.after(
      wait, [this, outcome = std::move(outcome), answered = std::move(answered)]() mutable {
        finish(std::move(outcome), std::move(answered));
      });
}

}  // namespace ssh::host::monitor
