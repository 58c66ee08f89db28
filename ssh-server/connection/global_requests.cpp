// Requests that concern the connection as a whole: RFC 4254 section 4, forwardings (section 7.1),
// OpenSSH's host key rotation (PROTOCOL section 2.5), no-more-sessions@openssh.com, and signs of
// life.
#include <algorithm>

#include "connection/connection.hpp"

namespace ssh::connection {
namespace {

constexpr std::size_t kMostProofs = 16;

}  // namespace

void Connection::on(const wire::GlobalRequest& message, ByteView session_id) {
  pending_global_ = {message.want_reply, false};
  if (message.name == "no-more-sessions@openssh.com") {
    no_more_sessions_ = true;
    return answer_global_request(true, 0);
  }
  if (message.name == "hostkeys-prove-00@openssh.com") return prove_host_keys(message, session_id);
  const auto request = read_global_request(message.name, message.data);
  if (!request) return malformed(request.error());
  if (!*request) return answer_global_request(false, 0);
  const auto* forward = std::get_if<TcpForwardRequest>(&**request);
  pending_global_.tells_port = forward != nullptr && forward->port == 0;
  context_.awaiting = Awaiting::global_request;
  context_.emit(event::GlobalRequest{**request});
}

void Connection::answer_global_request(bool success, std::uint32_t port) {
  const auto pending = std::exchange(pending_global_, {});
  if (!pending.want_reply) return;
  if (!success) return context_.link.send(Kind::request_failure, wire::RequestFailure{});
  Bytes data;
  if (pending.tells_port) wire::Writer(data).u32(port);
  context_.link.send(Kind::request_success, wire::RequestSuccess{data});
}

void Connection::announce_host_keys() {
  Bytes data;
  wire::Writer w(data);
  for (const auto& key : context_.options->host_keys) {
    w.string(key.public_blob);
  }
  context_.link.send(Kind::global_request_no_reply,
                     wire::GlobalRequest{"hostkeys-00@openssh.com", false, data});
}

void Connection::prove_host_keys(const wire::GlobalRequest& message, ByteView session_id) {
  event::ProveHostKeys event;
  wire::Reader r(message.data);
  const auto& keys = context_.options->host_keys;
  while (r.left() > 0 && event.proofs.size() < kMostProofs) {
    const ByteView blob = r.string();
    const auto key = std::ranges::find_if(
        keys, [&](const auto& k) { return std::ranges::equal(k.public_blob, blob); });
    if (!r.ok() || key == keys.end()) return answer_global_request(false, 0);
    Bytes data;
    wire::Writer(data).string("hostkeys-prove-00@openssh.com").string(session_id).string(blob);
    // A client that has agreed on rsa-sha2-256 wants to see no other for RSA keys.
    const auto& agreed = context_.host_key_algorithm;
    const bool serves = std::ranges::find(key->algorithms, agreed) != key->algorithms.end();
    event.proofs.push_back({static_cast<std::size_t>(key - keys.begin()),
                            serves ? agreed : key->algorithms.front(), std::move(data)});
  }
  if (r.left() > 0 || event.proofs.empty()) return answer_global_request(false, 0);
  context_.awaiting = Awaiting::proofs;
  context_.emit(std::move(event));
}

void Connection::host_keys_proved(const Result<std::vector<Bytes>>& signatures) {
  const auto pending = std::exchange(pending_global_, {});
  if (!pending.want_reply) return;
  if (!signatures) return context_.link.send(Kind::request_failure, wire::RequestFailure{});
  Bytes data;
  wire::Writer w(data);
  for (const auto& signature : *signatures) {
    w.string(signature);
  }
  context_.link.send(Kind::request_success, wire::RequestSuccess{data});
}

std::optional<Time> Connection::alive_time() const {
  const Time interval = context_.options->alive_interval;
  if (interval == Time{}) return std::nullopt;
  return last_heard_ + interval * static_cast<int>(unanswered_ + 1);
}

void Connection::ask_if_alive() {
  const auto due = alive_time();
  if (!due || context_.now < *due) return;
  if (unanswered_ >= context_.options->alive_count) {
    return context_.end(DisconnectReason::connection_lost, "the client does not answer");
  }
  ++unanswered_;
  // Nobody knows this request; that it is refused is the sign of life.
  context_.link.send(Kind::global_request, wire::GlobalRequest{"keepalive@openssh.com", true, {}});
}

}  // namespace ssh::connection
