// See userauth.hpp.
#include "userauth/userauth.hpp"

#include <algorithm>

namespace ssh::userauth {
namespace {

/// What auth.spl proves is the end of guessing (RFC 4252 section 4): the answer that would be the
/// twentieth failure ends the connection instead.
constexpr unsigned kMostFailures = 20;

/// RFC 4252 section 7: what a publickey request is signed over.
Bytes signed_data(ByteView session_id, std::string_view user, const wire::PublicKeyMethod& method) {
  Bytes data;
  wire::Writer(data)
      .string(session_id)
      .u8(wire::UserauthRequest::kNumber)
      .string(user)
      .string("ssh-connection")
      .string("publickey")
      .boolean(true)
      .string(method.algorithm)
      .string(method.key);
  return data;
}

/// What the host is asked.
struct Question {
  ByteView session_id;
  std::string_view user;

  AuthMethodRequest operator()(const wire::NoneMethod&) const { return NoneRequest{}; }
  AuthMethodRequest operator()(const wire::PublicKeyMethod& m) const {
    return PublicKeyRequest{m.algorithm, m.key, m.signature, signed_data(session_id, user, m)};
  }
  AuthMethodRequest operator()(const wire::PasswordMethod& m) const {
    return PasswordRequest{m.password, m.new_password};
  }
  AuthMethodRequest operator()(const wire::KeyboardInteractiveMethod& m) const {
    return KeyboardInteractiveRequest{m.submethods};
  }
  AuthMethodRequest operator()(const wire::OtherMethod& m) const {
    return OtherMethodRequest{m.name};
  }
};

}  // namespace

void Userauth::on(const wire::ServiceRequest& message) {
  if (message.service != "ssh-userauth") {
    // RFC 4253 section 10.
    context_.end(DisconnectReason::service_not_available, "bad service request");
    return;
  }
  context_.link.send(Kind::transport_service_accept, wire::ServiceAccept{message.service});
}

void Userauth::on(const wire::UserauthRequest& message, ByteView session_id) {
  if (logged_in_) return;  // RFC 4252 section 5.1: ignored in silence
  if (message.service != "ssh-connection") {
    context_.end(DisconnectReason::service_not_available,
                 "bad service in an authentication request");
    return;
  }
  if (!user_known_) {  // which may be the empty one
    user_known_ = true;
    user_ = message.user;
  } else if (user_ != message.user) {
    // RFC 4252 section 5 leaves it to us; what is known of one user never serves another.
    context_.end(DisconnectReason::protocol_error, "change of username not allowed");
    return;
  }
  if (const auto* method = std::get_if<wire::PublicKeyMethod>(&message.method)) {
    algorithm_ = method->algorithm;
    key_ = to_bytes(method->key);
  }
  ask(std::visit(Question{session_id, user_}, message.method));
}

void Userauth::on(const wire::UserauthInfoResponse& message) {
  if (logged_in_) return;
  ask(KeyboardInteractiveResponse{message.responses});
}

void Userauth::ask(AuthMethodRequest request) {
  context_.awaiting = Awaiting::authentication;
  context_.emit(event::Authenticate{user_, std::move(request)});
}

bool Userauth::answer(const AuthAnswer& answer) {
  auto& link = context_.link;
  if (std::holds_alternative<AuthSuccess>(answer)) {
    link.send(Kind::auth_success, wire::UserauthSuccess{});
    logged_in_ = !context_.gate.refused();
    return logged_in_;
  }
  if (const auto* failure = std::get_if<AuthFailure>(&answer)) {
    refuse(*failure);
  } else if (std::holds_alternative<AuthPublicKeyOk>(answer)) {
    link.send(Kind::auth_pk_ok, wire::UserauthPkOk{algorithm_, key_});
  } else if (const auto* change = std::get_if<AuthPasswordChange>(&answer)) {
    link.send(Kind::auth_password_change_request, wire::UserauthPasswordChange{change->prompt, {}});
  } else if (const auto* prompts = std::get_if<AuthPrompts>(&answer)) {
    wire::UserauthInfoRequest message{prompts->name, prompts->instruction, {}, {}};
    for (const auto& prompt : prompts->prompts) {
      message.prompts.emplace_back(prompt.text, prompt.echo);
    }
    link.send(Kind::auth_info_request, message);
  }
  return false;
}

void Userauth::refuse(const AuthFailure& failure) {
  if (!failure.partial) {
    ++context_.counters.auth_failures;
    ++failures_;
    counted_failures_ += failure.counts ? 1 : 0;
    const unsigned most = std::min(context_.options->max_auth_tries, kMostFailures);
    if (counted_failures_ >= most || failures_ >= kMostFailures) {
      context_.end(DisconnectReason::protocol_error, "Too many authentication failures");
      return;
    }
  }
  send_failure(failure);
}

void Userauth::send_failure(const AuthFailure& failure) {
  std::string methods;
  for (const auto& method : failure.methods) {
    if (!methods.empty()) methods += ',';
    methods += method;
  }
  context_.link.send(failure.partial ? Kind::auth_partial_success : Kind::auth_failure,
                     wire::UserauthFailure{methods, failure.partial});
}

void Userauth::send_banner(std::string_view text) {
  if (logged_in_ || text.empty()) return;
  context_.link.send(Kind::auth_banner, wire::UserauthBanner{text, {}});
}

}  // namespace ssh::userauth
