// Processes that the monitor makes, and their ends. Nothing else in it calls fork() or waitpid().
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <span>

#include "monitor/loop.hpp"
#include "ssh/result.hpp"

namespace ssh::host::monitor {

class Children {
 public:
  /// status: as of waitpid(2).
  using Ended = std::function<void(int status)>;

  explicit Children(Loop& loop);

  /// The child runs `body` and exits with what it returns. There every signal is as after exec(2)
  /// and unblocked, and no descriptor is open but 0 to 2 and those of `keep`. `ended` is called
  /// once it has been reaped.
  Result<pid_t> start(const std::function<int()>& body, std::span<const int> keep, Ended ended);

  /// Sends the signal, if it is still there.
  void kill(pid_t child, int signal);
  /// To the process group that the child leads (it has called setsid()).
  void kill_group(pid_t child, int signal);
  /// From now on nobody wants to know; it is still reaped.
  void forget(pid_t child);
  std::size_t count() const { return ended_.size(); }

 private:
  void reap();

  std::map<pid_t, Ended> ended_;
  Loop::Handle signal_;
};

/// For children: closes every descriptor but 0 to 2 and those kept.
void close_all_but(std::span<const int> keep);
/// For children: every signal's action as by default, none blocked.
void reset_signals();

}  // namespace ssh::host::monitor
