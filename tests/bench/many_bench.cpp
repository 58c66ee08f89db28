// Many monitors at a time: what a tick costs when a host keeps one for each of its connections and
// they come in random order, so that it is the memory of the monitors that is waited for.
//
// Each round visits all connections once, in a random order; every connection takes the same round
// trip through the SSH server's policy, each from another place on it. The monitors are embedded in
// an array, or looked up by a key. The floor is one 32-bit word to change per connection, in the
// same order.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <vector>

#include "spl/rt/monitor_map.hpp"
#include "ssh.hpp"
#include "walks.hpp"

namespace {

constexpr std::size_t kLeastTicks = std::size_t{1} << 18;  // of one iteration
constexpr int kRepetitions = 12;
constexpr std::size_t kOffsets = 61;

const bench::RoundTrip& round_trip() {
  static const auto trip = [] {
    auto graph = bench::explore<ssh::Monitor>();
    bench::keep_largest_component(graph);
    return bench::cut_round(graph, bench::restless_walk(graph, 1U << 12), 256);
  }();
  return trip;
}

/// Every number below `count` once, in an order that no prefetcher foresees, without a table of
/// them that would be waited for as well: a full-period generator modulo a power of two.
class Order {
 public:
  explicit Order(std::size_t count) : count_(count), mask_(std::bit_ceil(count) - 1) {}
  std::size_t next() {
    do {
      at_ = (at_ * 0xd1342543de82ef95U + 0x9e3779b97f4a7c15U) & mask_;
    } while (at_ >= count_);
    return at_;
  }

 private:
  std::size_t count_;
  std::size_t mask_;
  std::size_t at_ = 0;
};

std::uint64_t key_of(std::size_t connection) {
  return connection * 0x9e3779b97f4a7c15U;
}

std::size_t allocated() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// One word to change per connection: the memory that any engine has to wait for.
class Floor {
 public:
  explicit Floor(std::size_t count) : words_(count) {}
  bool tick(std::size_t connection, ssh::Statecall s) {
    words_[connection] += static_cast<std::uint32_t>(s);
    return true;
  }

 private:
  std::vector<std::uint32_t> words_;
};

class Embedded {
 public:
  explicit Embedded(std::size_t count) : monitors_(count) {}
  bool tick(std::size_t connection, ssh::Statecall s) {
    return monitors_[connection].tick(s) == spl::rt::Verdict::accepted;
  }

 private:
  std::vector<ssh::Monitor> monitors_;
};

/// What one would write without MonitorMap; no lock, no bound.
class StandardMap {
 public:
  explicit StandardMap(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) monitors_.emplace(key_of(i), ssh::Monitor());
  }
  bool tick(std::size_t connection, ssh::Statecall s) {
    return monitors_.find(key_of(connection))->second.tick(s) == spl::rt::Verdict::accepted;
  }

 private:
  std::unordered_map<std::uint64_t, ssh::Monitor> monitors_;
};

class Map {
 public:
  explicit Map(std::size_t count) : monitors_(count) {
    for (std::size_t i = 0; i < count; ++i) (void)monitors_.create(key_of(i));
  }
  bool tick(std::size_t connection, ssh::Statecall s) {
    return monitors_.tick(key_of(connection), s).verdict == spl::rt::Verdict::accepted;
  }

 private:
  spl::rt::MonitorMap<std::uint64_t, ssh::Monitor> monitors_;
};

template <class Engine>
void run(benchmark::State& state, std::size_t count) {
  const auto& trip = round_trip();
  const auto before = allocated();
  Engine engine(count);
  const auto bytes = static_cast<double>(allocated() - before) / static_cast<double>(count);
  bool accepted = true;
  const auto tick = [&](std::size_t connection, std::uint16_t s) {
    accepted &= engine.tick(connection, static_cast<ssh::Statecall>(s));
  };
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto s : trip.way) tick(i, s);
    for (std::size_t k = 0; k < i % kOffsets; ++k) tick(i, trip.round[k % trip.round.size()]);
  }
  const auto rounds = std::max<std::size_t>(1, kLeastTicks / count);
  std::size_t done = 0;
  for (auto _ : state) {
    for (std::size_t r = 0; r < rounds; ++r, ++done) {
      Order order(count);
      for (std::size_t n = 0; n < count; ++n) {
        const auto i = order.next();
        tick(i, trip.round[(done + i % kOffsets) % trip.round.size()]);
      }
    }
  }
  if (!accepted) state.SkipWithError("a monitor refuses a legal walk");
  state.counters["time/tick"] = benchmark::Counter(
      static_cast<double>(rounds * count),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["bytes/monitor"] = bytes;
}

template <class Engine>
void add(const std::string& name) {
  for (const std::size_t count : {1U, 1'000U, 100'000U, 1'000'000U}) {
    benchmark::RegisterBenchmark(fmt::format("many/{}/{}", name, count).c_str(),
                                 [=](benchmark::State& state) { run<Engine>(state, count); })
        ->Repetitions(kRepetitions)
        ->Iterations(1)
        ->ReportAggregatesOnly(false)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace

int main(int argc, char** argv) {
  add<Floor>("floor");
  add<Embedded>("embedded");
  add<Map>("MonitorMap");
  add<StandardMap>("std::unordered_map");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
