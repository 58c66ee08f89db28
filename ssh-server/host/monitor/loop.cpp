// See loop.hpp.
//
// Invariant: what Asio holds is shared with the handle; the handle's end sets `gone`, and every
// completion looks at it first, because a completion may be under way when its timer is cancelled.
#include "monitor/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ssh::host::monitor {
namespace asio = boost::asio;
using boost::system::error_code;

struct Loop::Impl {
  asio::io_context io{1};
};

namespace {

struct Descriptor {
  Descriptor(asio::io_context& io, int fd) : stream(io, fd) {}
  asio::posix::stream_descriptor stream;
  bool gone = false;
};

class DescriptorWait : public Loop::Waiting {
 public:
  using Kind = asio::posix::stream_descriptor::wait_type;
  DescriptorWait(asio::io_context& io, int fd, Kind kind, bool again, Loop::Handler handler)
      : state_(std::make_shared<Descriptor>(io, fd)) {
    wait(state_, kind, again, std::make_shared<Loop::Handler>(std::move(handler)));
  }
  ~DescriptorWait() override {
    state_->gone = true;
    state_->stream.release();  // the descriptor is the caller's
  }

 private:
  static void wait(std::shared_ptr<Descriptor> state, Kind kind, bool again,
                   std::shared_ptr<Loop::Handler> handler) {
    Descriptor& descriptor = *state;
    descriptor.stream.async_wait(
        kind, [state = std::move(state), kind, again, handler = std::move(handler)](error_code ec) {
          if (state->gone || ec) {
            return;
          }
          (*handler)();
          if (again && !state->gone) {
            wait(state, kind, again, handler);
          }
        });
  }

  std::shared_ptr<Descriptor> state_;
};

class TimerWait : public Loop::Waiting {
 public:
  TimerWait(asio::io_context& io, Time delay, Loop::Handler handler)
      : timer_(io, delay), gone_(std::make_shared<bool>(false)) {
    timer_.async_wait([gone = gone_, handler = std::move(handler)](error_code ec) {
      if (!*gone && !ec) {
        handler();
      }
    });
  }
  ~TimerWait() override { *gone_ = true; }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<bool> gone_;
};

class SignalWait : public Loop::Waiting {
 public:
  SignalWait(asio::io_context& io, std::initializer_list<int> signals,
             std::function<void(int)> handler)
      : set_(io), handler_(std::move(handler)), gone_(std::make_shared<bool>(false)) {
    for (const int signal : signals) {
      set_.add(signal);
    }
    wait();
  }
  ~SignalWait() override { *gone_ = true; }

 private:
  void wait() {
    set_.async_wait([this, gone = gone_](error_code ec, int signal) {
      if (*gone || ec) {
        return;
      }
      handler_(signal);
      if (!*gone) {
        wait();
      }
    });
  }

  asio::signal_set set_;
  std::function<void(int)> handler_;
  std::shared_ptr<bool> gone_;
};

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  const auto work = asio::make_work_guard(impl_->io);
  impl_->io.run();
}
void Loop::stop() {
  impl_->io.stop();
}
void Loop::post(Handler handler) {
  asio::post(impl_->io, std::move(handler));
}
Time Loop::now() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Loop::Handle Loop::on_readable(int fd, Handler handler) {
  return std::make_unique<DescriptorWait>(impl_->io, fd, asio::posix::stream_descriptor::wait_read,
                                          true, std::move(handler));
}
Loop::Handle Loop::on_writable(int fd, Handler handler) {
  return std::make_unique<DescriptorWait>(impl_->io, fd, asio::posix::stream_descriptor::wait_write,
                                          false, std::move(handler));
}
Loop::Handle Loop::after(Time delay, Handler handler) {
  return std::make_unique<TimerWait>(impl_->io, delay, std::move(handler));
}
Loop::Handle Loop::on_signal(std::initializer_list<int> signals, std::function<void(int)> handler) {
  return std::make_unique<SignalWait>(impl_->io, signals, std::move(handler));
}

}  // namespace ssh::host::monitor
