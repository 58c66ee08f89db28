// See ssh/session.hpp: the layers put together, and the first of the two places where statecalls
// are announced: after a message was decoded, before anything of it is handled.
#include "ssh/session.hpp"

#include <algorithm>

#include "connection/connection.hpp"
#include "link/context.hpp"
#include "transport/transport.hpp"
#include "userauth/userauth.hpp"

namespace ssh {
namespace {

/// RFC 4253 section 4.2: with its CR LF.
constexpr std::size_t kLongestVersion = 255;
/// While so much waits for the client to take it, nothing of what it says is handled: answers
/// to a client that does not read them would fill the memory.
constexpr std::size_t kMostUnsent = 1U << 20;

/// The channel that a message names; nullopt for all that belong to none.
struct ChannelOf {
  template <typename Message>
  std::optional<ChannelId> operator()(const Message& message) const {
    if constexpr (requires { message.recipient; }) {
      return message.recipient;
    } else {
      return std::nullopt;
    }
  }
};

bool belongs_to_channel(const wire::ClientMessage& message) {
  return std::holds_alternative<wire::ChannelOpen>(message) ||
         std::visit(ChannelOf{}, message).has_value();
}

}  // namespace

class Session::Impl {
 public:
  Impl(std::shared_ptr<const SessionOptions> options, Time now, Tap* tap)
      : context_(std::move(options), now, tap),
        transport_(context_),
        userauth_(context_),
        connection_(context_),
        started_(now) {
    transport_.input().set_largest(context_.options->largest_packet);
    transport_.start();
  }

  void receive(MutableBytes bytes, Time now) {
    context_.now = now;
    context_.counters.bytes_in += bytes.size();
    connection_.heard();
    transport_.input().feed(bytes);
  }

  void receive_end(Time now) {
    context_.now = now;
    ended_ = true;
  }

  std::optional<SessionEvent> poll() {
    for (;;) {
      context_.check_refusal();
      connection_.sweep();
      connection_.wake();
      if (auto event = context_.take_event()) return event;
      if (!ready() || !step()) break;
    }
    transport_.input().keep();
    return std::nullopt;
  }

  std::optional<Time> next_timeout() const {
    if (context_.over()) return std::nullopt;
    std::optional<Time> next;
    const auto consider = [&](std::optional<Time> time) {
      if (time && (!next || *time < *next)) next = time;
    };
    consider(transport_.rekey_time());
    if (userauth_.logged_in()) {
      consider(connection_.alive_time());
    } else if (context_.options->login_grace != Time{}) {
      consider(started_ + context_.options->login_grace);
    }
    return next;
  }

  void handle_timeout(Time now) {
    context_.now = now;
    if (context_.over()) return;
    if (userauth_.logged_in()) {
      connection_.ask_if_alive();
    } else if (context_.options->login_grace != Time{} &&
               now >= started_ + context_.options->login_grace) {
      context_.end(DisconnectReason::by_application, "login grace time exceeded");
    }
    transport_.rekey_if_due();
  }

  void answer_authentication(const AuthAnswer& answer) {
    if (!answered(Awaiting::authentication) || !userauth_.answer(answer)) return;
    context_.emit(event::LoggedIn{userauth_.user()});
    connection_.announce_host_keys();
  }

  /// The next message can be handled.
  bool ready() const {
    return !context_.over() && context_.awaiting == Awaiting::nothing &&
           context_.link.output().data().size() < kMostUnsent;
  }

  /// Whether that was what the session waits for.
  bool answered(Awaiting what) {
    if (context_.over() || context_.awaiting != what) return false;
    context_.awaiting = Awaiting::nothing;
    return true;
  }

  Context context_;
  transport::Transport transport_;
  userauth::Userauth userauth_;
  connection::Connection connection_;

 private:
  bool step();
  void handle(ByteView payload);

  // What each message does. The policy has let it through.
  struct Handler;

  Time started_;
  bool ended_ = false;
};

struct Session::Impl::Handler {
  Impl& s;
  ByteView payload;

  void operator()(const wire::Disconnect& m) const {
    s.context_.end_silently(
        "disconnected by the client: " + std::string(m.description.substr(0, 200)), true);
  }
  void operator()(const wire::KexInit& m) const { s.transport_.on(m, payload); }
  void operator()(const wire::KexInitiation& m) const { s.transport_.on(m); }
  void operator()(const wire::GexRequest& m) const { s.transport_.on(m); }
  void operator()(const wire::GexInit& m) const { s.transport_.on(m); }
  void operator()(const wire::KexWrongGuess& m) const { s.transport_.on(m); }
  void operator()(const wire::NewKeys& m) const { s.transport_.on(m); }
  void operator()(const wire::Ping& m) const { s.transport_.on(m); }
  void operator()(const wire::Unknown& m) const { s.transport_.on(m); }

  void operator()(const wire::ServiceRequest& m) const { s.userauth_.on(m); }
  void operator()(const wire::UserauthRequest& m) const {
    s.userauth_.on(m, s.transport_.session_id());
  }
  void operator()(const wire::UserauthInfoResponse& m) const { s.userauth_.on(m); }

  void operator()(const wire::GlobalRequest& m) const {
    s.connection_.on(m, s.transport_.session_id());
  }
  template <typename Message>
  requires requires(connection::Connection& c, const Message& m) { c.on(m); }
  void operator()(const Message& m) const { s.connection_.on(m); }

  // Nothing to do: these say something, and that was it.
  void operator()(const wire::Ignore&) const {}
  void operator()(const wire::Debug&) const {}
  void operator()(const wire::Unimplemented&) const {}
  void operator()(const wire::ExtInfo&) const {}
  // The policy refuses these whenever they come.
  void operator()(const wire::ServiceAccept&) const {}
  void operator()(const wire::KexUnexpected&) const {}
  void operator()(const wire::UserauthFailure&) const {}
  void operator()(const wire::UserauthSuccess&) const {}
  void operator()(const wire::UserauthBanner&) const {}
  void operator()(const wire::UserauthServerMethod&) const {}
};

bool Session::Impl::step() {
  using State = wire::PacketInput::State;
  auto& input = transport_.input();
  ByteView payload;
  std::string line;
  const State state =
      transport_.client_known() ? input.next(payload) : input.next_line(kLongestVersion, line);
  if (state == State::packet) {
    if (!transport_.client_known()) {
      if (context_.gate.admit(Kind::transport_version, Direction::receive))
        transport_.on_version(line);
    } else {
      handle(payload);
    }
    return true;
  }
  if (state == State::broken) {
    context_.end(input.bad_mac() ? DisconnectReason::mac_error : DisconnectReason::protocol_error,
                 input.error());
    return true;
  }
  if (ended_) {
    context_.end_silently("connection closed by the client", userauth_.logged_in());
    return true;
  }
  return false;
}

void Session::Impl::handle(ByteView payload) {
  ++context_.counters.packets_in;
  const auto decode_context = transport_.decode_context();
  const auto message = wire::decode_from_client(payload, decode_context);
  if (!message) {
    context_.end(DisconnectReason::protocol_error, message.error().text);
    return;
  }
  ChannelGate* gate = belongs_to_channel(*message)
                          ? connection_.gate_of(std::visit(ChannelOf{}, *message))
                          : nullptr;
  if (!context_.gate.admit(kind_of(*message, decode_context.family), Direction::receive, gate))
    return;
  std::visit(Handler{*this, payload}, *message);
  transport_.rekey_if_due();
  if (context_.link.overflown()) {
    context_.end(DisconnectReason::protocol_error, "too much asked for while keys are exchanged");
  }
}

Session::Session(std::shared_ptr<const SessionOptions> options, Time now, Tap* tap)
    : impl_(std::make_unique<Impl>(std::move(options), now, tap)) {}
Session::~Session() = default;

void Session::receive(MutableBytes bytes, Time now) {
  impl_->receive(bytes, now);
}
void Session::receive_end(Time now) {
  impl_->receive_end(now);
}
std::optional<SessionEvent> Session::poll() {
  return impl_->poll();
}
bool Session::wants_input() const {
  return impl_->ready();
}

ByteView Session::output() const {
  return impl_->context_.link.output().data();
}
void Session::consume_output(std::size_t bytes) {
  impl_->context_.counters.bytes_out += bytes;
  impl_->context_.link.output().consume(bytes);
}

std::optional<Time> Session::next_timeout() const {
  return impl_->next_timeout();
}
void Session::handle_timeout(Time now) {
  impl_->handle_timeout(now);
}
bool Session::closed() const {
  return impl_->context_.over();
}
void Session::disconnect(DisconnectReason reason, std::string_view description) {
  impl_->context_.end(reason, description, true);
}

void Session::exchange_signed(Result<Bytes> signature) {
  if (impl_->answered(Awaiting::signature)) impl_->transport_.exchange_signed(signature);
}
void Session::host_keys_proved(Result<std::vector<Bytes>> signatures) {
  if (impl_->answered(Awaiting::proofs)) impl_->connection_.host_keys_proved(signatures);
}
void Session::answer_authentication(AuthAnswer answer) {
  impl_->answer_authentication(answer);
}
void Session::send_banner(std::string_view text) {
  impl_->userauth_.send_banner(text);
}
void Session::confirm_channel(ChannelId channel) {
  impl_->connection_.confirm(channel);
}
void Session::refuse_channel(ChannelId channel, OpenFailureReason reason,
                             std::string_view description) {
  impl_->connection_.refuse(channel, reason, description);
}
void Session::answer_channel_request(bool success) {
  if (impl_->answered(Awaiting::channel_request))
    impl_->connection_.answer_channel_request(success);
}
void Session::answer_global_request(bool success, std::uint32_t port) {
  if (impl_->answered(Awaiting::global_request))
    impl_->connection_.answer_global_request(success, port);
}

std::size_t Session::channel_room(ChannelId channel) const {
  return impl_->connection_.room(channel);
}
std::size_t Session::channel_write(ChannelId channel, ByteView data, bool is_stderr) {
  const std::size_t written = impl_->connection_.write(channel, data, is_stderr);
  impl_->transport_.rekey_if_due();
  return written;
}
void Session::channel_eof(ChannelId channel) {
  impl_->connection_.eof(channel);
}
void Session::channel_exit_status(ChannelId channel, std::uint32_t status) {
  impl_->connection_.exit_status(channel, status);
}
void Session::channel_exit_signal(ChannelId channel, std::string_view signal, bool core_dumped,
                                  std::string_view message) {
  impl_->connection_.exit_signal(channel, signal, core_dumped, message);
}
void Session::channel_close(ChannelId channel) {
  impl_->connection_.close(channel);
}
void Session::channel_consumed(ChannelId channel, std::size_t bytes) {
  impl_->connection_.consumed(channel, bytes);
}

std::optional<ChannelId> Session::open_forwarded_tcp(const OpenDirectTcp& connection) {
  return impl_->connection_.open("forwarded-tcpip", connection::forwarded_tcp_data(connection));
}
std::optional<ChannelId> Session::open_forwarded_stream_local(std::string_view path) {
  return impl_->connection_.open("forwarded-streamlocal@openssh.com",
                                 connection::forwarded_stream_local_data(path));
}
std::optional<ChannelId> Session::open_agent() {
  return impl_->connection_.open("auth-agent@openssh.com", {});
}

ByteView Session::session_id() const {
  return impl_->transport_.session_id();
}
std::vector<PolicyPlace> Session::policy_places() const {
  auto places = impl_->context_.gate.places();
  impl_->connection_.add_places(places);
  return places;
}
void Session::set_tap(Tap* tap) {
  impl_->connection_.set_tap(tap);
}

SessionCounters Session::counters() const {
  SessionCounters counters = impl_->context_.counters;
  counters.packets_out = impl_->context_.link.output().packets();
  return counters;
}

}  // namespace ssh
