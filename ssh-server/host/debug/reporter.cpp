// See reporter.hpp.
//
// Invariant: records leave in the order in which they were told; a step that is left out leaves a
// gap in its subject's numbers and is counted; a Begin or End that is left out is followed by
// Again.
#include "debug/reporter.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <ctime>

namespace ssh::debugger {
namespace {

/// A datagram is closed when it has so much. With the largest record it is still none too large.
constexpr std::size_t kFull = 32 * 1024;
constexpr int kMostHeard = 16;

std::int64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

bool Reporter::receive() {
  bool changed = false;
  // Bounded: the process may be hostile, and say something all the time.
  for (int i = 0; i < kMostHeard && !gone_; ++i) {
    std::uint8_t said = 0;
    const ssize_t count = ::recv(socket_.get(), &said, 1, MSG_DONTWAIT);
    if (count == 1) {
      watching_ = said == kWatched;
      changed = true;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    } else if (count == 0 || errno != EINTR) {
      lose();
      changed = true;
    }
  }
  if (!watching_) {
    open_.clear();
    queue_.clear();
    queued_ = 0;
    lost_steps_ = 0;
    lost_sight_ = false;
  }
  return changed;
}

void Reporter::lose() {
  gone_ = true;
  watching_ = false;
}

// Records.

bool Reporter::room(std::size_t most) {
  if (!watching_) {
    return false;
  }
  if (open_.size() >= kFull) {
    close_datagram();
  }
  if (queued_ + open_.size() >= most) {
    return false;
  }
  if (open_.empty() && queue_.empty() && when_pending_) {
    when_pending_();
  }
  return true;
}

template <typename R>
void Reporter::put(const R& record) {
  if (!watching_) {
    return;
  }
  if (!room(kMost)) {
    lost_sight_ = true;
    return;
  }
  write_record(open_, record);
}

void Reporter::tell_all(const std::function<void()>& each) {
  lost_sight_ = false;
  put(record::Again{});
  each();
  put(record::Told{});
}

void Reporter::begin(const record::Begin& begin) {
  put(begin);
}
void Reporter::end(Key key, std::string_view reason) {
  put(record::End{key, std::string(reason.substr(0, kLongestReason))});
}

void Reporter::step(std::uint64_t connection, const Tap::Step& step) {
  if (!room(kMostForSteps)) {
    ++lost_steps_;
    return;
  }
  if (lost_steps_ > 0) {
    write_record(open_, record::Lost{std::exchange(lost_steps_, 0)});
  }
  write_step(open_, connection, now_us(), step);
}

void Reporter::refused(std::uint64_t connection, const Tap::Refusal& refusal) {
  if (room(kMost)) {
    write_refusal(open_, connection, refusal);
  }
}

// Sending.

void Reporter::close_datagram() {
  queued_ += open_.size();
  queue_.push_back(std::move(open_));
  open_ = {};
}

bool Reporter::send(ByteView datagram) {
  for (;;) {
    if (::send(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
      return true;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) {
      lose();
    }
    return false;
  }
}

void Reporter::flush() {
  while (!queue_.empty() && send(queue_.front())) {
    queued_ -= queue_.front().size();
    queue_.pop_front();
  }
  if (queue_.empty() && lost_steps_ > 0 && watching_) {
    write_record(open_, record::Lost{std::exchange(lost_steps_, 0)});
  }
  if (queue_.empty() && !open_.empty()) {
    if (send(open_)) {
      open_.clear();  // and keeps its memory for the next turn
    } else {
      close_datagram();
    }
  }
  if (gone_) {
    queue_.clear();
    open_.clear();
    queued_ = 0;
  }
}

void ReportingTap::begin(Life life, std::uint64_t seen, States states) {
  record::Begin begin;
  begin.key = {connection_, life};
  begin.policy = life == 0 ? policy_ : Policy::channel;
  begin.seen = seen;
  begin.title = life == 0 ? title_ : fmt::format("channel {} of {}", life, title_);
  begin.states.assign(states.begin(), states.end());
  reporter_.begin(begin);
}

}  // namespace ssh::debugger
