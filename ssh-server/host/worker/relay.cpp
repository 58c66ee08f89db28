// See relay.hpp. How a channel ends is OpenSSH's way, which clients know: what the program wrote
// comes first, then EOF, the exit status, CLOSE. A background process that keeps a pipe open
// keeps the channel open, but not the exit status back; a terminal goes with its program.
//
// Invariant: an open source is watched, or stalled for want of room, or being read right now; so
// nothing that a program writes is forgotten.
#include "worker/relay.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace ssh::host {
namespace {

using boost::system::error_code;

// A pipe holds no more (the default of /proc/sys/fs/pipe-max-size): whoever has read so much after
// the program's end has read all that it wrote.
constexpr std::size_t kMostInPipe = 1U << 20;

// A terminal gives at most 4095 bytes at a time. Whoever got less has emptied it, most likely, and
// waits instead of asking in vain.
constexpr std::size_t kShortRead = 4095;

// How long EOF waits for the end of a program of which the client may still want to say something.
constexpr std::chrono::milliseconds kEofWait{1000};

template <typename Call>
ssize_t retry(Call call) {
  ssize_t result = -1;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Result<void> Relay::take(IoContext& io, std::optional<Descriptor>& to, UniqueFd fd) {
  to.emplace(io.get_executor());
  error_code error;
  to->assign(fd.get(), error);
  if (error) {
    to.reset();
    return failure("cannot watch a descriptor: " + error.message());
  }
  (void)fd.release();
  return {};
}

Result<void> Relay::start(IoContext& io, Shape shape, std::vector<UniqueFd> descriptors) {
  const std::size_t wanted = shape == Shape::pipes ? 3 : 1;
  if (descriptors.size() != wanted) {
    return failure("not the descriptors that were expected");
  }
  const bool pipes = shape == Shape::pipes;
  Result<void> taken = take(io, out_.descriptor, std::move(descriptors[pipes ? 1 : 0]));
  if (taken && pipes) {
    taken = take(io, in_, std::move(descriptors[0]));
  }
  if (taken && pipes) {
    taken = take(io, err_.descriptor, std::move(descriptors[2]));
  }
  if (!taken) {
    close_descriptors();
    return taken;
  }
  shape_ = shape;
  started_ = in_open_ = out_.open = true;
  err_.open = pipes;
  err_.is_stderr = true;
  watch(out_);
  if (pipes) {
    watch(err_);
  }
  if (client_eof_) {
    end_input();
  }
  return {};
}

// From the descriptors to the channel.

void Relay::watch(Source& source) {
  if (source.watched || !source.open) {
    return;
  }
  source.watched = true;
  source.descriptor->async_wait(Descriptor::wait_read,
                                [self = shared_from_this(), &source](const error_code& error) {
                                  source.watched = false;
                                  RelayHost* const host = self->host_;
                                  if (error || host == nullptr) {
                                    return;
                                  }
                                  const auto alive = host->hold();
                                  self->read(source);
                                  self->conclude();
                                  host->settle();
                                });
}

// At most one scratch full at a time, so that no program keeps the others waiting.
void Relay::read(Source& source) {
  const MutableBytes scratch = host_->scratch();
  std::size_t budget = scratch.size();
  source.stalled = false;
  while (source.open && budget > 0) {
    const std::size_t room = std::min(host_->channel_room(channel_), budget);
    if (room == 0) {
      source.stalled = true;
      return;
    }
    const int fd = source.descriptor->native_handle();
    const ssize_t count = retry([&] { return ::read(fd, scratch.data(), room); });
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      source.quiet = ended_ != nullptr;
      break;
    }
    if (count <= 0) {  // a terminal whose other end has closed says EIO
      end_source(source);
      return;
    }
    const auto got = static_cast<std::size_t>(count);
    host_->channel_write(channel_, scratch.first(got), source.is_stderr);
    budget -= got;
    if (ended_) {
      read_after_end_ += got;
    } else if (got < kShortRead) {
      break;
    }
  }
  watch(source);
}

void Relay::end_source(Source& source) {
  source.open = source.stalled = false;
  const bool also_input = &source == &out_ && shape_ != Shape::pipes;
  if (!also_input || !in_open_) {
    error_code ignored;
    source.descriptor->close(ignored);
  }
}

void Relay::resume() {
  for (Source* source : {&out_, &err_}) {
    if (source->stalled && host_->channel_room(channel_) > 0) {
      read(*source);
    }
  }
  conclude();
}

// From the channel to the descriptors.

void Relay::deliver(ByteView data) {
  if (!in_open_) {
    // Nobody reads it. The window stays shut, so that the client stops, too.
    return;
  }
  const std::size_t written = pending_.empty() ? write_some(data) : 0;
  if (in_open_ && written < data.size()) {
    if (pending_at_ > pending_.size() / 2) {
      const auto done = static_cast<std::ptrdiff_t>(pending_at_);
      pending_.erase(pending_.begin(), pending_.begin() + done);
      pending_at_ = 0;
    }
    append(pending_, data.subspan(written));
    watch_input();
  }
  // Not before: the session may reuse what `data` looks at.
  if (written > 0) {
    host_->channel_consumed(channel_, written);
  }
  conclude();
}

std::size_t Relay::write_some(ByteView data) {
  std::size_t written = 0;
  while (written < data.size()) {
    const ByteView rest = data.subspan(written);
    const int fd = input().native_handle();
    const ssize_t count = retry([&] { return ::write(fd, rest.data(), rest.size()); });
    if (count < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        fail_input();
      }
      break;
    }
    written += static_cast<std::size_t>(count);
    line_open_ = rest[static_cast<std::size_t>(count) - 1] != '\n';
  }
  return written;
}

void Relay::watch_input() {
  if (in_watched_) {
    return;
  }
  in_watched_ = true;
  input().async_wait(Descriptor::wait_write, [self = shared_from_this()](const error_code& error) {
    self->in_watched_ = false;
    RelayHost* const host = self->host_;
    if (error || host == nullptr || !self->in_open_) {
      return;
    }
    const auto alive = host->hold();
    self->write_pending();
    self->conclude();
    host->settle();
  });
}

void Relay::write_pending() {
  const std::size_t written = write_some(ByteView(pending_).subspan(pending_at_));
  pending_at_ += written;
  if (written > 0 && !gone_) {
    host_->channel_consumed(channel_, written);
  }
  if (in_open_ && pending_at_ < pending_.size()) {
    watch_input();
    return;
  }
  pending_ = Bytes();  // gives the memory back
  pending_at_ = 0;
  if (in_open_ && (client_eof_ || gone_)) {
    end_input();
  }
  if (gone_) {
    close_descriptors();
    host_->lingered(*this);
  }
}

void Relay::deliver_eof() {
  client_eof_ = true;
  if (in_open_ && pending_.empty()) {
    end_input();
    conclude();
  }
}

void Relay::end_input() {
  if (shape_ == Shape::terminal) {
    send_terminal_eof();
    return;
  }
  in_open_ = false;
  if (in_) {
    error_code ignored;
    in_->close(ignored);
  } else {
    ::shutdown(out_.descriptor->native_handle(), SHUT_WR);
  }
}

// A terminal has no end of data of its own but its EOF character, and that means something only
// while its program reads lines. Within a line the first one ends the line, the second the data.
void Relay::send_terminal_eof() {
  const int fd = input().native_handle();
  termios modes{};
  if (::tcgetattr(fd, &modes) != 0 || (modes.c_lflag & ICANON) == 0) {
    return;
  }
  const std::array<std::uint8_t, 2> eof{modes.c_cc[VEOF], modes.c_cc[VEOF]};
  (void)retry([&] { return ::write(fd, eof.data(), line_open_ ? 2U : 1U); });
}

// The program or the peer does not read any more.
void Relay::fail_input() {
  in_open_ = false;
  pending_ = Bytes();
  pending_at_ = 0;
  error_code ignored;
  if (in_) {
    in_->close(ignored);
  } else if (!out_.open) {
    out_.descriptor->close(ignored);
  }
}

bool Relay::resize(const TerminalSize& size) {
  if (!is_terminal() || !out_.open) {
    return false;
  }
  const auto number = [](std::uint32_t value) {
    return static_cast<unsigned short>(std::min(value, 0xffffU));
  };
  winsize kernel{};
  kernel.ws_row = number(size.rows);
  kernel.ws_col = number(size.columns);
  kernel.ws_xpixel = number(size.width_pixels);
  kernel.ws_ypixel = number(size.height_pixels);
  return ::ioctl(out_.descriptor->native_handle(), TIOCSWINSZ, &kernel) == 0;
}

// The end.

void Relay::program_ended(const reply::ProgramEnded& how) {
  if (ended_ || closed_) {
    return;
  }
  ended_ = std::make_unique<reply::ProgramEnded>(how);
  if (in_open_) {
    fail_input();
  }
  for (Source* source : {&out_, &err_}) {
    if (source->open && !source->stalled) {
      read(*source);
    }
  }
  conclude();
}

// Whether all that the program itself has written is on its way.
bool Relay::drained_for_end() const {
  const auto drained = [](const Source& source) { return !source.open || source.quiet; };
  return (drained(out_) && drained(err_)) || read_after_end_ >= kMostInPipe;
}

// Clients that have sent EOF and get ours answer with CLOSE at once (PuTTY, OpenSSH's for a shared
// connection), and that is the end of the channel: the exit status would come too late. So EOF
// waits for it; without limit only if nobody can be waiting for EOF in order to send more.
bool Relay::may_send_eof() {
  if (!is_program_ || ended_ || (eof_waited_ && !client_eof_)) {
    return true;
  }
  if (!eof_timer_) {
    eof_timer_.emplace(out_.descriptor->get_executor(), kEofWait);
    eof_timer_->async_wait([self = shared_from_this()](const error_code& error) {
      if (error || self->gone_ || self->closed_) {
        return;
      }
      RelayHost* const host = self->host_;
      const auto alive = host->hold();
      self->eof_waited_ = true;
      self->conclude();
      host->settle();
    });
  }
  return false;
}

// After whatever may have ended something.
void Relay::conclude() {
  if (!started_ || closed_ || gone_ || host_ == nullptr) {
    return;
  }
  const bool announce = ended_ && !end_sent_ && drained_for_end();
  if (announce && shape_ == Shape::terminal && out_.open) {
    end_source(out_);
  }
  const bool drained = !out_.open && !err_.open;
  if (drained && !eof_sent_ && may_send_eof()) {
    eof_sent_ = true;
    host_->channel_eof(channel_);
  }
  if (announce) {
    announce_end();
  }
  if (drained && (is_program_ ? end_sent_ : !in_open_)) {
    closed_ = true;
    close_descriptors();
    host_->channel_close(channel_);
  }
}

void Relay::announce_end() {
  end_sent_ = true;
  if (ended_->status) {
    host_->channel_exit_status(channel_, *ended_->status);
  } else {
    host_->channel_exit_signal(channel_, ended_->signal, ended_->core_dumped);
  }
}

bool Relay::let_go() {
  gone_ = true;
  out_.open = out_.stalled = err_.open = err_.stalled = false;
  if (in_open_ && !pending_.empty() && shape_ != Shape::terminal) {
    error_code ignored;
    if (in_) {  // nobody wants what it writes; the socket of the other shape is needed still
      out_.descriptor->close(ignored);
      err_.descriptor->close(ignored);
    }
    return true;
  }
  close_descriptors();
  return false;
}

void Relay::abandon() {
  gone_ = true;
  close_descriptors();
  host_ = nullptr;
}

void Relay::close_descriptors() {
  error_code ignored;
  if (eof_timer_) {
    eof_timer_->cancel();
  }
  for (std::optional<Descriptor>* each : {&out_.descriptor, &err_.descriptor, &in_}) {
    if (*each && (*each)->is_open()) {
      (*each)->close(ignored);
    }
  }
  out_.open = out_.stalled = err_.open = err_.stalled = in_open_ = false;
  pending_ = Bytes();
  pending_at_ = 0;
}

}  // namespace ssh::host
