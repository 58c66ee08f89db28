// The thread rules of runtime/README.md, for ThreadSanitizer. Compiled with -fsanitize=thread by
// threads_test.cmake, whatever the preset. With the argument "race" it breaks a rule on purpose, so
// that the test can see that races are found at all.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "ping.hpp"
#include "ping_source_map.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "spl/rt/mode.hpp"
#include "spl/rt/monitor_map.hpp"
#include "spl/rt/observers.hpp"

namespace {

using ping::Statecall;
using spl::rt::MapResult;

constexpr auto kRequest = Statecall::Transmit_Ping_EchoRequest;
constexpr auto kReply = Statecall::Receive_Ping_EchoReply;
constexpr int kThreads = 4;
constexpr std::uint32_t kKeys = 64;

constinit spl::rt::ModeSwitch the_mode;
using Watched =
    ping::BasicMonitor<spl::rt::Observers<spl::rt::FlightRecorder<4>, spl::rt::ModeOf<the_mode>>>;

void on_threads(const auto& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back([&body, t] { body(t); });
  for (auto& thread : threads) thread.join();
}

/// A monitor for each thread; tables, names, source map and mode shared.
void own_monitors() {
  on_threads([](int t) {
    Watched monitor;
    for (int i = 0; i < 2000; ++i) {
      if (i % 64 == t) the_mode.set(static_cast<spl::rt::Mode>(i % 3));
      (void)monitor.tick(i % 2 == 0 ? kRequest : kReply);
      if (i % 500 == 0) (void)explain(monitor, kRequest).to_json();
    }
  });
}

/// A monitor that nobody moves may be asked by all.
void shared_and_constant() {
  ping::Monitor monitor;
  (void)monitor.tick(kRequest);
  const auto& shared = monitor;
  on_threads([&](int) {
    for (int i = 0; i < 200; ++i) {
      if (!shared.would_accept(kReply) || shared.allowed().empty()) std::abort();
      if (explain(shared, kRequest).to_string().empty()) std::abort();
      (void)shared.snapshot();
    }
  });
}

/// All members of a map at once; at the end what was counted is what is there.
bool one_map() {
  spl::rt::MonitorMap<std::uint32_t, Watched> map(kKeys / 2, 4);
  std::atomic<long> balance{0};
  std::atomic<std::size_t> ticks{0};
  on_threads([&](int t) {
    auto random = static_cast<std::uint32_t>(t) * 2654435761U + 1;
    for (int i = 0; i < 4000; ++i) {
      random = random * 1664525U + 1013904223U;
      const auto key = (random >> 8U) % kKeys;
      switch ((random >> 24U) % 8) {
        case 0:
          if (map.create(key) == MapResult::ok) ++balance;
          break;
        case 1:
          if (map.erase(key) == MapResult::ok) --balance;
          break;
        case 2:
          map.for_each([](const std::uint32_t&, Watched& m) { (void)m.finished(); });
          break;
        case 3:
          map.next_epoch();
          balance -= static_cast<long>(map.evict_idle(50, [](const auto&, const auto&) {}));
          break;
        case 4:
          map.with(key, [](Watched& m) { m.reset(); });
          if (map.size() > map.capacity()) std::abort();
          break;
        default:
          if (!is_refusal(map.tick(key, i % 2 == 0 ? kRequest : kReply))) ++ticks;
      }
    }
  });
  std::size_t there = 0;
  map.for_each([&](const std::uint32_t&, Watched&) { ++there; });
  return ticks > 0 && there == map.size() && static_cast<long>(there) == balance;
}

/// What the rules forbid: one monitor, two threads, no lock.
void race() {
  ping::Monitor monitor;
  on_threads([&](int) {
    for (int i = 0; i < 2000; ++i) (void)monitor.tick(i % 2 == 0 ? kRequest : kReply);
  });
  std::printf("%u\n", monitor.states()[0]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "race") == 0) {
    race();
    return 0;
  }
  own_monitors();
  shared_and_constant();
  if (!one_map()) {
    std::puts("the map has lost count");
    return 1;
  }
  std::puts("all threads agree");
  return 0;
}
