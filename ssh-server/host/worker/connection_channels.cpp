// Channels, and what a client may ask for once it is logged in: RFC 4254. What is prohibited is
// said here only for the sake of a good message; the monitor checks all of it itself.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "worker/connection.hpp"
#include "worker/connection_requests.hpp"
#include "worker/worker.hpp"

namespace ssh::host {
namespace {

// Each has a descriptor and room in the monitor.
constexpr std::size_t kMostListeners = 64;
// Relays that still write what their clients sent before they closed the channel.
constexpr std::size_t kMostLingering = 8;

constexpr std::uint8_t kInfo = 6;

}  // namespace

std::shared_ptr<Relay> Connection::find_relay(ChannelId channel) const {
  const auto found = std::find_if(relays_.begin(), relays_.end(),
                                  [&](const auto& relay) { return relay->channel() == channel; });
  return found == relays_.end() ? nullptr : *found;
}

std::shared_ptr<Relay> Connection::new_relay(ChannelId channel, bool is_program) {
  RelayHost& host = *this;
  return std::make_shared<Relay>(host, channel, is_program);
}

std::size_t Connection::sessions() const {
  return static_cast<std::size_t>(std::count_if(
      relays_.begin(), relays_.end(), [](const auto& relay) { return relay->is_program(); }));
}

// Opening.

std::optional<std::string> Connection::why_no_channel(const ChannelOpening& opening) const {
  if (!permissions_) {
    return "not logged in";
  }
  if (!std::holds_alternative<OpenSession>(opening) && !permissions_->local_forwarding) {
    return "forwarding is not permitted";
  }
  return std::nullopt;
}

void Connection::on(const event::ChannelOpen& open) {
  if (const auto why = why_no_channel(open.opening)) {
    session_.refuse_channel(open.channel, OpenFailureReason::administratively_prohibited, *why);
    return;
  }
  const Waiting waiting{.what = Waiting::For::connection, .channel = open.channel};
  const bool ok =
      std::visit(Overloaded{[&](const OpenSession&) {
                              if (sessions() >= max_sessions_) {
                                return false;
                              }
                              auto relay = new_relay(open.channel, true);
                              relay->settings = std::make_unique<ProgramSettings>();
                              relays_.push_back(std::move(relay));
                              session_.confirm_channel(open.channel);
                              return true;
                            },
                            [&](const OpenDirectTcp& to) {
                              return ask(waiting, request::ConnectTcp{to.host, to.port});
                            },
                            [&](const OpenDirectStreamLocal& to) {
                              return ask(waiting, request::ConnectStreamLocal{to.path});
                            }},
                 open.opening);
  if (!ok) {
    session_.refuse_channel(open.channel, OpenFailureReason::resource_shortage,
                            "too many sessions, or too long a name");
  }
}

void Connection::connected(const Waiting& waiting, const reply::Connected& answer,
                           std::vector<UniqueFd>& descriptors) {
  if (!answer.connected) {
    session_.refuse_channel(waiting.channel,
                            answer.prohibited ? OpenFailureReason::administratively_prohibited
                                              : OpenFailureReason::connect_failed,
                            answer.why_not);
    return;
  }
  auto relay = new_relay(waiting.channel, false);
  const auto started = relay->start(worker_.io(), Relay::Shape::socket, std::move(descriptors));
  if (!started) {
    log(kInfo, "forwarding: " + started.error().text);
    session_.refuse_channel(waiting.channel, OpenFailureReason::resource_shortage,
                            "the server has no descriptor left");
    return;
  }
  relays_.push_back(std::move(relay));
  session_.confirm_channel(waiting.channel);
}

void Connection::accepted(const Listener& listener, UniqueFd socket, const std::string& peer,
                          std::uint32_t port) {
  std::optional<ChannelId> channel;
  switch (listener.kind()) {
    case Listener::Kind::tcp: {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      channel = session_.open_forwarded_tcp({listener.address(), listener.port(), peer, port});
      break;
    }
    case Listener::Kind::stream_local:
      channel = session_.open_forwarded_stream_local(listener.address());
      break;
    case Listener::Kind::agent:
      channel = session_.open_agent();
      break;
  }
  if (channel) {  // else there are too many, and the socket closes
    auto relay = new_relay(*channel, false);
    relay->reserved = std::move(socket);
    relays_.push_back(std::move(relay));
  }
}

void Connection::on(const event::ChannelConfirmed& confirmed) {
  const auto relay = find_relay(confirmed.channel);
  if (!relay) {
    return;
  }
  std::vector<UniqueFd> descriptors;
  descriptors.push_back(std::move(relay->reserved));
  const auto started = relay->start(worker_.io(), Relay::Shape::socket, std::move(descriptors));
  if (!started) {
    log(kInfo, "forwarding: " + started.error().text);
    session_.channel_close(confirmed.channel);
  }
}

void Connection::on(const event::ChannelRefused& refused) {
  std::erase_if(relays_, [&](const auto& relay) { return relay->channel() == refused.channel; });
}

// Data and ends.

void Connection::on(const event::ChannelData& data) {
  const auto relay = find_relay(data.channel);
  if (!relay) {
    return;
  }
  if (data.is_stderr) {
    // Nobody here reads a client's extended data (RFC 4254 section 5.2 has it for a server's).
    session_.channel_consumed(data.channel, data.data.size());
    return;
  }
  relay->deliver(data.data);
}

void Connection::on(const event::ChannelEof& eof) {
  if (const auto relay = find_relay(eof.channel)) {
    relay->deliver_eof();
  }
}

void Connection::on(const event::ChannelClosed& closed) {
  const auto relay = find_relay(closed.channel);
  if (!relay) {
    return;
  }
  std::erase(relays_, relay);
  if (!relay->let_go()) {
    end_program(*relay);
    return;
  }
  lingering_.push_back(relay);
  if (lingering_.size() > kMostLingering) {
    const auto oldest = lingering_.front();
    oldest->abandon();
    lingered(*oldest);
  }
}

void Connection::lingered(const Relay& relay) {
  end_program(relay);
  std::erase_if(lingering_, [&](const auto& each) { return each.get() == &relay; });
}

void Connection::end_program(const Relay& relay) {
  if (relay.program) {
    tell(*relay.program, request::EndProgram{});
  }
}

// Requests of channels.

void Connection::on(const event::ChannelRequest& wanted) {
  const auto relay = find_relay(wanted.channel);
  std::optional<bool> answer = false;
  if (relay && relay->is_program() && permissions_) {
    const auto program = [&](const auto&) { return start_program(*relay, wanted.request); };
    ProgramSettings* const settings = relay->settings.get();
    answer = std::visit(
        Overloaded{
            [&](const PtyRequest& pty) -> std::optional<bool> {
              return settings != nullptr && permissions_->terminal && settings->set_terminal(pty);
            },
            [&](const EnvRequest& variable) -> std::optional<bool> {
              return settings != nullptr && settings->add(variable, permissions_->accept_env);
            },
            [&](const ShellRequest& shell) { return program(shell); },
            [&](const ExecRequest& exec) { return program(exec); },
            [&](const SubsystemRequest& subsystem) { return program(subsystem); },
            [&](const WindowChangeRequest& change) -> std::optional<bool> {
              return resize(*relay, change.size);
            },
            [&](const SignalRequest& signal) -> std::optional<bool> {
              return signal_program(*relay, signal.name);
            },
            // A pseudo-terminal has no line to break; OpenSSH's does nothing, too.
            [&](const BreakRequest&) -> std::optional<bool> { return relay->is_terminal(); },
            [&](const AgentForwardingRequest&) { return forward_agent(*relay); }},
        wanted.request);
  }
  if (answer) {
    session_.answer_channel_request(*answer);
  }
}

// No value: the monitor will say.
std::optional<bool> Connection::start_program(Relay& relay, const ChannelRequestKind& wanted) {
  if (!relay.settings) {
    return false;  // one program per channel
  }
  using Kind = request::StartProgram::Kind;
  request::StartProgram start;
  if (const auto* exec = std::get_if<ExecRequest>(&wanted)) {
    start.kind = Kind::exec;
    start.command = exec->command;
  } else if (const auto* subsystem = std::get_if<SubsystemRequest>(&wanted)) {
    start.kind = Kind::subsystem;
    start.command = subsystem->name;
  }
  const auto settings = std::move(relay.settings);
  start.environment = std::move(settings->environment);
  start.terminal = std::move(settings->terminal);
  start.agent = settings->agent;
  if (ask({.what = Waiting::For::program, .channel = relay.channel()}, std::move(start))) {
    return std::nullopt;
  }
  return false;  // longer than the kernel would take anyway
}

void Connection::program_started(const Waiting& waiting, const reply::Program& program,
                                 std::vector<UniqueFd>& descriptors) {
  const auto relay = find_relay(waiting.channel);
  bool started = program.started && relay;
  if (started) {
    if (const auto taken = relay->start(worker_.io(), program.shape, std::move(descriptors));
        !taken) {
      log(kInfo, "program: " + taken.error().text);
      started = false;
    }
  }
  if (started) {
    relay->program = waiting.id;
  } else if (program.started) {
    tell(waiting.id, request::EndProgram{});
  }
  session_.answer_channel_request(started);
}

void Connection::program_ended(RequestId id, const reply::ProgramEnded& how) {
  const auto is_it = [&](const auto& relay) { return relay->program == id; };
  if (const auto found = std::find_if(relays_.begin(), relays_.end(), is_it);
      found != relays_.end()) {
    const auto relay = *found;
    relay->program.reset();
    relay->program_ended(how);
  } else if (const auto late = std::find_if(lingering_.begin(), lingering_.end(), is_it);
             late != lingering_.end()) {
    (*late)->abandon();  // nobody reads what it still holds
    lingering_.erase(late);
  }
}

bool Connection::resize(Relay& relay, const TerminalSize& size) {
  if (relay.settings && relay.settings->terminal) {
    relay.settings->terminal->size = size;
    return true;
  }
  return relay.resize(size);
}

bool Connection::signal_program(const Relay& relay, const std::string& name) {
  if (!relay.program) {
    return false;
  }
  tell(*relay.program, request::SignalProgram{name});
  return true;
}

std::optional<bool> Connection::forward_agent(Relay& relay) {
  if (!relay.settings || !permissions_->agent) {
    return false;
  }
  const bool have = std::any_of(listeners_.begin(), listeners_.end(), [](const auto& listener) {
    return listener->kind() == Listener::Kind::agent;
  });
  if (have) {
    relay.settings->agent = true;
    return true;
  }
  Waiting waiting{.what = Waiting::For::agent, .channel = relay.channel()};
  if (ask(std::move(waiting), request::ForwardAgent{})) {
    return std::nullopt;
  }
  return false;
}

// Global requests.

void Connection::on(const event::GlobalRequest& wanted) {
  using Kind = Listener::Kind;
  const std::optional<bool> answer = std::visit(
      Overloaded{[&](const TcpForwardRequest& forward) {
                   return listen(Kind::tcp, forward.address, forward.port);
                 },
                 [&](const StreamLocalForwardRequest& forward) {
                   return listen(Kind::stream_local, forward.path, 0);
                 },
                 [&](const CancelTcpForwardRequest& cancel) -> std::optional<bool> {
                   return stop_listening(Kind::tcp, cancel.address, cancel.port);
                 },
                 [&](const CancelStreamLocalForwardRequest& cancel) -> std::optional<bool> {
                   return stop_listening(Kind::stream_local, cancel.path, 0);
                 }},
      wanted.request);
  if (answer) {
    session_.answer_global_request(*answer);
  }
}

// No value: the monitor will say.
std::optional<bool> Connection::listen(Listener::Kind kind, const std::string& address,
                                       std::uint32_t port) {
  if (!permissions_ || !permissions_->remote_forwarding || listeners_.size() >= kMostListeners) {
    return false;
  }
  const Waiting waiting{
      .what = Waiting::For::forward, .kind = kind, .address = address, .port = port};
  const bool asked = kind == Listener::Kind::tcp
                         ? ask(waiting, request::ListenTcp{address, port})
                         : ask(waiting, request::ListenStreamLocal{address});
  return asked ? std::nullopt : std::optional<bool>(false);
}

void Connection::listening(const Waiting& waiting, const reply::Listening& answer,
                           std::vector<UniqueFd>& descriptors) {
  const bool is_agent = waiting.what == Waiting::For::agent;
  bool ok = answer.listening && !descriptors.empty();
  if (ok) {
    const std::uint32_t port = waiting.port != 0 ? waiting.port : answer.port;
    ListenerHost& host = *this;
    auto listener = std::make_shared<Listener>(
        host, waiting.id, is_agent ? Listener::Kind::agent : waiting.kind, waiting.address, port);
    const auto started = listener->start(worker_.io(), std::move(descriptors));
    ok = started.has_value();
    if (ok) {
      listeners_.push_back(std::move(listener));
    } else {
      log(kInfo, "forwarding: " + started.error().text);
    }
  }
  if (!ok && answer.listening) {
    tell(waiting.id, request::StopListening{});
  }
  if (!is_agent) {
    // RFC 4254 section 7.1: the port is told to who asked for any.
    session_.answer_global_request(ok, ok && waiting.port == 0 ? answer.port : 0);
    return;
  }
  const auto relay = find_relay(waiting.channel);
  if (ok && relay && relay->settings) {
    relay->settings->agent = true;
  }
  session_.answer_channel_request(ok);
}

bool Connection::stop_listening(Listener::Kind kind, const std::string& address,
                                std::uint32_t port) {
  const auto found = std::find_if(listeners_.begin(), listeners_.end(), [&](const auto& each) {
    return each->kind() == kind && each->address() == address && each->port() == port;
  });
  if (found == listeners_.end()) {
    return false;
  }
  (*found)->close();
  tell((*found)->id(), request::StopListening{});
  listeners_.erase(found);
  return true;
}

}  // namespace ssh::host
