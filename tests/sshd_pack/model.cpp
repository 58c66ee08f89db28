// RFC 4253 section 7.1 (what waits for new keys), RFC 4252 section 5.1 (no answer after success),
// RFC 4254 sections 4, 5.1, 5.3 and 6 (who is owed an answer).
#include "model.hpp"

#include "wire/messages.hpp"

namespace ssh::test {
namespace {

using S = Statecall;

std::string_view name(S s) {
  return to_string(s);
}

constexpr unsigned kMostFailures = 20;

/// What goes out while keys are changed; everything else is held back until they are in use.
bool belongs_to_transport(S s) {
  return name(s).starts_with("Transmit_Kex_") || s == S::Transmit_Transport_KexInit ||
         s == S::Transmit_Transport_NewKeys || s == S::Transmit_Transport_ExtInfo ||
         s == S::Transmit_Transport_Unimplemented || s == S::Transmit_Transport_Disconnect;
}

}  // namespace

bool is_program(S s) {
  return name(s).starts_with("Receive_Channel_Request_Exec") ||
         name(s).starts_with("Receive_Channel_Request_Shell") ||
         name(s).starts_with("Receive_Channel_Request_Subsystem");
}

const std::array<std::string_view, 4>& methods_of(Server server) {
  static constexpr std::array<std::string_view, 4> kDaemon{"curve25519-sha256",
                                                           "diffie-hellman-group14-sha256", "",
                                                           "diffie-hellman-group-exchange-sha256"};
  static constexpr std::array<std::string_view, 4> kBastion{"curve25519-sha256", "", "", ""};
  return server == Server::daemon ? kDaemon : kBastion;
}

Model::Model(Server server) : server_(server) {
  conversation_.hear(S::Transmit_Transport_Version);
  conversation_.hear(S::Transmit_Transport_KexInit);
}

bool Model::can_be_visited() const {
  return forwarded_ && !conversation_.closed() && conversation_.accepted(kVisitor);
}

void Model::take(Turn turn) {
  const S s = turn.said;
  if (s == kVisitor) return answer(s, conversation_.next_id());
  const bool first = conversation_.first();
  const ChannelId channel =
      is_opening(s) ? conversation_.next_id() : conversation_.channel_for(s).value_or(0);
  // After the server's CLOSE it answers nothing in that channel.
  const bool closing = names_channel(s) && conversation_.has_channel(channel) &&
                       !conversation_.channel_accepts(channel, S::Transmit_Channel_Close);
  conversation_.say(s, turn.option,
                    wire::kex_family(std::string(methods_of(server_)[turn.option & kMethod])));
  if (name(s).starts_with("Receive_Auth_")) {
    answer_auth(s);
  } else if (name(s).starts_with("Receive_Connection_") || names_channel(s)) {
    if (closing) return;
    answer_connection(s, channel);
    if (server_ == Server::daemon && is_program(s)) {
      answer_program(static_cast<Program>(turn.option), channel);
    }
  } else {
    answer_transport(s, first);
  }
}

void Model::hear(const Answer& a) {
  if (a.statecall == S::Transmit_Connection_RequestSuccess) forwarded_ = true;
  conversation_.hear(a.statecall, a.channel);
}

void Model::answer(S s, std::optional<ChannelId> channel) {
  const Answer a{s, channel};
  if (conversation_.holding() && !belongs_to_transport(s)) {
    held_.push_back(a);
  } else {
    hear(a);
  }
}

void Model::answer_new_keys() {
  answer(S::Transmit_Transport_NewKeys);
  if (conversation_.ext_info()) answer(S::Transmit_Transport_ExtInfo);
  for (const auto& a : std::exchange(held_, {})) hear(a);
}

void Model::answer_transport(S said, bool first) {
  switch (said) {
    case S::Receive_Transport_KexInit:
      if (!first) answer(S::Transmit_Transport_KexInit);
      break;
    case S::Receive_Kex_EcdhInit:
      answer(S::Transmit_Kex_EcdhReply);
      return answer_new_keys();
    case S::Receive_Kex_DhInit:
      answer(S::Transmit_Kex_DhReply);
      return answer_new_keys();
    case S::Receive_Kex_GexInit:
      answer(S::Transmit_Kex_GexReply);
      return answer_new_keys();
    case S::Receive_Kex_GexRequest:
      return answer(S::Transmit_Kex_GexGroup);
    case S::Receive_Transport_Unknown:
      return answer(S::Transmit_Transport_Unimplemented);
    case S::Receive_Transport_Ping:
      return answer(S::Transmit_Transport_Pong);
    case S::Receive_Transport_ServiceRequest_Userauth:
      return answer(S::Transmit_Transport_ServiceAccept);
    case S::Receive_Transport_ServiceRequest_Other:
      return answer(S::Transmit_Transport_Disconnect);
    default:
      break;
  }
}

void Model::log_in() {
  logged_in_ = true;
  answer(S::Transmit_Auth_Success);
  // hostkeys-00@openssh.com
  answer(S::Transmit_Connection_GlobalRequest_NoReply);
}

void Model::answer_auth(S said) {
  if (logged_in_) return;
  switch (said) {
    case S::Receive_Auth_Request_PublicKeyQuery:
      return answer(S::Transmit_Auth_PkOk);
    case S::Receive_Auth_Request_Password:
    case S::Receive_Auth_InfoResponse:
      if (server_ == Server::daemon) return log_in();
      break;
    case S::Receive_Auth_Request_KeyboardInteractive:
      if (server_ == Server::daemon) return answer(S::Transmit_Auth_InfoRequest);
      break;
    case S::Receive_Auth_Request_PublicKey:
      if (server_ == Server::bastion) return log_in();  // with the right signature
      break;
    default:
      break;
  }
  // With MaxAuthTries at its most, the last failure that the policy has room for is not told.
  answer(++failures_ < kMostFailures ? S::Transmit_Auth_Failure : S::Transmit_Transport_Disconnect);
}

void Model::answer_connection(S said, ChannelId channel) {
  switch (said) {
    case S::Receive_Connection_GlobalRequest:
      return answer(S::Transmit_Connection_RequestFailure);
    case S::Receive_Connection_GlobalRequest_Forward:
      return answer(server_ == Server::daemon ? S::Transmit_Connection_RequestSuccess
                                              : S::Transmit_Connection_RequestFailure);
    case S::Receive_Connection_Open_Direct:
      if (server_ == Server::bastion) return answer(S::Transmit_Connection_OpenFailure, channel);
      [[fallthrough]];
    case S::Receive_Connection_Open_Session:
      return answer(S::Transmit_Connection_OpenConfirmation, channel);
    case S::Receive_Connection_Open_Other:
      return answer(S::Transmit_Connection_OpenFailure, channel);
    case S::Receive_Channel_Close:
      return answer(S::Transmit_Channel_Close, channel);
    case S::Receive_Channel_Eof:
      if (shells_.contains(channel)) console_ends(channel);
      break;
    case S::Receive_Channel_Request_Shell:
      answer(S::Transmit_Channel_Success, channel);
      [[fallthrough]];
    case S::Receive_Channel_Request_Shell_NoReply:
      return answer_shell(channel);
    case S::Receive_Channel_Request_Env:
      return answer(
          server_ == Server::daemon ? S::Transmit_Channel_Success : S::Transmit_Channel_Failure,
          channel);
    case S::Receive_Channel_Request_Pty:
    case S::Receive_Channel_Request_Exec:
      return answer(S::Transmit_Channel_Success, channel);
    case S::Receive_Channel_Request_Subsystem:  // there is none of that name
    case S::Receive_Channel_Request_Forward:
    case S::Receive_Channel_Request_Other:
      return answer(S::Transmit_Channel_Failure, channel);
    default:
      break;
  }
}

/// The bastion's console says nothing to somebody without a terminal, and ends with his input.
void Model::answer_shell(ChannelId channel) {
  if (server_ != Server::bastion) return;
  shells_.insert(channel);
  if (!conversation_.channel_accepts(channel, S::Receive_Channel_Eof)) console_ends(channel);
}

void Model::console_ends(ChannelId channel) {
  shells_.erase(channel);
  answer(S::Transmit_Channel_Request_ExitStatus, channel);
  answer(S::Transmit_Channel_Eof, channel);
  answer(S::Transmit_Channel_Close, channel);
}

void Model::answer_program(Program program, ChannelId channel) {
  switch (program) {
    case Program::ends:
    case Program::is_killed:
      answer(S::Transmit_Channel_Eof, channel);
      answer(program == Program::ends ? S::Transmit_Channel_Request_ExitStatus
                                      : S::Transmit_Channel_Request_ExitSignal,
             channel);
      return answer(S::Transmit_Channel_Close, channel);
    case Program::closes_output:
      // After a client's EOF the daemon's waits for the end of the program (relay.cpp).
      if (!conversation_.channel_accepts(channel, S::Receive_Channel_Eof)) return;
      return answer(S::Transmit_Channel_Eof, channel);
    default:
      break;
  }
}

}  // namespace ssh::test
