// See task.hpp.
#include "monitor/task.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ssh::host::monitor {
namespace {

void wait_for(const Channel& channel, short events) {
  pollfd waiting{channel.fd(), events, 0};
  ::poll(&waiting, 1, -1);
}

int run(const Task::Job& job, Channel* channel) {
  // A limit of its own, in case nobody is there any more to kill it.
  ::alarm(static_cast<unsigned>(
      std::chrono::ceil<std::chrono::seconds>(job.limit + std::chrono::seconds(1)).count()));
  if (job.as) {
    if (const auto became = become(*job.as); !became) {
      return 1;
    }
  }
  TaskAnswer answer = job.work();
  if (channel != nullptr) {
    send_blocking(*channel, std::move(answer.bytes), std::move(answer.descriptors));
  }
  return 0;
}

}  // namespace

void send_blocking(Channel& channel, Bytes bytes, std::vector<UniqueFd> descriptors) {
  auto sent = channel.send(std::move(bytes), std::move(descriptors));
  while (sent && channel.wants_to_write()) {
    wait_for(channel, POLLOUT);
    sent = channel.flush();
  }
}

Result<Channel::Received> receive_blocking(Channel& channel) {
  for (;;) {
    auto received = channel.receive();
    if (!received) {
      return tl::unexpected<Error>(received.error());
    }
    if (*received) {
      return std::move(**received);
    }
    wait_for(channel, POLLIN);
  }
}

Task::Task(Loop& loop, Children& children, Done done)
    : loop_(loop), children_(children), done_(std::move(done)) {}

std::unique_ptr<Task> Task::start(Loop& loop, Children& children, Job job, Done done) {
  std::unique_ptr<Task> task(new Task(loop, children, std::move(done)));
  Task& t = *task;
  auto pair = Channel::make_pair();
  Result<pid_t> child = failure("no socket pair");
  if (pair) {
    t.channel_.emplace(std::move(pair->first));
    Channel theirs(std::move(pair->second));
    job.keep.push_back(theirs.fd());
    child = children.start([&] { return run(job, &theirs); }, job.keep,
                           [&t](int) { t.child_.reset(); });
  }
  if (!child) {
    t.timer_ =
        loop.after(Time{}, [&t, why = child.error()] { t.finish(tl::unexpected<Error>(why)); });
    return task;
  }
  t.child_ = *child;
  t.readable_ = loop.on_readable(t.channel_->fd(), [&t] { t.receive(); });
  t.timer_ = loop.after(job.limit, [&t] { t.finish(failure("it takes too long")); });
  return task;
}

void Task::detach(Children& children, Job job) {
  // Without memory or processes there is nobody to tell.
  [[maybe_unused]] const auto child =
      children.start([&] { return run(job, nullptr); }, job.keep, nullptr);
}

Task::~Task() {
  if (child_) {
    children_.forget(*child_);
    children_.kill(*child_, SIGKILL);
  }
}

void Task::receive() {
  auto received = channel_->receive();
  if (!received) {
    finish(failure("the process that does it has ended"));
  } else if (*received && (*received)->lost_descriptors) {
    finish(failure("no descriptors left"));
  } else if (*received) {
    finish(TaskAnswer{std::move((*received)->bytes), std::move((*received)->descriptors)});
  }
}

void Task::finish(Result<TaskAnswer> answer) {
  readable_.reset();
  timer_.reset();
  // The owner may destroy the task inside of this call.
  const Done done = std::move(done_);
  done(std::move(answer));
}

}  // namespace ssh::host::monitor
