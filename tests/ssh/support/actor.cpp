#include "support/actor.hpp"

#include <algorithm>

namespace ssh::test {
namespace {

using S = Statecall;

Phrases phrases() {
  Phrases p;
  p.methods = {"ecdh-sha2-stub", "diffie-hellman-stub", "stub-hybrid",
               "diffie-hellman-group-exchange-stub"};
  p.ciphers = "stub-tag";
  return p;
}

}  // namespace

struct Actor::Listener {
  Actor& a;

  void operator()(const event::KeysAgreed&) const {}
  void operator()(const event::SignExchangeHash&) const {
    a.session_.exchange_signed(stub_signature());
  }
  void operator()(const event::ProveHostKeys&) const {
    a.session_.host_keys_proved(std::vector<Bytes>{stub_signature()});
  }
  void operator()(const event::Authenticate& asked) const {
    a.awaiting_ = Awaiting::authentication;
    const auto* key = std::get_if<PublicKeyRequest>(&asked.request);
    a.query_ = key != nullptr && !key->signature;
  }
  void operator()(const event::LoggedIn&) const {}
  void operator()(const event::ChannelOpen& c) const { a.hosted_[c.channel].asked = true; }
  void operator()(const event::ChannelConfirmed&) const {}
  void operator()(const event::ChannelRefused&) const {}
  void operator()(const event::ChannelRequest& r) const {
    a.awaiting_ = Awaiting::request;
    a.requested_ = r.channel;
  }
  void operator()(const event::ChannelData& d) const {
    a.hosted_[d.channel].unconsumed += d.data.size();
  }
  void operator()(const event::ChannelEof&) const {}
  void operator()(const event::ChannelClosed&) const {}
  void operator()(const event::ChannelWritable&) const {}
  void operator()(const event::GlobalRequest&) const { a.awaiting_ = Awaiting::global; }
  void operator()(const event::Refused& r) const { a.talk().set_fault("refused: " + r.text); }
  void operator()(const event::Closed&) const { a.talk().close(); }
};

Actor::Actor(std::size_t piece)
    : piece_(piece), session_(options_, now_), speaker_(stub_provider(), phrases()) {
  options_->alive_count = 1000;
  settle();
}

std::string Actor::context() const {
  return static_cast<char>('0' + static_cast<int>(awaiting_)) + talk().context();
}

void Actor::say(S s, std::uint8_t option, bool meant) {
  speaker_.say(s, option, meant);
  Bytes said = speaker_.take_output();
  for (std::size_t at = 0; at < said.size(); at += piece_) {
    session_.receive(MutableBytes(said).subspan(at, std::min(piece_, said.size() - at)), now_);
    settle();
  }
}

void Actor::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    while (auto event = session_.poll()) {
      busy = true;
      if (provoked_ != nullptr) {
        provoked_->events.push_back(std::move(*event));
      } else {
        std::visit(Listener{*this}, *event);
      }
    }
    if (session_.output().empty()) continue;
    busy = true;
    const Bytes bytes = to_bytes(session_.output());
    session_.consume_output(bytes.size());
    speaker_.hear(bytes);
  }
  std::erase_if(hosted_, [&](const auto& each) { return !talk().has_channel(each.first); });
}

bool Actor::can_do(HostAct act) const {
  const bool holding = talk().holding();
  if (talk().closed()) return false;
  if (act <= HostAct::auth_prompts) {
    if (awaiting_ != Awaiting::authentication) return false;
  } else if (act <= HostAct::deny_request) {
    return awaiting_ == Awaiting::request;
  } else if (act <= HostAct::deny_global) {
    return awaiting_ == Awaiting::global;
  } else if (holding && act != HostAct::disconnect) {
    return false;
  }
  const auto& m = monitor();
  const auto may = [&](S s) { return talk().accepted(s); };
  const bool asked = std::ranges::any_of(hosted_, [](const auto& c) { return c.second.asked; });
  switch (act) {
    // What the session checks by itself is not asked for: the host answers what it was asked.
    case HostAct::auth_success:
      return !query_ && (holding || m.would_accept(S::Transmit_Auth_Success));
    case HostAct::auth_partial:
      return !query_ && (holding || m.would_accept(S::Transmit_Auth_PartialSuccess));
    case HostAct::auth_pk_ok:
      return holding ? false : m.would_accept(S::Transmit_Auth_PkOk);
    case HostAct::auth_password_change:
      return holding ? false : m.would_accept(S::Transmit_Auth_PasswordChangeRequest);
    case HostAct::auth_prompts:
      return holding ? false : m.would_accept(S::Transmit_Auth_InfoRequest);
    case HostAct::confirm:
    case HostAct::refuse:
      return asked;
    case HostAct::banner:
      return m.would_accept(S::Transmit_Auth_Banner) &&
             !m.would_accept(S::Transmit_Connection_GlobalRequest);
    case HostAct::write:
      return may(S::Transmit_Channel_Data);
    case HostAct::write_stderr:
      return may(S::Transmit_Channel_ExtendedData);
    case HostAct::eof:
      return may(S::Transmit_Channel_Eof);
    case HostAct::exit_status:
      return may(S::Transmit_Channel_Request_ExitStatus);
    case HostAct::exit_signal:
      return may(S::Transmit_Channel_Request_ExitSignal);
    case HostAct::close:
      return may(S::Transmit_Channel_Close);
    case HostAct::consume:
      return std::ranges::any_of(hosted_, [](const auto& c) { return c.second.unconsumed > 0; });
    case HostAct::open:
      return m.would_accept(S::Transmit_Connection_Open) && talk().channel_count() < 4;
    case HostAct::rekey:
      return !talk().first() && !talk().family();
    case HostAct::alive:
      return m.would_accept(S::Transmit_Connection_GlobalRequest);
    default:
      return true;
  }
}

void Actor::perform(HostAct act) {
  const auto channel = [&](S s) { return talk().channel_for(s).value_or(0); };
  const auto asked = [&] {
    for (auto& [id, mine] : hosted_) {
      if (std::exchange(mine.asked, false)) return id;
    }
    return ChannelId{0};
  };
  if (act < HostAct::confirm) awaiting_ = Awaiting::nothing;
  switch (act) {
    case HostAct::auth_success:
      session_.answer_authentication(AuthSuccess{});
      break;
    case HostAct::auth_failure:
      session_.answer_authentication(AuthFailure{{"password"}, false, true});
      break;
    case HostAct::auth_partial:
      session_.answer_authentication(AuthFailure{{"password"}, true, true});
      break;
    case HostAct::auth_pk_ok:
      session_.answer_authentication(AuthPublicKeyOk{});
      break;
    case HostAct::auth_password_change:
      session_.answer_authentication(AuthPasswordChange{"new?"});
      break;
    case HostAct::auth_prompts:
      session_.answer_authentication(AuthPrompts{"", "", {{"1", true}, {"2", true}}});
      break;
    case HostAct::grant_request:
    case HostAct::deny_request:
      session_.answer_channel_request(act == HostAct::grant_request);
      break;
    case HostAct::grant_global:
    case HostAct::deny_global:
      session_.answer_global_request(act == HostAct::grant_global, 4711);
      break;
    case HostAct::confirm:
      session_.confirm_channel(asked());
      break;
    case HostAct::refuse:
      session_.refuse_channel(asked(), OpenFailureReason::connect_failed, "no");
      break;
    case HostAct::banner:
      session_.send_banner("hello");
      break;
    case HostAct::write:
      session_.channel_write(channel(S::Transmit_Channel_Data), as_bytes("x"));
      break;
    case HostAct::write_stderr:
      session_.channel_write(channel(S::Transmit_Channel_ExtendedData), as_bytes("x"), true);
      break;
    case HostAct::eof:
      session_.channel_eof(channel(S::Transmit_Channel_Eof));
      break;
    case HostAct::exit_status:
      session_.channel_exit_status(channel(S::Transmit_Channel_Request_ExitStatus), 1);
      break;
    case HostAct::exit_signal:
      session_.channel_exit_signal(channel(S::Transmit_Channel_Request_ExitSignal), "TERM", false,
                                   "");
      break;
    case HostAct::close:
      session_.channel_close(channel(S::Transmit_Channel_Close));
      break;
    case HostAct::consume:
      for (auto& [id, mine] : hosted_) {
        // As if it had been half of the window, for an adjustment is to follow.
        if (std::exchange(mine.unconsumed, 0) > 0)
          session_.channel_consumed(id, options_->window / 2);
      }
      break;
    case HostAct::open:
      if (!session_.open_forwarded_tcp({"", 4711, "127.0.0.1", 5}))
        talk().set_fault("nothing was opened");
      break;
    case HostAct::rekey:
      options_->rekey_time = Time{1};
      now_ += std::chrono::seconds(1);
      session_.handle_timeout(now_);
      options_->rekey_time = {};
      break;
    case HostAct::alive:
      options_->alive_interval = Time{1};
      now_ += std::chrono::seconds(1);
      session_.handle_timeout(now_);
      options_->alive_interval = {};
      break;
    default:
      session_.disconnect(DisconnectReason::by_application, "bye");
      break;
  }
  settle();
}

void Actor::run(const Act& act) {
  act.by_host ? perform(act.host) : say(act.said, act.option, true);
}

Actor::Outcome Actor::provoke(S statecall) {
  Outcome outcome;
  provoked_ = &outcome;
  speaker_.overhears = [&](const Bytes& payload) { outcome.heard.push_back(payload); };
  say(statecall, 0, false);
  speaker_.overhears = nullptr;
  provoked_ = nullptr;
  return outcome;
}

}  // namespace ssh::test
