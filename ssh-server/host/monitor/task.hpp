// A piece of work that may block, or that has to be done as somebody else: in a process of its own,
// which answers with one message and descriptors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "control/channel.hpp"
#include "monitor/children.hpp"
#include "monitor/identity.hpp"

namespace ssh::host::monitor {

struct TaskAnswer {
  Bytes bytes;
  std::vector<UniqueFd> descriptors;
};

class Task {
 public:
  struct Job {
    /// Whom to be; nobody: as the monitor.
    std::optional<Account> as;
    Time limit = std::chrono::seconds(30);
    std::vector<int> keep;  // descriptors that the work needs
    std::function<TaskAnswer()> work;
  };
  /// The answer, or why there is none. Called once, never from inside of start().
  using Done = std::function<void(Result<TaskAnswer>)>;

  /// Destroying it kills the process, and Done is not called any more.
  static std::unique_ptr<Task> start(Loop& loop, Children& children, Job job, Done done);
  /// Nobody waits for it; it has its time limit all the same.
  static void detach(Children& children, Job job);
  ~Task();

 private:
  Task(Loop& loop, Children& children, Done done);
  void receive();
  void finish(Result<TaskAnswer> answer);

  Loop& loop_;
  Children& children_;
  Done done_;
  std::optional<Channel> channel_;
  Loop::Handle readable_, timer_;
  std::optional<pid_t> child_;
};

/// Sends now, waiting as long as it takes: for children, whose channel has nothing else to do.
void send_blocking(Channel& channel, Bytes bytes, std::vector<UniqueFd> descriptors = {});
/// Waits for a message.
Result<Channel::Received> receive_blocking(Channel& channel);

}  // namespace ssh::host::monitor
