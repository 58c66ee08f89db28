// See worker.hpp. The talk with the monitor, and the list of connections.
//
// Invariant: the monitor hears of the end of every connection that it handed over, exactly once,
// as long as it is there itself; without a monitor there are no connections.
#include "worker/worker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cstdio>
#include <utility>

#include "ssh/libcrypto_provider.hpp"
#include "worker/sandbox.hpp"
#include "worker/sanitized.hpp"

namespace ssh::host {
namespace {

using boost::system::error_code;

// What a socket gives at once at most; a larger piece does not stay in the second-level cache
// between the socket, the cipher and the program.
constexpr std::size_t kScratch = 256 * 1024;

void wipe_text(std::string& text) {
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void wipe_secrets(Request& request) {
  if (auto* password = std::get_if<request::AuthPassword>(&request)) {
    wipe_text(password->password);
    if (password->new_password) {
      wipe_text(*password->new_password);
    }
  } else if (auto* answer = std::get_if<request::AuthInteractiveResponse>(&request)) {
    for (std::string& response : answer->responses) {
      wipe_text(response);
    }
  }
}

}  // namespace

Worker::Worker(UniqueFd control, UniqueFd debugger, const CryptoProvider& crypto)
    : crypto_(crypto),
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      control_(std::move(control)),
      control_watch_(io_.get_executor()),
      spare_(control_.fd()) {
  if (debugger) {
    debugger_ = std::make_unique<DebugSource>(io_, std::move(debugger), [this](bool) { look(); });
  }
}

Worker::~Worker() {
  connections_.clear();
  if (control_watch_.is_open()) {
    control_watch_.release();  // control_ closes it
  }
}

Result<void> Worker::prepare() {
  input_scratch_.resize(kScratch);
  output_scratch_.resize(kScratch);
  error_code error;
  control_watch_.assign(control_.fd(), error);
  if (error) {
    return failure("cannot watch the control socket: " + error.message());
  }
  watch_control();
  return {};
}

int Worker::run() {
  io_.run();
  return lost_ ? 1 : 0;
}

bool Worker::request(RequestMessage message) {
  Bytes bytes = encode(message);
  wipe_secrets(message.body);
  if (bytes.size() > kLargestMessage) {
    wipe(bytes);
    return false;
  }
  if (lost_) {
    return true;
  }
  if (auto sent = control_.send(std::move(bytes)); !sent) {
    monitor_lost(sent.error().text);
  } else if (control_.wants_to_write()) {
    watch_control_writable();
  }
  return true;
}

void Worker::forget(ConnectionId id, std::string_view reason) {
  if (auto* const reporter = looking()) {
    reporter->end({id, 0}, reason);
  }
  connections_.erase(id);
  stop_if_done();
}

debugger::Reporter* Worker::looking() {
  return debugger_ && debugger_->reporter().watching() ? &debugger_->reporter() : nullptr;
}

void Worker::look() {
  for (const auto& [id, connection] : connections_) {
    connection->look(looking());
  }
}

void Worker::watch_control() {
  control_watch_.async_wait(Descriptor::wait_read, [this](const error_code& error) {
    if (!error && !lost_) {
      read_control();
    }
  });
}

void Worker::read_control() {
  while (!lost_) {
    auto received = control_.receive();
    if (!received) {
      monitor_lost(received.error().text);
      return;
    }
    if (!*received) {
      watch_control();
      return;
    }
    auto message = decode_reply((*received)->bytes);
    wipe((*received)->bytes);
    if (!message) {
      monitor_lost("the monitor has sent what no monitor sends: " + message.error().text);
      return;
    }
    handle(*message, **received);
  }
}

void Worker::watch_control_writable() {
  if (control_write_watched_) {
    return;
  }
  control_write_watched_ = true;
  control_watch_.async_wait(Descriptor::wait_write, [this](const error_code& error) {
    control_write_watched_ = false;
    if (error || lost_) {
      return;
    }
    if (auto sent = control_.flush(); !sent) {
      monitor_lost(sent.error().text);
    } else if (control_.wants_to_write()) {
      watch_control_writable();
    } else {
      stop_if_done();
    }
  });
}

void Worker::handle(const ReplyMessage& message, Channel::Received& received) {
  if (const auto* begun = std::get_if<reply::Connection>(&message.body)) {
    connection(message.connection, *begun, received);
  } else if (const auto* changed = std::get_if<reply::Options>(&message.body)) {
    options(*changed);
  } else if (std::holds_alternative<reply::Drain>(message.body)) {
    draining_ = true;
    stop_if_done();
  } else if (const auto found = connections_.find(message.connection);
             found != connections_.end()) {
    const auto alive = found->second;
    alive->handle(message.id, message.body, std::move(received.descriptors));
  }
}

void Worker::connection(ConnectionId id, const reply::Connection& begun,
                        Channel::Received& received) {
  if (received.descriptors.size() != 1 || !session_options_) {
    const char* const why = received.lost_descriptors ? "no descriptor left for the connection"
                                                      : "no socket or no options came with it";
    request({id, 0, Request(request::Ended{why, false, {}})});
    return;
  }
  const auto [at, is_new] = connections_.try_emplace(id);
  if (!is_new) {
    return;
  }
  const auto started = std::make_shared<Connection>(
      *this, id, session_options_, max_sessions_,
      fmt::format("connection {} from {} port {}", id, begun.peer_address, begun.peer_port));
  at->second = started;
  started->start(std::move(received.descriptors.front()));
}

void Worker::options(const reply::Options& options) {
  auto session = std::make_shared<SessionOptions>(options.session);
  session->crypto = &crypto_;
  session->buffers = &buffers_;
  session_options_ = std::move(session);
  max_sessions_ = options.max_sessions;
}

// Whoever is connected is told so, as far as the sockets take it, and that is all. Not at once: a
// connection may be in the middle of something when it finds out.
void Worker::monitor_lost(const std::string& why) {
  if (lost_) {
    return;
  }
  lost_ = true;
  boost::asio::post(io_, [this, why] {
    const auto connections = std::exchange(connections_, {});
    for (const auto& [id, connection] : connections) {
      connection->disconnect(DisconnectReason::by_application, "the server has stopped");
      connection->end(why, false);
    }
    io_.stop();
  });
}

void Worker::stop_if_done() {
  if (draining_ && !lost_ && connections_.empty() && !control_.wants_to_write()) {
    io_.stop();
  }
}

int run_worker(const WorkerOptions& options) {
  ignore_signals();
  Worker worker(UniqueFd(options.control), UniqueFd(options.debugger.value_or(-1)),
                libcrypto_provider());
  if (auto prepared = worker.prepare(); !prepared) {
    std::fprintf(stderr, "statecall-sshd worker: %s\n", prepared.error().text.c_str());
    return 1;
  }
  warm_up(libcrypto_provider());
  if (auto confined = confine(options); !confined) {
    std::fprintf(stderr, "statecall-sshd worker: %s\n", confined.error().text.c_str());
    return 1;
  }
  const int status = worker.run();
  if (SSH_SANITIZED && options.sandbox) {
    // LeakSanitizer stops threads and traces them at exit, which nobody may here. Without the
    // sandbox it has its say.
    ::_exit(status);
  }
  return status;
}

}  // namespace ssh::host
