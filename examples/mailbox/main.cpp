// The skeleton of a daemon: connections on several threads, each watched by a monitor of
// mailbox.spl, and a policy that is brought in step by step.
//
// The network is played by standard input. A line is what happens next:
//
//   7 Receive_Login     connection 7 takes this step
//   mode report-only    from now on (enforce | report-only | off)
//   tick                a second passes
//
// What to look at: the observer at the top (flight recorder, mode, report), Server::step(), which
// is the one place where steps are announced, and what becomes of a full map and of idle
// connections. Exit code 0 if nothing was refused, 1 if something was, 2 if the input is at fault.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <latch>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "mailbox.hpp"             // generated from mailbox.spl by spl_add_policy()
#include "mailbox_source_map.hpp"  // explain()
#include "spl/rt/flight_recorder.hpp"
#include "spl/rt/mode.hpp"
#include "spl/rt/monitor_map.hpp"
#include "spl/rt/observers.hpp"

namespace {

using mailbox::Statecall;
using Connection = std::uint32_t;

constexpr std::size_t kConnections = 1000;
constexpr std::uint32_t kIdleSeconds = 2;
constexpr std::size_t kThreads = 4;

/// One mode for the whole daemon, changed while it runs.
constinit spl::rt::ModeSwitch the_mode;

void say(const std::string& text) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << text << std::flush;
}

/// Says why a step was refused, with the policy's lines and the last steps before it.
class Report {
 public:
  explicit Report(Connection connection = 0) : connection_(connection) {}

  void on_refused(const auto& monitor, Statecall statecall) const {
    // Where refusals are let pass, the first one of a connection tells; later ones may well only
    // follow from it.
    const auto& seen = monitor.observer();
    if (seen.mode() == spl::rt::Mode::report_only && seen.refused() > 1) return;
    say("connection " + std::to_string(connection_) + " (" + std::string(to_string(seen.mode())) +
        "): " + explain(monitor, statecall).to_string());
  }

 private:
  Connection connection_;
};

// In this order: the recorder has the refused step before the report shows what it holds.
using Watch = spl::rt::Observers<spl::rt::FlightRecorder<16, std::chrono::steady_clock>,
                                 spl::rt::ModeOf<the_mode>, Report>;
using Monitor = mailbox::BasicMonitor<Watch>;

class Server {
 public:
  /// False: the step must not be taken.
  bool step(Connection connection, Statecall statecall) {
    if (statecall == Statecall::Notify_Connected && !accept(connection)) return false;
    const auto tick = monitors_.tick(connection, statecall);
    if (tick.result == spl::rt::MapResult::absent) {
      ++refused_;
      say("connection " + std::to_string(connection) + ": there is none\n");
      return false;
    }
    if (is_refusal(tick)) {
      ++refused_;
      close(connection);
      return false;
    }
    if (tick.verdict == spl::rt::Verdict::tolerated) ++tolerated_;
    bool finished = false;
    monitors_.with(connection, [&](const Monitor& monitor) { finished = monitor.finished(); });
    if (finished && statecall == Statecall::Transmit_Goodbye) close(connection);
    return true;
  }

  void second_passes() {
    monitors_.next_epoch();
    monitors_.evict_idle(kIdleSeconds, [](const Connection& connection, const Monitor&) {
      say("connection " + std::to_string(connection) + ": idle, closed\n");
    });
  }

  [[nodiscard]] bool summary() {
    std::size_t open = 0;
    monitors_.for_each([&](const Connection&, const Monitor&) { ++open; });
    say(std::to_string(refused_) + " refused, " + std::to_string(tolerated_) + " tolerated, " +
        std::to_string(open) + " still open\n");
    return refused_ == 0;
  }

 private:
  bool accept(Connection connection) {
    const Monitor monitor{Watch({}, {}, Report(connection))};
    const auto created = monitors_.create(connection, monitor);
    if (created == spl::rt::MapResult::ok || created == spl::rt::MapResult::exists) return true;
    // A connection that cannot be watched is not taken.
    ++refused_;
    say("connection " + std::to_string(connection) +
        " turned away: " + std::string(to_string(created)) + "\n");
    return false;
  }
  void close(Connection connection) { monitors_.erase(connection); }

  spl::rt::MonitorMap<Connection, Monitor> monitors_{kConnections};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> tolerated_{0};
};

/// A thread that does what it is given, in order.
class Worker {
 public:
  void give(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    more_.notify_one();
  }
  /// Returns when all that was given is done.
  void settle() {
    std::latch done(1);
    give([&] { done.count_down(); });
    done.wait();
  }
  /// The same, and the thread ends.
  void finish() {
    give(nullptr);
    thread_.join();
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [&] { return !tasks_.empty(); });
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      if (!task) return;
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_{[this] { run(); }};
};

/// Empty if the line was understood.
std::string handle(const std::string& line, Server& server, std::vector<Worker>& workers) {
  std::istringstream words(line);
  std::string first;
  std::string second;
  words >> first >> second;
  if (first == "tick" || first == "mode") {
    // So that the example says the same each time; a real daemon would not wait.
    for (auto& worker : workers) worker.settle();
  }
  if (first == "tick") {
    server.second_passes();
    return {};
  }
  if (first == "mode") {
    for (const auto mode :
         {spl::rt::Mode::enforce, spl::rt::Mode::report_only, spl::rt::Mode::off}) {
      if (second != to_string(mode)) continue;
      the_mode.set(mode);
      return {};
    }
    return "no mode: " + second;
  }
  if (first.empty() || first.size() > 9 ||
      first.find_first_not_of("0123456789") != std::string::npos) {
    return "no connection: " + first;
  }
  const auto statecall = mailbox::parse_statecall(second);
  if (!statecall) return "no statecall: " + second;
  const auto connection = static_cast<Connection>(std::stoul(first));
  // A connection's steps are all taken by one thread, and so in order.
  workers[connection % workers.size()].give(
      [&server, connection, s = *statecall] { server.step(connection, s); });
  return {};
}

}  // namespace

int main() {
  Server server;
  std::vector<Worker> workers(kThreads);
  std::string error;
  for (std::string line; error.empty() && std::getline(std::cin, line);) {
    if (!line.empty()) error = handle(line, server, workers);
  }
  for (auto& worker : workers) worker.finish();
  if (!error.empty()) {
    std::cerr << "mailbox: " << error << '\n';
    return 2;
  }
  return server.summary() ? 0 : 1;
}
