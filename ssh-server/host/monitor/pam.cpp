// See pam.hpp. RFC 4256 for the questions.
//
// Invariants: the user's answers reach PAM only if the user may log in; for others PAM gets an
// answer that is no password (as OpenSSH does), so that it takes as long and fails. A session that
// has been opened is closed once, whatever ends the process in an orderly way.
#include "monitor/pam.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "monitor/task.hpp"
#include "ssh/crypto.hpp"

namespace ssh::host::monitor {
namespace {

constexpr const char* kNoPassword = "\b\n\r\177INCORRECT";
constexpr int kMostMessages = 32;

bool is_prompt(const pam_message& message) {
  return message.msg_style == PAM_PROMPT_ECHO_OFF || message.msg_style == PAM_PROMPT_ECHO_ON;
}

}  // namespace

// The conversation.

std::vector<std::string> Pam::Conversation::ask(AuthPrompts prompts) {
  const std::size_t count = prompts.prompts.size();
  if (!may_ask) {
    broken = true;
    return {};
  }
  if (question.password) {
    return std::vector<std::string>(count, question.valid ? *question.password : kNoPassword);
  }
  PasswordVerdict verdict;
  prompts.instruction = std::exchange(messages, {});
  verdict.prompts = std::move(prompts);
  send_blocking(monitor, encode(verdict));
  auto received = receive_blocking(monitor);
  auto responses = received ? decode_responses(received->bytes) : failure("gone");
  if (received) {
    wipe(received->bytes);
  }
  if (!responses || responses->size() != count) {
    broken = true;
    return {};
  }
  if (!question.valid) {
    return std::vector<std::string>(count, kNoPassword);
  }
  return std::move(*responses);
}

std::vector<std::string> Pam::Conversation::answers(int count, const pam_message** from) {
  AuthPrompts prompts;
  for (int i = 0; i < count; ++i) {
    const char* const text = from[i]->msg == nullptr ? "" : from[i]->msg;
    if (is_prompt(*from[i])) {
      prompts.prompts.push_back({text, from[i]->msg_style == PAM_PROMPT_ECHO_ON});
    } else {
      messages += fmt::format("{}\n", text);
    }
  }
  return prompts.prompts.empty() ? std::vector<std::string>{} : ask(std::move(prompts));
}

int Pam::converse(int count, const pam_message** messages, pam_response** to, void* data) {
  auto& conversation = *static_cast<Conversation*>(data);
  if (count <= 0 || count > kMostMessages) {
    return PAM_CONV_ERR;
  }
  auto answers = conversation.answers(count, messages);
  if (conversation.broken) {
    return PAM_CONV_ERR;
  }
  // PAM frees both with free().
  auto* responses = static_cast<pam_response*>(
      std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (responses == nullptr) {
    return PAM_BUF_ERR;
  }
  std::size_t next = 0;
  for (int i = 0; i < count; ++i) {
    if (is_prompt(*messages[i])) {
      std::string& answer = answers[next++];
      responses[i].resp = ::strdup(answer.c_str());
      wipe({reinterpret_cast<std::uint8_t*>(answer.data()), answer.size()});
    }
  }
  *to = responses;
  return PAM_SUCCESS;
}

// The handle.

Pam::Pam(Channel& monitor, const PasswordQuestion& question)
    : question_(question),
      conversation_{monitor, question},
      callbacks_{converse, &conversation_},
      result_(::pam_start(question.service.c_str(), question.user.c_str(), &callbacks_, &handle_)) {
  if (result_ != PAM_SUCCESS) {
    handle_ = nullptr;
    return;
  }
  ::pam_set_item(handle_, PAM_RHOST, question.peer_address.c_str());
  // Some modules fail without one; there may never be a terminal, or several. As OpenSSH.
  ::pam_set_item(handle_, PAM_TTY, "ssh");
}

Pam::~Pam() {
  if (handle_ == nullptr) {
    return;
  }
  conversation_.may_ask = false;
  if (is_open_) {
    result_ = ::pam_close_session(handle_, 0);
  }
  if (has_credentials_) {
    ::pam_setcred(handle_, PAM_DELETE_CRED);
  }
  ::pam_end(handle_, result_);
}

int Pam::authenticate(bool account_only) {
  const int flags = question_.empty_passwords ? 0 : PAM_DISALLOW_NULL_AUTHTOK;
  if (!account_only) {
    authenticated_ = true;
    if (const int result = ::pam_authenticate(handle_, flags); result != PAM_SUCCESS) {
      return result;
    }
    if (!question_.valid) {
      return PAM_AUTH_ERR;  // whatever a module that lets everybody in says
    }
  }
  const int result = ::pam_acct_mgmt(handle_, flags);
  // A password that has to be changed can be changed where questions can be asked.
  if (result == PAM_NEW_AUTHTOK_REQD && !account_only && !question_.password) {
    return ::pam_chauthtok(handle_, PAM_CHANGE_EXPIRED_AUTHTOK);
  }
  return result;
}

/// A module may name somebody else; programs run as the one who was asked for.
bool Pam::is_for_the_user() const {
  const void* name = nullptr;
  return ::pam_get_item(handle_, PAM_USER, &name) == PAM_SUCCESS && name != nullptr &&
         question_.user == static_cast<const char*>(name);
}

PasswordVerdict Pam::check(bool account_only) {
  PasswordVerdict verdict;
  if (handle_ == nullptr) {
    verdict.why_not = "pam_start failed";
    return verdict;
  }
  conversation_.may_ask = !account_only;
  result_ = authenticate(account_only);
  verdict.ok = result_ == PAM_SUCCESS && is_for_the_user();
  if (result_ != PAM_SUCCESS) {
    verdict.why_not = ::pam_strerror(handle_, result_);
  } else if (!verdict.ok) {
    verdict.why_not = "a module has changed the user";
  }
  verdict.message = std::exchange(conversation_.messages, {});
  return verdict;
}

std::vector<std::pair<std::string, std::string>> Pam::environment() const {
  std::vector<std::pair<std::string, std::string>> variables;
  char** const list = ::pam_getenvlist(handle_);
  for (char** at = list; at != nullptr && *at != nullptr; ++at) {
    const std::string_view line = *at;
    if (const auto equals = line.find('='); equals != std::string_view::npos) {
      variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
    std::free(*at);
  }
  std::free(list);
  return variables;
}

SessionOpened Pam::open_session() {
  SessionOpened opened;
  conversation_.may_ask = false;
  // Not before: until here nobody has proved anything, and modules such as pam_rhosts believe it.
  ::pam_set_item(handle_, PAM_RUSER, question_.user.c_str());
  // Modules may add groups (pam_group), which initgroups() would undo.
  if (::geteuid() == 0 && ::initgroups(question_.user.c_str(), question_.group) != 0) {
    opened.why_not = fmt::format("initgroups: {}", std::strerror(errno));
    return opened;
  }
  const char* step = "pam_setcred";
  result_ = ::pam_setcred(handle_, PAM_ESTABLISH_CRED);
  has_credentials_ = result_ == PAM_SUCCESS;
  // Modules that were not asked who it is may have no credentials to give: a key has let them in.
  if (has_credentials_ || !authenticated_) {
    step = "pam_open_session";
    result_ = ::pam_open_session(handle_, 0);
    is_open_ = result_ == PAM_SUCCESS;
  }
  opened.ok = is_open_;
  opened.message = std::exchange(conversation_.messages, {});
  if (is_open_) {
    opened.environment = environment();
  } else {
    opened.why_not = fmt::format("{}: {}", step, ::pam_strerror(handle_, result_));
  }
  return opened;
}

void talk_to_pam(Channel& monitor, const PasswordQuestion& question, bool account_only) {
  Pam pam(monitor, question);
  const PasswordVerdict verdict = pam.check(account_only);
  send_blocking(monitor, encode(verdict));
  if (verdict.ok) {
    serve_session(monitor, pam);
  }
}

}  // namespace ssh::host::monitor
