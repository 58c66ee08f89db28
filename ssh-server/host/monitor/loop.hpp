// The monitor's event loop: descriptors, timers, signals. A small door before Asio, so that the
// rest of the monitor compiles without it and says only what it waits for.
//
// One thread. Handlers are called from run() alone, never from inside of the call that registers
// them; a handle that has been destroyed calls nothing any more, even if its moment had come.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "ssh/session.hpp"

namespace ssh::host::monitor {

class Loop {
 public:
  using Handler = std::function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Until stop().
  void run();
  void stop();
  void post(Handler handler);
  /// CLOCK_MONOTONIC.
  Time now() const;

  /// Something waited for, until this is destroyed.
  class Waiting {
   public:
    virtual ~Waiting() = default;
    Waiting() = default;
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
  };
  using Handle = std::unique_ptr<Waiting>;

  /// Each time the descriptor can be read (or has ended). It stays the caller's, and is closed
  /// after the handle has been destroyed.
  [[nodiscard]] Handle on_readable(int fd, Handler handler);
  /// Once.
  [[nodiscard]] Handle on_writable(int fd, Handler handler);
  [[nodiscard]] Handle after(Time delay, Handler handler);
  /// Each time. A signal belongs to one handle.
  [[nodiscard]] Handle on_signal(std::initializer_list<int> signals,
                                 std::function<void(int)> handler);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ssh::host::monitor
