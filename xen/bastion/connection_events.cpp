// What the session asks and tells; see connection.hpp.
#include <algorithm>

#include "bastion/connection.hpp"
#include "bastion/session_channel.hpp"

namespace bastion {
namespace {

namespace event = ssh::event;

}  // namespace

// Keys.

void Connection::on(const event::KeysAgreed& keys) {
  if (!keys.first) return;
  common_.log.write(LogLevel::debug, who() + ": " + harmless(keys.client_version) + ", " +
                                         keys.key_exchange + ", " + keys.host_key + ", " +
                                         keys.cipher_in + (keys.strict ? ", strict" : ""));
}

void Connection::on(const event::SignExchangeHash& wanted) {
  session_.exchange_signed(
      common_.config.host_keys[wanted.host_key]->sign(wanted.algorithm, wanted.hash));
}

void Connection::on(const event::ProveHostKeys& wanted) {
  std::vector<ssh::Bytes> signatures;
  for (const auto& proof : wanted.proofs) {
    auto signature = common_.config.host_keys[proof.host_key]->sign(proof.algorithm, proof.data);
    if (!signature) {
      session_.host_keys_proved(tl::unexpected<ssh::Error>(signature.error()));
      return;
    }
    signatures.push_back(std::move(*signature));
  }
  session_.host_keys_proved(std::move(signatures));
}

// Login.

void Connection::on(const event::Authenticate& wanted) {
  const bool first = !login_.met();
  auto answer = login_.answer(wanted, common_.unix_time());
  if (first && !common_.config.banner.empty()) session_.send_banner(common_.config.banner);
  if (const auto* failure = std::get_if<ssh::AuthFailure>(&answer); failure && failure->counts) {
    ++common_.metrics.failed_logins;
  }
  session_.answer_authentication(std::move(answer));
}

void Connection::on(const event::LoggedIn&) {
  logged_in_ = true;
  last_moved_ = now_;
  ++common_.metrics.logins;
}

Destinations::Verdict Connection::judge(std::string_view host, std::uint16_t port) const {
  const auto& identity = *login_.identity();
  if (!identity.options.port_forwarding ||
      !ssh::permits_open(identity.options.permit_open, host, port)) {
    return Destinations::Verdict::refused;
  }
  return identity.user->jumps.judge(host, port);
}

bool Connection::allows_address(const xenrt::IpAddress& address, std::uint16_t port) const {
  const auto parsed = ssh::parse_address(to_string(address));
  return parsed && login_.identity()->user->jumps.allows_address(*parsed, port);
}

// Channels.

void Connection::on(const event::ChannelOpen& open) {
  if (std::holds_alternative<ssh::OpenSession>(open.opening)) {
    open_session(open.channel);
  } else if (const auto* to = std::get_if<ssh::OpenDirectTcp>(&open.opening)) {
    open_jump(open.channel, *to);
  } else {
    session_.refuse_channel(open.channel, ssh::OpenFailureReason::administratively_prohibited,
                            "there are no such sockets here");
  }
}

void Connection::open_session(ssh::ChannelId channel) {
  const auto& identity = *login_.identity();
  SessionChannel::Rights rights{identity.user->console, identity.options.pty, identity.user->name};
  ChannelHost& self = *this;
  channels_.insert_or_assign(
      channel, std::make_unique<SessionChannel>(self, channel, common_.observed, common_.files, id_,
                                                rights));
  session_.confirm_channel(channel);
}

Jump::Net Connection::net() const {
  return {common_.stack, common_.events, common_.log, common_.metrics, who()};
}

void Connection::open_jump(ssh::ChannelId channel, const ssh::OpenDirectTcp& to) {
  ChannelHost& self = *this;
  const JumpRules& rules = *this;
  auto jump = std::make_unique<Jump>(self, net(), channel, to, rules);
  if (!jump->refused()) channels_.insert_or_assign(channel, std::move(jump));
}

void Connection::on(const event::ChannelConfirmed& confirmed) {
  const auto found = channels_.find(confirmed.channel);
  if (found != channels_.end()) found->second->confirmed();
}

void Connection::on(const event::ChannelRefused& refused) {
  channels_.erase(refused.channel);
}

void Connection::on(const event::ChannelRequest& wanted) {
  const auto found = channels_.find(wanted.channel);
  session_.answer_channel_request(found != channels_.end() &&
                                  found->second->request(wanted.request));
}

void Connection::on(const event::ChannelData& data) {
  const auto found = channels_.find(data.channel);
  if (found != channels_.end()) {
    found->second->data(data.data);
  } else {
    session_.channel_consumed(data.channel, data.data.size());
  }
}

void Connection::on(const event::ChannelEof& eof) {
  const auto found = channels_.find(eof.channel);
  if (found != channels_.end()) found->second->eof();
}

void Connection::on(const event::ChannelClosed& closed) {
  auto found = channels_.extract(closed.channel);
  if (found && found.mapped()->let_go()) lingering_.push_back(std::move(found.mapped()));
}

// Forwarding.

void Connection::on(const event::GlobalRequest& wanted) {
  if (const auto* forward = std::get_if<ssh::TcpForwardRequest>(&wanted.request)) {
    const auto port = listen(*forward);
    session_.answer_global_request(port.has_value(), port.value_or(0));
  } else if (const auto* cancel = std::get_if<ssh::CancelTcpForwardRequest>(&wanted.request)) {
    session_.answer_global_request(stop_listening(*cancel));
  } else {
    session_.answer_global_request(false);
  }
}

std::optional<std::uint16_t> Connection::listen(const ssh::TcpForwardRequest& request) {
  const auto& identity = *login_.identity();
  const auto port = static_cast<std::uint16_t>(request.port);
  // "Any port" would have to be one of those that are allowed; clients know which they want.
  if (port == 0 || request.port > 65535 || !contains(identity.user->listens, port) ||
      !identity.options.port_forwarding ||
      !ssh::permits_listen(identity.options.permit_listen, request.address, port)) {
    common_.log.write(LogLevel::info,
                      who() + ": may not listen at port " + std::to_string(request.port));
    return std::nullopt;
  }
  const auto listener = common_.stack.listen(port, 16);
  if (!listener) {
    common_.log.write(LogLevel::info, who() + ": cannot listen at port " + std::to_string(port) +
                                          ": " + to_string(listener.error));
    return std::nullopt;
  }
  common_.events.add(*listener, *this);
  forwards_.push_back({*listener, request.address, port});
  common_.log.write(LogLevel::info, who() + ": listens at port " + std::to_string(port));
  return port;
}

bool Connection::stop_listening(const ssh::CancelTcpForwardRequest& request) {
  const auto found = std::ranges::find_if(forwards_, [&](const Forward& forward) {
    return forward.address == request.address && forward.port == request.port;
  });
  if (found == forwards_.end()) return false;
  common_.events.remove(found->listener);
  common_.stack.close(found->listener);
  forwards_.erase(found);
  return true;
}

void Connection::forwarded(const xenrt::Event& accepted) {
  const auto found = std::ranges::find(forwards_, accepted.listener, &Forward::listener);
  const auto info = common_.stack.info(accepted.connection);
  std::optional<ssh::ChannelId> channel;
  if (found != forwards_.end() && info) {
    channel = session_.open_forwarded_tcp(
        {found->address, found->port, to_string(info->remote.address), info->remote.port});
  }
  if (!channel) {
    common_.stack.abort(accepted.connection);
    return;
  }
  ChannelHost& self = *this;
  channels_.insert_or_assign(
      *channel,
      std::make_unique<Jump>(self, net(), *channel, accepted.connection, to_string(info->remote)));
}

// The end.

void Connection::on(const event::Refused& refused) {
  ++common_.metrics.refusals[{refused.automaton, refused.statecall}];
  common_.log.write(LogLevel::warning, who() + ": refused by the policy\n" + refused.text);
}

void Connection::on(const event::Closed& closed) {
  if (reason_.empty()) reason_ = closed.reason;
}

}  // namespace bastion
