// See workers.hpp.
//
// Invariant: a worker that has said one wrong thing is heard no more: its channel is closed before
// anything else happens, and its process killed.
#include "monitor/workers.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "monitor/exec_self.hpp"

namespace ssh::host::monitor {
namespace {

/// How many messages of one worker are handled before others have their turn.
constexpr int kTurn = 64;
constexpr Time kLeastRestart = std::chrono::milliseconds(100);
constexpr unsigned kMostDoublings = 7;
/// One that has lived so long was a good one.
constexpr Time kGoodLife = std::chrono::seconds(60);

std::string how(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

}  // namespace

Workers::Workers(Context& context, Command command, Events events)
    : context_(context), command_(std::move(command)), events_(std::move(events)) {}

Workers::~Workers() {
  kill_all(SIGKILL);
}

Result<void> Workers::start(unsigned count) {
  slots_.resize(count);
  Result<void> last;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (auto launched = launch(i); !launched) {
      last = launched;
      restart_later(i);
    }
  }
  return running() > 0 ? Result<void>{} : last;
}

Result<void> Workers::launch(std::size_t worker) {
  auto pair = Channel::make_pair();
  if (!pair) {
    return tl::unexpected<Error>(pair.error());
  }
  const UniqueFd theirs = std::move(pair->second);
  Slot& slot = slots_[worker];
  const unsigned generation = ++slot.generation;
  const UniqueFd debugger =
      command_.debugger ? command_.debugger(fmt::format("worker {}", worker)) : UniqueFd();
  std::vector<int> keep{theirs.get()};
  std::vector<std::string> arguments = command_.arguments;
  if (debugger) {
    keep.push_back(debugger.get());  // kWorkerDebugger
    arguments.emplace_back("--worker-debugged");
  }
  const auto child = context_.children.start(
      [&] { return exec_self(command_.program, arguments, keep); }, keep,
      [this, worker, generation](int status) { ended(worker, generation, status); });
  if (!child) {
    return tl::unexpected<Error>(child.error());
  }
  slot.child = *child;
  slot.channel.emplace(std::move(pair->first));
  slot.connections = 0;
  slot.started = context_.loop.now();
  slot.why.clear();
  slot.readable =
      context_.loop.on_readable(slot.channel->fd(), [this, worker] { receive(worker); });
  if (options_) {
    send(worker, {0, 0, *options_});
  }
  return {};
}

void Workers::set_options(reply::Options options) {
  options_ = std::move(options);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    send(i, {0, 0, *options_});
  }
}

std::optional<std::size_t> Workers::least_loaded() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].channel && (!best || slots_[i].connections < slots_[*best].connections)) {
      best = i;
    }
  }
  return best;
}

bool Workers::send(std::size_t worker, ReplyMessage message, std::vector<UniqueFd> descriptors) {
  Slot& slot = slots_[worker];
  if (!slot.channel) {
    return false;
  }
  if (auto sent = slot.channel->send(encode(message), std::move(descriptors)); !sent) {
    // Whoever sends may be a connection, which must not be gone when this returns.
    context_.loop.post([this, worker, generation = slot.generation, why = sent.error().text] {
      if (slots_[worker].generation == generation) {
        lose(worker, why);
      }
    });
    return false;
  }
  if (slot.channel->wants_to_write() && !slot.writable) {
    watch_writable(worker);
  }
  return true;
}

void Workers::watch_writable(std::size_t worker) {
  Slot& slot = slots_[worker];
  slot.writable = context_.loop.on_writable(slot.channel->fd(), [this, worker] {
    Slot& ready = slots_[worker];
    ready.writable.reset();
    if (auto flushed = ready.channel->flush(); !flushed) {
      lose(worker, flushed.error().text);
    } else if (ready.channel->wants_to_write()) {
      watch_writable(worker);
    }
  });
}

void Workers::receive(std::size_t worker) {
  const unsigned generation = slots_[worker].generation;
  for (int i = 0; i < kTurn; ++i) {
    Slot& slot = slots_[worker];
    if (!slot.channel || slot.generation != generation) {
      return;
    }
    auto received = slot.channel->receive();
    if (!received) {
      lose(worker, received.error().text);
      return;
    }
    if (!*received) {
      return;
    }
    auto message = decode_request((*received)->bytes);
    wipe((*received)->bytes);
    // No request has descriptors.
    if (message && (!(*received)->descriptors.empty() || (*received)->lost_descriptors)) {
      message = failure("a request with descriptors");
    }
    auto handled = message ? events_.message(worker, std::move(*message))
                           : Result<void>(tl::unexpected<Error>(message.error()));
    if (!handled) {
      lose(worker, handled.error().text);
      return;
    }
  }
}

void Workers::lose(std::size_t worker, const std::string& why) {
  Slot& slot = slots_[worker];
  if (!slot.channel) {
    return;
  }
  slot.readable.reset();
  slot.writable.reset();
  slot.channel.reset();
  slot.connections = 0;
  slot.why = why;
  if (!draining_) {
    context_.children.kill(slot.child, SIGKILL);
  }
  events_.lost(worker, why, draining_);
  // The process is replaced once it has ended: see ended().
}

void Workers::ended(std::size_t worker, unsigned generation, int status) {
  Slot& slot = slots_[worker];
  if (slot.generation != generation) {
    return;
  }
  slot.child = 0;
  const bool expected = draining_ && status == 0;
  if (slot.channel) {
    receive(worker);  // what it has said before its end
    lose(worker, how(status));
  }
  if (!expected) {
    context_.log.error("worker {} {}{}{}", worker, how(status), slot.why.empty() ? "" : ": ",
                       slot.why);
    context_.metrics.worker_lost();
  }
  if (draining_) {
    return;
  }
  slot.failures = context_.loop.now() - slot.started >= kGoodLife ? 0 : slot.failures + 1;
  restart_later(worker);
}

void Workers::restart_later(std::size_t worker) {
  Slot& slot = slots_[worker];
  // The first one at once: that a worker dies must not keep others waiting.
  const unsigned doublings = std::min(slot.failures, kMostDoublings);
  const Time delay = slot.failures <= 1 ? Time{} : kLeastRestart * (1U << doublings);
  slot.restart = context_.loop.after(delay, [this, worker] {
    if (draining_) {
      return;
    }
    if (auto launched = launch(worker); !launched) {
      context_.log.error("starting a worker: {}", launched.error().text);
      ++slots_[worker].failures;
      restart_later(worker);
    }
  });
}

void Workers::connection_ended(std::size_t worker) {
  Slot& slot = slots_[worker];
  slot.connections -= slot.connections > 0 ? 1 : 0;
}

void Workers::drain() {
  draining_ = true;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    send(i, {0, 0, reply::Drain{}});
  }
}

void Workers::kill_all(int signal) {
  for (const Slot& slot : slots_) {
    if (slot.child != 0) {
      context_.children.kill(slot.child, signal);
    }
  }
}

std::size_t Workers::running() const {
  return static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(),
                                                [](const Slot& slot) { return slot.child != 0; }));
}

}  // namespace ssh::host::monitor
