// The part of a connection before somebody is logged in: signatures and authentication, which the
// monitor gives, and the talk with it in general. RFC 4252, 4253 section 8.
#include <algorithm>

#include "worker/connection.hpp"
#include "worker/connection_requests.hpp"
#include "worker/worker.hpp"

namespace ssh::host {
namespace {

constexpr std::uint8_t kDebug = 7;

}  // namespace

void Connection::on(const event::KeysAgreed& keys) {
  if (!keys.first) {
    return;
  }
  const std::string compression = keys.compression ? "zlib@openssh.com" : "none";
  log(kDebug, "kex: " + keys.key_exchange + ", host key " + keys.host_key + ", ciphers " +
                  keys.cipher_in + " " + keys.cipher_out + ", macs " + keys.mac_in + " " +
                  keys.mac_out + ", compression " + compression + (keys.strict ? ", strict" : ""));
}

void Connection::on(const event::SignExchangeHash& wanted) {
  const ByteView first = session_.session_id().empty() ? wanted.hash : session_.session_id();
  ask({.what = Waiting::For::signature},
      request::SignExchange{static_cast<std::uint32_t>(wanted.host_key),
                            std::string(wanted.algorithm), to_bytes(wanted.hash), to_bytes(first)});
}

void Connection::on(const event::ProveHostKeys& wanted) {
  request::ProveHostKeys proofs;
  for (const auto& proof : wanted.proofs) {
    proofs.proofs.push_back({static_cast<std::uint32_t>(proof.host_key), proof.algorithm});
  }
  if (!ask({.what = Waiting::For::proofs}, std::move(proofs))) {
    session_.host_keys_proved(failure("too many host keys"));
  }
}

void Connection::on(const event::Authenticate& wanted) {
  const std::string user(wanted.user);
  const Waiting waiting{.what = Waiting::For::authentication};
  const bool asked = std::visit(
      Overloaded{
          [&](const NoneRequest&) { return ask(waiting, request::AuthNone{user}); },
          [&](const PublicKeyRequest& key) {
            request::AuthPublicKey body{user, std::string(key.algorithm), to_bytes(key.key), {}};
            if (key.signature) {
              body.signature = to_bytes(*key.signature);
            }
            return ask(waiting, std::move(body));
          },
          [&](const PasswordRequest& password) {
            request::AuthPassword body{user, std::string(password.password), {}};
            if (password.new_password) {
              body.new_password = std::string(*password.new_password);
            }
            return ask(waiting, std::move(body));
          },
          [&](const KeyboardInteractiveRequest&) {
            return ask(waiting, request::AuthInteractive{user});
          },
          [&](const KeyboardInteractiveResponse& answer) {
            request::AuthInteractiveResponse body{user, {}};
            body.responses.assign(answer.responses.begin(), answer.responses.end());
            return ask(waiting, std::move(body));
          },
          [&](const OtherMethodRequest& other) {
            return ask(waiting, request::AuthOther{user, std::string(other.method)});
          }},
      wanted.request);
  if (!asked) {  // larger than any honest client's
    session_.answer_authentication(AuthFailure{auth_methods_});
  }
}

void Connection::on(const event::Refused& refused) {
  tell(0, request::Refused{refused.automaton, refused.statecall, refused.text, refused.inbound});
}

void Connection::on(const event::Closed& closed) {
  end_reason_ = closed.reason;
  end_orderly_ = closed.orderly;
}

void Connection::handle(RequestId id, const Reply& reply, std::vector<UniqueFd> descriptors) {
  if (gone_) {
    return;
  }
  if (const auto* how = std::get_if<reply::ProgramEnded>(&reply)) {
    program_ended(id, *how);
  } else if (const auto* why = std::get_if<reply::Disconnect>(&reply)) {
    disconnect(why->reason, why->description);
    return;
  } else {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& each) { return each.id == id; });
    if (found == waiting_.end()) {
      return;  // the connection ended meanwhile; the descriptors close themselves
    }
    const Waiting waiting = std::move(*found);
    waiting_.erase(found);
    answered(waiting, reply, descriptors);
  }
  settle();
}

// Every kind of answer has one kind of request; anything else is a fault of the monitor's, and as
// good as a refusal.
void Connection::answered(const Waiting& waiting, const Reply& reply,
                          std::vector<UniqueFd>& descriptors) {
  const auto as = [&reply]<typename Wanted>(Wanted fallback) {
    const auto* found = std::get_if<Wanted>(&reply);
    return found != nullptr ? *found : std::move(fallback);
  };
  switch (waiting.what) {
    case Waiting::For::signature: {
      auto answer = as(reply::Signature{});
      session_.exchange_signed(answer.signature ? Result<Bytes>(std::move(*answer.signature))
                                                : failure("the monitor has refused to sign"));
      return;
    }
    case Waiting::For::proofs: {
      auto answer = as(reply::Signatures{});
      session_.host_keys_proved(answer.signatures
                                    ? Result<std::vector<Bytes>>(std::move(*answer.signatures))
                                    : failure("the monitor has refused to sign"));
      return;
    }
    case Waiting::For::authentication:
      return authenticated(as(reply::Authentication{AuthFailure{auth_methods_}, {}, {}}));
    case Waiting::For::program:
      return program_started(waiting, as(reply::Program{}), descriptors);
    case Waiting::For::connection:
      return connected(waiting, as(reply::Connected{}), descriptors);
    case Waiting::For::forward:
    case Waiting::For::agent:
      return listening(waiting, as(reply::Listening{}), descriptors);
  }
}

void Connection::authenticated(const reply::Authentication& answer) {
  if (answer.banner) {
    session_.send_banner(*answer.banner);
  }
  if (const auto* failed = std::get_if<AuthFailure>(&answer.answer)) {
    auth_methods_ = failed->methods;
  }
  if (std::holds_alternative<AuthSuccess>(answer.answer)) {
    permissions_ =
        std::make_unique<reply::Permissions>(answer.permissions.value_or(reply::Permissions{}));
    max_sessions_ = permissions_->max_sessions;
    auth_methods_ = {};
  }
  session_.answer_authentication(answer.answer);
}

}  // namespace ssh::host
