// The processes that speak SSH: started, fed with connections, replaced when they die. Each is this
// program again (exec of /proc/self/exe), so that nothing the monitor knows is in its memory.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/channel.hpp"
#include "monitor/context.hpp"

namespace ssh::host::monitor {

class Workers {
 public:
  struct Command {
    std::vector<std::string> arguments;  // without argv[0]
    std::string program = "/proc/self/exe";
    /// A way to the debugger for a worker that is about to start; none: there is no debugger.
    std::function<UniqueFd(const std::string& name)> debugger = nullptr;
  };
  struct Events {
    /// An Error: the worker is ended for it.
    std::function<Result<void>(std::size_t worker, RequestMessage)> message;
    /// All of its connections are over. `why`: for the log; expected: after drain().
    std::function<void(std::size_t worker, const std::string& why, bool expected)> lost;
  };

  Workers(Context& context, Command command, Events events);
  ~Workers();

  /// Starts as many as there should be. An Error if not even one runs.
  Result<void> start(unsigned count);
  /// For each worker, now and for those to come.
  void set_options(reply::Options options);
  /// The one with the fewest connections; nothing if none runs.
  std::optional<std::size_t> least_loaded() const;
  /// False: it is lost, or will be.
  bool send(std::size_t worker, ReplyMessage message, std::vector<UniqueFd> descriptors = {});
  void connection_begun(std::size_t worker) { ++slots_[worker].connections; }
  void connection_ended(std::size_t worker);
  /// They end after their last connection, and none is replaced.
  void drain();
  void kill_all(int signal);
  std::size_t running() const;

 private:
  struct Slot {
    std::optional<Channel> channel;
    pid_t child = 0;
    std::size_t connections = 0;
    Loop::Handle readable, writable, restart;
    unsigned failures = 0;
    Time started{};
    /// Counts starts, so that what was to be told to one process is not done to its successor.
    unsigned generation = 0;
    std::string why;
  };

  Result<void> launch(std::size_t worker);
  void receive(std::size_t worker);
  void lose(std::size_t worker, const std::string& why);
  void ended(std::size_t worker, unsigned generation, int status);
  void restart_later(std::size_t worker);
  void watch_writable(std::size_t worker);

  Context& context_;
  Command command_;
  Events events_;
  std::vector<Slot> slots_;
  std::optional<reply::Options> options_;
  bool draining_ = false;
};

}  // namespace ssh::host::monitor
