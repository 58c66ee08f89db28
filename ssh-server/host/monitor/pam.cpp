// The conversation with PAM, in a process of its own. pam(3), pam_conv(3), RFC 4256.
//
// Invariant: the user's answers reach PAM only if the user may log in; for others PAM gets an
// answer that is no password (as OpenSSH does), so that it takes as long and fails.
#include <fmt/format.h>
#include <security/pam_appl.h>

#include <cstdlib>
#include <cstring>

#include "monitor/passwords.hpp"
#include "monitor/task.hpp"
#include "ssh/crypto.hpp"

namespace ssh::host::monitor {
namespace {

constexpr const char* kService = "sshd";
constexpr const char* kNoPassword = "\b\n\r\177INCORRECT";
constexpr int kMostMessages = 32;

struct Conversation {
  Channel& monitor;
  const PasswordQuestion& question;
  std::string messages;  // for the user
  bool broken = false;

  /// What the user says to these prompts; an empty list: nothing can be asked.
  std::vector<std::string> ask(AuthPrompts prompts);
  std::vector<std::string> answers(int count, const pam_message** messages);
};

std::vector<std::string> Conversation::ask(AuthPrompts prompts) {
  const std::size_t count = prompts.prompts.size();
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

std::vector<std::string> Conversation::answers(int count, const pam_message** from) {
  AuthPrompts prompts;
  for (int i = 0; i < count; ++i) {
    const int style = from[i]->msg_style;
    const char* const text = from[i]->msg == nullptr ? "" : from[i]->msg;
    if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON) {
      prompts.prompts.push_back({text, style == PAM_PROMPT_ECHO_ON});
    } else {
      messages += fmt::format("{}\n", text);
    }
  }
  return prompts.prompts.empty() ? std::vector<std::string>{} : ask(std::move(prompts));
}

int converse(int count, const pam_message** messages, pam_response** to, void* data) {
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
    const int style = messages[i]->msg_style;
    if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON) {
      std::string& answer = answers[next++];
      responses[i].resp = ::strdup(answer.c_str());
      wipe({reinterpret_cast<std::uint8_t*>(answer.data()), answer.size()});
    }
  }
  *to = responses;
  return PAM_SUCCESS;
}

int authenticate(pam_handle_t* pam, Conversation& conversation, bool account_only) {
  const PasswordQuestion& question = conversation.question;
  const int flags = question.empty_passwords ? 0 : PAM_DISALLOW_NULL_AUTHTOK;
  if (!account_only) {
    if (const int result = ::pam_authenticate(pam, flags); result != PAM_SUCCESS) {
      return result;
    }
    if (!question.valid) {
      return PAM_AUTH_ERR;  // whatever a module that lets everybody in says
    }
  }
  const int result = ::pam_acct_mgmt(pam, flags);
  // A password that has to be changed can be changed where questions can be asked.
  if (result == PAM_NEW_AUTHTOK_REQD && !account_only && !question.password) {
    return ::pam_chauthtok(pam, PAM_CHANGE_EXPIRED_AUTHTOK);
  }
  return result;
}

}  // namespace

void talk_to_pam(Channel& monitor, const PasswordQuestion& question, bool account_only) {
  Conversation conversation{monitor, question, {}, false};
  const pam_conv callbacks{converse, &conversation};
  pam_handle_t* pam = nullptr;
  PasswordVerdict verdict;
  int result = ::pam_start(kService, question.user.c_str(), &callbacks, &pam);
  if (result == PAM_SUCCESS) {
    ::pam_set_item(pam, PAM_RHOST, question.peer_address.c_str());
    ::pam_set_item(pam, PAM_TTY, "ssh");
    result = authenticate(pam, conversation, account_only);
    verdict.ok = result == PAM_SUCCESS;
    if (!verdict.ok) {
      verdict.why_not = ::pam_strerror(pam, result);
    }
    verdict.message = conversation.messages;
    ::pam_end(pam, result);
  } else {
    verdict.why_not = "pam_start failed";
  }
  send_blocking(monitor, encode(verdict));
}

}  // namespace ssh::host::monitor
