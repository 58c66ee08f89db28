// What a tick costs, against the limit that the hardware sets and against other engines.
//
// The limit is a chain of dependent loads through as many bytes as the monitor's tables have: no
// engine that keeps a state and looks the next one up can be faster. Every engine takes the same
// legal walks: a predictable one (a short round, repeated), a random one (any statecall that is
// legal), and a restless one (any next state).
//
// Besides Google Benchmark's own output, prints one table of ratios of the fastest repetitions.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kex.hpp"
#include "kex_c.h"
#include "kex_hash_set.hpp"
#include "kex_msm.hpp"
#include "kex_ragel_f1.hpp"
#include "kex_ragel_g2.hpp"
#include "kex_statechart.hpp"
#include "kex_switch.hpp"
#include "ssh.hpp"
#include "ssh_c.h"
#include "ssh_hash_set.hpp"
#include "ssh_ragel_f1.hpp"
#include "ssh_ragel_g2.hpp"
#include "ssh_switch.hpp"
#include "transport.hpp"
#include "transport_c.h"
#include "transport_hash_set.hpp"
#include "transport_ragel_f1.hpp"
#include "transport_ragel_g2.hpp"
#include "transport_switch.hpp"
#include "walks.hpp"

namespace {

constexpr std::size_t kWalkLength = std::size_t{1} << 16;
// Many short repetitions, of which the fastest counts: other programs disturb, none helps.
constexpr int kRepetitions = 60;
constexpr int kWalksPerRepetition = 3;

struct Walks {
  bench::Walk predictable;
  bench::Walk random;
  bench::Walk restless;
};

template <class Monitor>
const Walks& walks_of() {
  static const Walks walks = [] {
    auto graph = bench::explore<Monitor>();
    bench::keep_largest_component(graph);
    return Walks{bench::predictable_walk(graph, kWalkLength),
                 bench::random_walk(graph, kWalkLength), bench::restless_walk(graph, kWalkLength)};
  }();
  return walks;
}

/// The monitor with the interface of the rivals.
template <class Monitor>
struct Inlined {
  bool tick(std::uint32_t s) {
    return monitor.tick(static_cast<typename Monitor::Statecall>(s)) == spl::rt::Verdict::accepted;
  }
  void reset() { monitor.reset(); }
  Monitor monitor;
};

/// As most hosts see it: behind a call, its states in memory between ticks.
template <class Monitor>
struct Called : Inlined<Monitor> {
  [[gnu::noinline]] bool tick(std::uint32_t s) { return Inlined<Monitor>::tick(s); }
};

/// The C monitor: always behind a call.
template <class State, auto tick_c, auto reset_c>
struct InC {
  bool tick(std::uint32_t s) { return static_cast<int>(tick_c(&state, s)) == 0; }
  void reset() { reset_c(&state); }
  State state;
};
using KexInC = InC<kex_c_monitor, &kex_c_tick, &kex_c_reset>;
using TransportInC = InC<transport_c_monitor, &transport_c_tick, &transport_c_reset>;
using SshInC = InC<ssh_c_monitor, &ssh_c_tick, &ssh_c_reset>;

template <class Engine>
void run_engine(benchmark::State& state, const bench::Walk& walk) {
  const auto engine = std::make_unique<Engine>();
  for (auto _ : state) {
    engine->reset();
    std::size_t accepted = 0;
    for (const auto s : walk) accepted += engine->tick(s) ? 1U : 0U;
    if (accepted != walk.size()) state.SkipWithError("the engine refuses a legal walk");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(walk.size()));
}

/// Ragel at its best: the whole trace in one call, the state in the program counter. No host that
/// acts on messages as they come can use it so.
void run_whole_trace(benchmark::State& state, const bench::Walk& walk) {
  for (auto _ : state) {
    const auto end = kex_ragel_g2::ragel::run0(kex_ragel_g2::ragel::m0_start, walk.data(),
                                               walk.data() + walk.size());
    if (end == kex_ragel_g2::ragel::m0_error) state.SkipWithError("Ragel refuses a legal walk");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(walk.size()));
}

/// A random round through `bytes` bytes of 32-bit indices.
void run_limit(benchmark::State& state, std::size_t bytes) {
  const auto size = std::max<std::size_t>(bytes / sizeof(std::uint32_t), 2);
  std::vector<std::uint32_t> order(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = static_cast<std::uint32_t>(i);
  bench::Random random;
  for (auto i = size; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  std::vector<std::uint32_t> next(size);
  for (std::size_t i = 0; i < size; ++i) next[order[i]] = order[(i + 1) % size];
  for (auto _ : state) {
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < kWalkLength; ++i) at = next[at];
    benchmark::DoNotOptimize(at);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kWalkLength));
}

template <class Policy, class... A>
constexpr std::size_t footprint(spl::rt::List<A...>) {
  return (sizeof(A::table) + ...) + sizeof(Policy::columns);
}

void add(const std::string& name, auto function, auto argument) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { function(state, *argument); })
      ->Repetitions(kRepetitions)
      ->Iterations(kWalksPerRepetition)
      ->Unit(benchmark::kMicrosecond);
}

template <class Engine, class Monitor>
void add_engine(const std::string& policy, const std::string& engine) {
  add(policy + "/predictable/" + engine, run_engine<Engine>, &walks_of<Monitor>().predictable);
  add(policy + "/random/" + engine, run_engine<Engine>, &walks_of<Monitor>().random);
  add(policy + "/restless/" + engine, run_engine<Engine>, &walks_of<Monitor>().restless);
}

template <class Monitor, class InC, class Switch, class RagelG2, class RagelF1, class HashSets>
void add_policy(const std::string& policy) {
  using Policy = typename Monitor::policy;
  static constexpr std::size_t kBytes = footprint<Policy>(typename Policy::automata{});
  for (const char* walk : {"/predictable/", "/random/", "/restless/"}) {
    add(
        policy + walk + "limit",
        [](benchmark::State& state, std::size_t bytes) { run_limit(state, bytes); }, &kBytes);
  }
  add_engine<Inlined<Monitor>, Monitor>(policy, "monitor");
  add_engine<Called<Monitor>, Monitor>(policy, "monitor, called");
  add_engine<InC, Monitor>(policy, "monitor in C, called");
  add_engine<Switch, Monitor>(policy, "switch");
  add_engine<RagelG2, Monitor>(policy, "Ragel -G2");
  add_engine<RagelF1, Monitor>(policy, "Ragel -F1");
  add_engine<HashSets, Monitor>(policy, "hash sets");
}

/// Keeps the fastest repetition of each benchmark.
class Fastest : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> aggregates;
    for (const auto& run : runs) {
      if (run.error_occurred) failed_ = true;
      if (run.error_occurred || run.run_type != Run::RT_Iteration) {
        aggregates.push_back(run);
        continue;
      }
      const auto name = run.run_name.function_name;
      const double ns = run.real_accumulated_time / static_cast<double>(run.iterations) * 1e9 /
                        static_cast<double>(kWalkLength);
      const auto [at, added] = best_.emplace(name, ns);
      if (added) names_.push_back(name);
      at->second = std::min(at->second, ns);
    }
    ConsoleReporter::ReportRuns(aggregates);
  }

  [[nodiscard]] std::string table() const {
    std::string out = fmt::format("\n{:<44} {:>9} {:>10} {:>12}\n", "policy/walk/engine", "ns/tick",
                                  "to limit", "to monitor");
    for (const auto& name : names_) {
      const auto group = name.substr(0, name.find('/', name.find('/') + 1) + 1);
      out += fmt::format("{:<44} {:>9.2f}", name, best_.at(name));
      for (const char* base : {"limit", "monitor"}) {
        const auto found = best_.find(group + base);
        out += found == best_.end() ? fmt::format(" {:>10}", "-")
                                    : fmt::format(" {:>9.2f}x", best_.at(name) / found->second);
      }
      out += '\n';
    }
    return out;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::map<std::string, double> best_;
  std::vector<std::string> names_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  add_policy<kex::Monitor, KexInC, kex_switch::Switch, kex_ragel_g2::Ragel, kex_ragel_f1::Ragel,
             kex_hash_set::HashSets>("kex");
  add_engine<kex_switch::SwitchInPlace, kex::Monitor>("kex", "switch, in place");
  add_engine<kex_msm::Msm, kex::Monitor>("kex", "Boost.MSM");
  add_engine<kex_statechart::Statechart, kex::Monitor>("kex", "Boost.Statechart");
  add("kex/predictable/Ragel, whole trace", run_whole_trace, &walks_of<kex::Monitor>().predictable);
  add("kex/random/Ragel, whole trace", run_whole_trace, &walks_of<kex::Monitor>().random);
  add("kex/restless/Ragel, whole trace", run_whole_trace, &walks_of<kex::Monitor>().restless);
  add_policy<transport::Monitor, TransportInC, transport_switch::Switch, transport_ragel_g2::Ragel,
             transport_ragel_f1::Ragel, transport_hash_set::HashSets>("transport");
  add_engine<transport_switch::SwitchInPlace, transport::Monitor>("transport", "switch, in place");
  add_policy<ssh::Monitor, SshInC, ssh_switch::Switch, ssh_ragel_g2::Ragel, ssh_ragel_f1::Ragel,
             ssh_hash_set::HashSets>("ssh");

  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Fastest reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  fmt::print("{}", reporter.table());
  return reporter.failed() ? 1 : 0;
}
