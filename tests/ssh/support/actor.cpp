#include "support/actor.hpp"

#include <algorithm>

namespace ssh::test {
namespace {

using S = Statecall;

std::string_view name(S s) {
  return to_string(s);
}

std::optional<channel_policy::Statecall> of_channel(S s) {
  const auto found = channel_policy::parse_statecall(to_string(s));
  return found ? std::optional(*found) : std::nullopt;
}

bool is_opening(S s) {
  return s == S::Receive_Connection_Open_Session || s == S::Receive_Connection_Open_Direct ||
         s == S::Receive_Connection_Open_Other;
}

/// Statecalls of messages that name a channel.
bool names_channel(S s) {
  return name(s).find("_Channel_") != std::string_view::npos ||
         s == S::Receive_Connection_OpenConfirmation || s == S::Receive_Connection_OpenFailure;
}

constexpr std::string_view kMethods[] = {"ecdh-sha2-stub", "diffie-hellman-stub", "stub-hybrid",
                                         "diffie-hellman-group-exchange-stub"};

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
  void operator()(const event::ChannelOpen& c) const { a.channels_[c.channel].asked = true; }
  void operator()(const event::ChannelConfirmed&) const {}
  void operator()(const event::ChannelRefused&) const {}
  void operator()(const event::ChannelRequest& r) const {
    a.awaiting_ = Awaiting::request;
    a.requested_ = r.channel;
  }
  void operator()(const event::ChannelData& d) const {
    a.channels_[d.channel].unconsumed += d.data.size();
  }
  void operator()(const event::ChannelEof&) const {}
  void operator()(const event::ChannelClosed&) const {}
  void operator()(const event::ChannelWritable&) const {}
  void operator()(const event::GlobalRequest&) const { a.awaiting_ = Awaiting::global; }
  void operator()(const event::Refused& r) const { a.fault_ = "refused: " + r.text; }
  void operator()(const event::Closed&) const { a.closed_ = true; }
};

Actor::Actor(std::size_t piece)
    : piece_(piece), session_(options_, now_), client_(stub_provider(), client_options(0)) {
  client_.automatic = false;
  options_->alive_count = 1000;
  announce(S::Transmit_Transport_Version);
  settle();
}

ClientOptions Actor::client_options(std::uint8_t option) const {
  ClientOptions options;
  options.ciphers = "stub-tag";
  // A guess is wrong if it is not the server's first, which is the first of the list here.
  options.kex = kMethods[option & kMethod];
  if ((option & kGuess) != 0) options.kex = "nonsense," + options.kex;
  options.first_kex_packet_follows = (option & kGuess) != 0;
  if ((option & kStrict) != 0) options.kex += ",kex-strict-c-v00@openssh.com";
  if ((option & kExtInfo) != 0) options.kex += ",ext-info-c";
  return options;
}

void Actor::announce(S statecall, std::optional<ChannelId> channel) {
  trace_.push_back(statecall);
  const auto accepted = [](auto verdict) { return !spl::rt::is_refusal(verdict); };
  bool good = accepted(monitor_.tick(statecall));
  if (channel) {
    if (const auto s = of_channel(statecall)) {
      had_channel_ = true;
      good = accepted(channels_[*channel].monitor.tick(*s)) && good;
    }
  }
  if (!good && fault_.empty()) {
    fault_ = "not allowed, but done: ";
    for (const S s : trace_) fault_ += std::string(name(s)) + " ";
  }
  if (statecall == S::Transmit_Transport_KexInit) holding_ = true;
  if (statecall == S::Transmit_Transport_NewKeys) holding_ = false;
  if (statecall == S::Transmit_Transport_ExtInfo) ext_info_ = false;
}

void Actor::forget(ChannelId id) {
  const auto found = channels_.find(id);
  // Over, but for what ends the connection.
  if (found != channels_.end() &&
      found->second.monitor.would_accept(channel_policy::Statecall::Receive_Transport_Disconnect) &&
      found->second.monitor.allowed().size() <= 2) {
    if (id == 0) last_ = found->second.monitor;
    channels_.erase(found);
  }
}

const channel_policy::Monitor& Actor::channel() const {
  const auto found = channels_.find(0);
  return found == channels_.end() ? last_ : found->second.monitor;
}

std::string Actor::context() const {
  std::string text(1, static_cast<char>('0' + static_cast<int>(awaiting_)));
  text += family_ ? static_cast<char>('a' + static_cast<int>(*family_)) : '-';
  text += guess_ ? 'g' : '-';
  text += ext_info_ ? 'e' : '-';
  text += holding_ ? 'h' : '-';
  text += closed_ ? 'c' : '-';
  return text;
}

ChannelId Actor::next_id() const {
  ChannelId id = 0;
  while (channels_.contains(id)) ++id;
  return id;
}

std::optional<ChannelId> Actor::channel_for(S statecall) const {
  const auto s = of_channel(statecall);
  for (const auto& [id, mine] : channels_) {
    if (s && mine.monitor.would_accept(*s)) return id;
  }
  return std::nullopt;
}

bool Actor::can_say(S s) const {
  if (closed_ || !name(s).starts_with("Receive_")) return false;
  if (s == S::Receive_Transport_Version) return !version_in_;
  if (!version_in_) return false;
  using wire::KexFamily;
  const auto by = [&](KexFamily family) { return !guess_ && family_ == family; };
  switch (s) {
    case S::Receive_Kex_EcdhInit:
      return by(KexFamily::ecdh);
    case S::Receive_Kex_DhInit:
      return by(KexFamily::dh);
    case S::Receive_Kex_HybridInit:
      return by(KexFamily::hybrid);
    case S::Receive_Kex_GexRequest:
    case S::Receive_Kex_GexInit:
      return by(KexFamily::group_exchange);
    case S::Receive_Kex_WrongGuess:
      return guess_;
    case S::Receive_Kex_Unexpected:
      return !guess_;
    default:
      return true;
  }
}

bool Actor::accepted(S s) const {
  return monitor_.would_accept(s) && (!names_channel(s) || channel_for(s).has_value());
}

bool Actor::strict_is_possible() const {
  auto after = monitor_;
  after.tick(S::Receive_Transport_KexInit);
  return !first_ || after.would_accept(S::Notify_Kex_Strict);
}

void Actor::deliver() {
  Bytes said = client_.take_output();
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
    client_.receive(bytes);
    for (; !client_.heard.empty(); client_.heard.pop_front()) {
      if (provoked_ != nullptr) {
        provoked_->heard.push_back(client_.heard.front());
      } else {
        on(client_.heard.front());
      }
    }
    if (client_.broken() && fault_.empty()) fault_ = "the client does not understand the server";
  }
}

S Actor::reply_name() const {
  switch (wire::kex_family(client_.method())) {
    case wire::KexFamily::ecdh:
      return S::Transmit_Kex_EcdhReply;
    case wire::KexFamily::dh:
      return S::Transmit_Kex_DhReply;
    case wire::KexFamily::group_exchange:
      return S::Transmit_Kex_GexGroup;
    default:
      return S::Transmit_Kex_HybridReply;
  }
}

S Actor::name_of(ByteView payload) const {
  wire::Reader r(payload);
  const int number = r.u8();
  switch (number) {
    case 1:
      return S::Transmit_Transport_Disconnect;
    case 2:
      return S::Transmit_Transport_Ignore;
    case 3:
      return S::Transmit_Transport_Unimplemented;
    case 4:
      return S::Transmit_Transport_Debug;
    case 6:
      return S::Transmit_Transport_ServiceAccept;
    case 7:
      return S::Transmit_Transport_ExtInfo;
    case 20:
      return S::Transmit_Transport_KexInit;
    case 21:
      return S::Transmit_Transport_NewKeys;
    case 31:
      return reply_name();
    case 33:
      return S::Transmit_Kex_GexReply;
    case 51:
      r.string();
      return r.boolean() ? S::Transmit_Auth_PartialSuccess : S::Transmit_Auth_Failure;
    case 52:
      return S::Transmit_Auth_Success;
    case 53:
      return S::Transmit_Auth_Banner;
    case 60:
      return sixty_;
    case 80:
      r.string();
      return r.boolean() ? S::Transmit_Connection_GlobalRequest
                         : S::Transmit_Connection_GlobalRequest_NoReply;
    case 81:
      return S::Transmit_Connection_RequestSuccess;
    case 82:
      return S::Transmit_Connection_RequestFailure;
    case 90:
      return S::Transmit_Connection_Open;
    case 91:
      return S::Transmit_Connection_OpenConfirmation;
    case 92:
      return S::Transmit_Connection_OpenFailure;
    case 93:
      return S::Transmit_Channel_WindowAdjust;
    case 94:
      return S::Transmit_Channel_Data;
    case 95:
      return S::Transmit_Channel_ExtendedData;
    case 96:
      return S::Transmit_Channel_Eof;
    case 97:
      return S::Transmit_Channel_Close;
    case 98: {
      r.u32();
      const auto type = r.text();
      if (type == "exit-status") return S::Transmit_Channel_Request_ExitStatus;
      if (type == "exit-signal") return S::Transmit_Channel_Request_ExitSignal;
      return r.boolean() ? S::Transmit_Channel_Request_Other
                         : S::Transmit_Channel_Request_Other_NoReply;
    }
    case 99:
      return S::Transmit_Channel_Success;
    case 100:
      return S::Transmit_Channel_Failure;
    case 193:
      return S::Transmit_Transport_Pong;
    default:
      return S::Transmit_Transport_Unexpected;
  }
}

void Actor::on(ByteView payload) {
  const int number = payload[0];
  std::optional<ChannelId> channel;
  if (number >= 91 && number <= 100) {
    // The client's numbers are the server's.
    wire::Reader r(payload);
    r.u8();
    channel = r.u32();
  } else if (number == 90) {
    channel = next_id();
  }
  announce(name_of(payload), channel);
  if (channel) forget(*channel);
  if (number == 1) closed_ = true;
}

void Actor::say(S s, std::uint8_t option, bool meant) {
  const ChannelId channel = is_opening(s) ? next_id() : channel_for(s).value_or(0);
  const bool in_channel = is_opening(s) || names_channel(s);
  if (meant) {
    announce(s, in_channel ? std::optional(channel) : std::nullopt);
    if (s == S::Receive_Transport_Version) version_in_ = true;
  }
  if (s == S::Receive_Transport_Version) {
    client_.say_version();
  } else if (s == S::Receive_Transport_KexInit) {
    client_.set_options(client_options(option));
    client_.send_kexinit();
    if (meant) {
      if (first_) {
        announce((option & kStrict) != 0 ? S::Notify_Kex_Strict : S::Notify_Kex_Plain);
      }
      family_ = wire::kex_family(kMethods[option & kMethod]);
      guess_ = (option & kGuess) != 0;
      ext_info_ = first_ && (option & kExtInfo) != 0;
    }
  } else if (s == S::Receive_Transport_NewKeys && meant) {
    client_.send_newkeys();
    family_.reset();
    first_ = false;
  } else {
    if (s == S::Receive_Kex_WrongGuess && meant) guess_ = false;
    send(s, channel);
  }
  deliver();
  if (meant && in_channel) forget(channel);
  if (meant && s == S::Receive_Transport_Disconnect) closed_ = true;
}

namespace {

/// Numbers whose contents do not matter.
std::optional<std::uint8_t> bare(S s) {
  switch (s) {
    case S::Receive_Transport_ServiceAccept:
      return 6;
    case S::Receive_Transport_NewKeys:
      return 21;
    case S::Receive_Kex_Unexpected:
      return 35;
    case S::Receive_Auth_Failure:
      return 51;
    case S::Receive_Auth_Success:
      return 52;
    case S::Receive_Auth_Banner:
      return 53;
    case S::Receive_Auth_ServerMethod:
      return 60;
    case S::Receive_Transport_Unknown:
      return 199;
    case S::Receive_Connection_RequestSuccess:
      return 81;
    case S::Receive_Connection_RequestFailure:
      return 82;
    default:
      return std::nullopt;
  }
}

}  // namespace

void Actor::send(S s, ChannelId channel) {
  if (const auto number = bare(s)) {
    client_.send_raw(ByteView(&*number, 1));
    return;
  }
  if (send_channel_request(s, channel)) return;
  Bytes data;
  wire::Writer w(data);
  switch (s) {
    case S::Receive_Transport_Disconnect:
      return client_.send(wire::Disconnect{11, "bye", {}});
    case S::Receive_Transport_Ignore:
      return client_.send(wire::Ignore{as_bytes("x")});
    case S::Receive_Transport_Unimplemented:
      return client_.send(wire::Unimplemented{0});
    case S::Receive_Transport_Debug:
      return client_.send(wire::Debug{false, "x", {}});
    case S::Receive_Transport_ServiceRequest_Userauth:
      return client_.send(wire::ServiceRequest{"ssh-userauth"});
    case S::Receive_Transport_ServiceRequest_Other:
      return client_.send(wire::ServiceRequest{"ssh-connection"});
    case S::Receive_Transport_ExtInfo:
      return client_.send(wire::ExtInfo{});
    case S::Receive_Transport_Ping:
      return client_.send(wire::Ping{as_bytes("x")});
    case S::Receive_Kex_EcdhInit:
    case S::Receive_Kex_DhInit:
    case S::Receive_Kex_HybridInit:
    case S::Receive_Kex_GexRequest:
      return client_.send_kex_init();
    case S::Receive_Kex_GexInit:
      return client_.send_gex_init();
    case S::Receive_Kex_WrongGuess:
      return client_.send(wire::KexInitiation{as_bytes("guess")}, wire::KexFamily::ecdh);
    case S::Receive_Auth_InfoResponse:
      return client_.send(wire::UserauthInfoResponse{{"1", "2"}});
    case S::Receive_Connection_GlobalRequest:
      return client_.send(wire::GlobalRequest{"what@example.com", true, {}});
    case S::Receive_Connection_GlobalRequest_NoReply:
      return client_.send(wire::GlobalRequest{"what@example.com", false, {}});
    case S::Receive_Connection_GlobalRequest_Forward:
    case S::Receive_Connection_GlobalRequest_Forward_NoReply:
      w.string("").u32(0);
      return client_.send(wire::GlobalRequest{
          "tcpip-forward", s == S::Receive_Connection_GlobalRequest_Forward, data});
    case S::Receive_Connection_Open_Session:
      return client_.send(wire::ChannelOpen{"session", channel, 1U << 20, 32768, {}});
    case S::Receive_Connection_Open_Direct:
      w.string("host").u32(22).string("127.0.0.1").u32(1);
      return client_.send(wire::ChannelOpen{"direct-tcpip", channel, 1U << 20, 32768, data});
    case S::Receive_Connection_Open_Other:
      return client_.send(wire::ChannelOpen{"what@example.com", channel, 1U << 20, 32768, {}});
    case S::Receive_Connection_OpenConfirmation:
      return client_.send(wire::ChannelOpenConfirmation{channel, channel, 1U << 20, 32768});
    case S::Receive_Connection_OpenFailure:
      return client_.send(wire::ChannelOpenFailure{channel, 2, "no", {}});
    case S::Receive_Channel_WindowAdjust:
      return client_.send(wire::ChannelWindowAdjust{channel, 1});
    case S::Receive_Channel_Data:
      return client_.send(wire::ChannelData{channel, as_bytes("x")});
    case S::Receive_Channel_ExtendedData:
      return client_.send(wire::ChannelExtendedData{channel, 1, as_bytes("x")});
    case S::Receive_Channel_Eof:
      return client_.send(wire::ChannelEof{channel});
    case S::Receive_Channel_Close:
      return client_.send(wire::ChannelClose{channel});
    case S::Receive_Channel_Success:
      return client_.send(wire::ChannelSuccess{channel});
    case S::Receive_Channel_Failure:
      return client_.send(wire::ChannelFailure{channel});
    default:
      return send_auth(s);
  }
}

void Actor::send_auth(S s) {
  wire::UserauthRequest m{"user", "ssh-connection", wire::NoneMethod{}};
  const wire::PublicKeyMethod key{"ssh-ed25519", as_bytes("key"), {}};
  switch (s) {
    case S::Receive_Auth_Request_None:
      break;
    case S::Receive_Auth_Request_PublicKeyQuery:
      m.method = key;
      break;
    case S::Receive_Auth_Request_PublicKey:
      m.method = wire::PublicKeyMethod{key.algorithm, key.key, as_bytes("signature")};
      break;
    case S::Receive_Auth_Request_Password:
      m.method = wire::PasswordMethod{"secret", {}};
      break;
    case S::Receive_Auth_Request_PasswordChange:
      m.method = wire::PasswordMethod{"secret", "new"};
      break;
    case S::Receive_Auth_Request_KeyboardInteractive:
      m.method = wire::KeyboardInteractiveMethod{};
      break;
    case S::Receive_Auth_Request_Other:
      m.method = wire::OtherMethod{"hostbased"};
      break;
    default:
      fault_ = "the test cannot say " + std::string(name(s));
      return;
  }
  client_.send(m);
}

bool Actor::send_channel_request(S s, ChannelId channel) {
  constexpr std::string_view kPrefix = "Receive_Channel_Request_", kNoReply = "_NoReply";
  auto what = name(s);
  if (!what.starts_with(kPrefix)) return false;
  what.remove_prefix(kPrefix.size());
  bool wants_reply = what != "WindowChange" && what != "Signal";
  if (what.ends_with(kNoReply)) {
    what.remove_suffix(kNoReply.size());
    wants_reply = false;
  }
  Bytes data;
  wire::Writer w(data);
  const auto send = [&](std::string_view type) {
    client_.send(wire::ChannelRequest{channel, type, wants_reply, data});
    return true;
  };
  if (what == "Pty") {
    w.string("xterm").u32(80).u32(24).u32(0).u32(0).string("");
    return send("pty-req");
  }
  if (what == "Env") {
    w.string("LANG").string("C");
    return send("env");
  }
  if (what == "Exec" || what == "Subsystem") {
    w.string("x");
    return send(what == "Exec" ? "exec" : "subsystem");
  }
  if (what == "WindowChange") {
    w.u32(80).u32(24).u32(0).u32(0);
    return send("window-change");
  }
  if (what == "Signal") {
    w.string("TERM");
    return send("signal");
  }
  if (what == "Shell") return send("shell");
  if (what == "Forward") return send("auth-agent-req@openssh.com");
  return send("what@example.com");
}

bool Actor::can_do(HostAct act) const {
  if (closed_) return false;
  if (act <= HostAct::auth_prompts) {
    if (awaiting_ != Awaiting::authentication) return false;
  } else if (act <= HostAct::deny_request) {
    return awaiting_ == Awaiting::request;
  } else if (act <= HostAct::deny_global) {
    return awaiting_ == Awaiting::global;
  } else if (holding_ && act != HostAct::disconnect) {
    return false;
  }
  const auto& m = monitor_;
  const auto may = [&](S s) {
    return m.would_accept(s) && (!names_channel(s) || channel_for(s).has_value());
  };
  const bool asked = std::ranges::any_of(channels_, [](const auto& c) { return c.second.asked; });
  switch (act) {
    // What the session checks by itself is not asked for: the host answers what it was asked.
    case HostAct::auth_success:
      return !query_ && (holding_ || m.would_accept(S::Transmit_Auth_Success));
    case HostAct::auth_partial:
      return !query_ && (holding_ || m.would_accept(S::Transmit_Auth_PartialSuccess));
    case HostAct::auth_pk_ok:
      return holding_ ? false : m.would_accept(S::Transmit_Auth_PkOk);
    case HostAct::auth_password_change:
      return holding_ ? false : m.would_accept(S::Transmit_Auth_PasswordChangeRequest);
    case HostAct::auth_prompts:
      return holding_ ? false : m.would_accept(S::Transmit_Auth_InfoRequest);
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
      return std::ranges::any_of(channels_, [](const auto& c) { return c.second.unconsumed > 0; });
    case HostAct::open:
      return m.would_accept(S::Transmit_Connection_Open) && channels_.size() < 4;
    case HostAct::rekey:
      return !first_ && !family_;
    case HostAct::alive:
      return m.would_accept(S::Transmit_Connection_GlobalRequest);
    default:
      return true;
  }
}

void Actor::perform(HostAct act) {
  const auto channel = [&](S s) { return channel_for(s).value_or(0); };
  const auto asked = [&] {
    for (auto& [id, mine] : channels_) {
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
      sixty_ = S::Transmit_Auth_PkOk;
      session_.answer_authentication(AuthPublicKeyOk{});
      break;
    case HostAct::auth_password_change:
      sixty_ = S::Transmit_Auth_PasswordChangeRequest;
      session_.answer_authentication(AuthPasswordChange{"new?"});
      break;
    case HostAct::auth_prompts:
      sixty_ = S::Transmit_Auth_InfoRequest;
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
      for (auto& [id, mine] : channels_) {
        // As if it had been half of the window, for an adjustment is to follow.
        if (std::exchange(mine.unconsumed, 0) > 0)
          session_.channel_consumed(id, options_->window / 2);
      }
      break;
    case HostAct::open:
      if (!session_.open_forwarded_tcp({"", 4711, "127.0.0.1", 5})) fault_ = "nothing was opened";
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
  say(statecall, 0, false);
  provoked_ = nullptr;
  return outcome;
}

}  // namespace ssh::test
