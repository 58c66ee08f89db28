// The socket and the clock of a connection: bytes to the session and from it, as session.hpp says
// that it wants to be driven, and the end.
//
// Invariant: after settle() the session has no event that waits, what it wants to send is sent or
// waits for the socket to take it, and everything that can wake this connection is watched. Every
// function that the kernel or the monitor calls ends with settle().
#include "worker/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include "worker/connection_requests.hpp"
#include "worker/worker.hpp"

namespace ssh::host {
namespace {

using boost::system::error_code;

/// For a client to take the rest of what was to be sent when the connection is over.
constexpr Time kFlushTime = std::chrono::seconds(5);
/// For a client to see why, before the kernel resets the connection for what it still sends.
constexpr Time kLingerTime = std::chrono::seconds(1);
/// A client that asks and does not take the answers is not heard until it does. More than what
/// channels may fill, for a client may send much before it reads.
constexpr std::size_t kMostUnsent = 1U << 20;
/// So often a connection may fill and empty its buffers before others have their turn.
constexpr int kRounds = 4;

std::unique_ptr<Tap> tap_of(debugger::Reporter* reporter, ConnectionId id,
                            const std::string& title) {
  return reporter == nullptr ? nullptr
                             : std::make_unique<debugger::ReportingTap>(*reporter, id, title);
}

}  // namespace

Connection::Connection(Worker& worker, ConnectionId id,
                       std::shared_ptr<const SessionOptions> options, unsigned max_sessions,
                       const std::string& title)
    : worker_(worker),
      id_(id),
      socket_(worker.io().get_executor()),
      timer_(worker.io().get_executor()),
      title_(title),
      tap_(tap_of(worker.looking(), id, title)),
      session_(std::move(options), time_now(), tap_.get()),
      max_sessions_(max_sessions) {}

void Connection::start(UniqueFd socket) {
  const int on = 1;  // fails for a unix socket, which needs it not
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  error_code error;
  socket_.assign(socket.get(), error);
  if (error) {
    end("cannot watch the connection: " + error.message(), false);
    return;
  }
  (void)socket.release();
  settle();
}

void Connection::disconnect(DisconnectReason reason, std::string_view description) {
  said_goodbye_ = true;
  session_.disconnect(reason, description);
  settle();
}

// Reading.

void Connection::watch_socket() {
  if (read_watched_) {
    return;
  }
  read_watched_ = true;
  socket_.async_wait(Descriptor::wait_read, [self = shared_from_this()](const error_code& error) {
    self->read_watched_ = false;
    if (!error && !self->gone_) {
      self->on_readable();
    }
  });
}

void Connection::on_readable() {
  if (closing_) {
    discard_input();
  } else {
    read_once();
  }
}

// As much as there is, up to one scratch full.
void Connection::read_once() {
  const MutableBytes scratch = worker_.input_scratch();
  ssize_t count = -1;
  do {
    count = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    const MutableBytes bytes = scratch.first(static_cast<std::size_t>(count));
    session_.receive(bytes, time_now());
    settle();
    if (!permissions_) {
      wipe(bytes);  // there may be a password in it
    }
  } else if (count == 0) {
    peer_ended_ = true;
    session_.receive_end(time_now());
    settle();
  } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    watch_socket();
  } else {
    end(std::string("connection lost: ") + std::strerror(errno), false);
  }
}

// Writing.

void Connection::watch_writable() {
  write_watched_ = true;
  socket_.async_wait(Descriptor::wait_write, [self = shared_from_this()](const error_code& error) {
    self->write_watched_ = false;
    if (!error && !self->gone_) {
      self->settle();
    }
  });
}

// Sends what the socket takes. False: the connection is gone.
bool Connection::flush() {
  while (!write_watched_) {
    const ByteView output = session_.output();
    if (output.empty()) {
      break;
    }
    const ssize_t count =
        ::send(socket_.native_handle(), output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      session_.consume_output(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      watch_writable();
    } else if (errno != EINTR) {
      // What the session knows of the end is the better reason: the client has left after it.
      if (session_.closed()) {
        end(end_reason_, end_orderly_);
      } else {
        end(std::string("connection lost: ") + std::strerror(errno), false);
      }
      return false;
    }
  }
  return true;
}

// What a program has to say and had no room for. Whether something was read.
bool Connection::resume_relays() {
  bool any = false;
  // A relay that ends does not leave relays_ before its event is polled; the index is safe.
  for (std::size_t i = 0; i < relays_.size(); ++i) {
    if (relays_[i]->stalled() && session_.channel_room(relays_[i]->channel()) > 0) {
      relays_[i]->resume();
      any = true;
    }
  }
  return any;
}

void Connection::settle() {
  if (gone_) {
    return;
  }
  const auto alive = shared_from_this();
  bool more = true;
  for (int round = 0; more && round < kRounds; ++round) {
    while (auto event = session_.poll()) {
      std::visit([this](const auto& what) { on(what); }, *event);
      if (gone_) {
        return;
      }
    }
    const bool held_up = !session_.wants_input();
    if (!flush()) {
      return;
    }
    more = resume_relays();
    // It handles nothing while much waits to be sent; what it has left goes on now.
    more = more || (held_up && session_.wants_input());
  }
  if (more && !again_) {
    again_ = true;
    boost::asio::post(worker_.io(), [alive] {
      alive->again_ = false;
      alive->settle();
    });
  }
  if (session_.closed()) {
    on_closed();
    return;
  }
  if (session_.wants_input() && !peer_ended_ && session_.output().size() < kMostUnsent) {
    watch_socket();
  }
  set_timer();
}

// The end.

// The client gets what is left to send, then we close; a client that does not take it does not
// keep us.
void Connection::on_closed() {
  if (!closing_) {
    closing_ = time_now() + kFlushTime;
    release_channels();
  }
  if (session_.output().empty()) {
    begin_close();
  }
  if (!gone_) {
    set_timer();
  }
}

void Connection::begin_close() {
  const bool first = !ended_;
  report_end(end_reason_, end_orderly_);
  if (peer_ended_ || (end_orderly_ && !said_goodbye_)) {
    end(end_reason_, end_orderly_);
    return;
  }
  if (first) {
    // Closed with data that was not read, TCP resets the connection, and the client may never see
    // what we said last (RFC 1122 section 4.2.2.13).
    ::shutdown(socket_.native_handle(), SHUT_WR);
    closing_ = time_now() + kLingerTime;
  }
  watch_socket();
}

void Connection::discard_input() {
  const MutableBytes scratch = worker_.input_scratch();
  const ssize_t count =
      ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
    end(end_reason_, end_orderly_);
    return;
  }
  watch_socket();
}

void Connection::report_end(const std::string& reason, bool orderly) {
  if (ended_) {
    return;
  }
  tell(0, request::Ended{reason, orderly, session_.counters()});
  ended_ = true;
}

void Connection::release_channels() {
  for (const auto* list : {&relays_, &lingering_}) {
    for (const auto& relay : *list) {
      relay->abandon();
    }
  }
  for (const auto& listener : listeners_) {
    listener->close();
  }
  relays_.clear();
  lingering_.clear();
  listeners_.clear();
  waiting_.clear();
}

void Connection::end(const std::string& reason, bool orderly) {
  if (gone_) {
    return;
  }
  gone_ = true;
  report_end(reason, orderly);
  release_channels();
  error_code ignored;
  if (socket_.is_open()) {
    socket_.close(ignored);
  }
  timer_.cancel();
  worker_.forget(id_, reason);
}

void Connection::look(debugger::Reporter* reporter) {
  if (reporter == nullptr) {
    session_.set_tap(nullptr);
    return;
  }
  if (!tap_) {
    tap_ = tap_of(reporter, id_, title_);
  }
  session_.set_tap(tap_.get());
}

// The clock.

std::optional<Time> Connection::deadline() const {
  return closing_ ? closing_ : session_.next_timeout();
}

// A deadline that moves away, as each sign of life moves it, costs nothing: the timer goes off at
// the old one and is set again.
void Connection::set_timer() {
  const std::optional<Time> when = deadline();
  if (!when || (timer_set_ && *timer_set_ <= *when)) {
    return;
  }
  timer_set_ = when;
  timer_.expires_at(std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(*when)));
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error && !self->gone_) {
      self->on_timer();
    }
  });
}

void Connection::on_timer() {
  timer_set_.reset();
  const std::optional<Time> when = deadline();
  const Time now = time_now();
  if (when && *when <= now) {
    if (closing_) {
      end(end_reason_, end_orderly_);
      return;
    }
    session_.handle_timeout(now);
  }
  settle();
}

// What relays and listeners ask for.

std::size_t Connection::channel_room(ChannelId channel) const {
  return session_.channel_room(channel);
}
std::size_t Connection::channel_write(ChannelId channel, ByteView data, bool is_stderr) {
  return session_.channel_write(channel, data, is_stderr);
}
void Connection::channel_eof(ChannelId channel) {
  session_.channel_eof(channel);
}
void Connection::channel_exit_status(ChannelId channel, std::uint32_t status) {
  session_.channel_exit_status(channel, status);
}
void Connection::channel_exit_signal(ChannelId channel, std::string_view signal, bool core_dumped) {
  session_.channel_exit_signal(channel, signal, core_dumped, "");
}
void Connection::channel_close(ChannelId channel) {
  session_.channel_close(channel);
}
void Connection::channel_consumed(ChannelId channel, std::size_t bytes) {
  session_.channel_consumed(channel, bytes);
}
MutableBytes Connection::scratch() {
  return worker_.output_scratch();
}
SpareDescriptor& Connection::spare() {
  return worker_.spare();
}

void Connection::log(std::uint8_t level, std::string text) {
  tell(0, request::Log{level, std::move(text)});
}

}  // namespace ssh::host
