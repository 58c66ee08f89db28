// Monitors whose automata are sets of configurations, as a host sees them: many.spl without tables,
// beside the same policy with them.
#include <gtest/gtest.h>

#include <vector>

#include "many.hpp"
#include "many_sets.hpp"
#include "many_sets_source_map.hpp"
#include "many_source_map.hpp"

namespace {

using many_sets::Automaton;
using many_sets::Monitor;
using many_sets::Statecall;
using spl::rt::Restored;
using spl::rt::Verdict;

static_assert(std::is_trivially_copyable_v<Monitor>);
static_assert(sizeof(Monitor) == 4 * Monitor::kStateWords);
static_assert(Monitor::kStateWords == 3);  // a few configurations each

constexpr Verdict after_a(Statecall s) {
  Monitor monitor;
  (void)monitor.tick(Statecall::A);
  return monitor.tick(s);
}
static_assert(after_a(Statecall::B) == Verdict::accepted);
static_assert(after_a(Statecall::A) == Verdict::violation);

std::vector<std::uint32_t> words_of(const Monitor& monitor) {
  return {monitor.states(), monitor.states() + Monitor::kStateWords};
}

TEST(Set, zeroed_words_are_the_start) {
  Monitor monitor;
  EXPECT_EQ(words_of(monitor), std::vector<std::uint32_t>(Monitor::kStateWords, 0));
  ASSERT_EQ(monitor.tick(Statecall::A), Verdict::accepted);
  EXPECT_NE(words_of(monitor), words_of(Monitor()));
  monitor.reset();
  EXPECT_EQ(words_of(monitor), words_of(Monitor()));
}

TEST(Set, a_refused_tick_changes_nothing) {
  Monitor monitor;
  ASSERT_EQ(monitor.tick(Statecall::A), Verdict::accepted);
  const auto before = words_of(monitor);
  EXPECT_EQ(monitor.tick(Statecall::A), Verdict::violation);
  EXPECT_EQ(monitor.tick(static_cast<Statecall>(77)), Verdict::unknown);
  EXPECT_EQ(words_of(monitor), before);
}

// z() { optional { A; } C; } waits at both at once.
TEST(Set, says_what_is_alive) {
  const Monitor monitor;
  std::vector<std::uint32_t> alive;
  monitor.each_state(Automaton::z, [&](std::uint32_t q) { alive.push_back(q); });
  EXPECT_EQ(alive.size(), 2U);
  EXPECT_EQ(monitor.state(Automaton::z), 2U);
  EXPECT_EQ(monitor.state(Automaton::x), 1U);
  EXPECT_EQ(monitor.state(static_cast<Automaton>(9)), 0U);
}

TEST(Set, explains_as_its_twin_with_tables) {
  Monitor monitor;
  many::Monitor twin;
  for (const auto step : {Statecall::C, Statecall::A, Statecall::A, Statecall::B, Statecall::C}) {
    const auto same = static_cast<many::Statecall>(step);
    EXPECT_EQ(explain(monitor, step).to_string(), explain(twin, same).to_string());
    EXPECT_EQ(monitor.tick(step), twin.tick(same));
  }
  EXPECT_TRUE(monitor.finished());
}

TEST(Set, only_its_own_snapshots_come_back) {
  Monitor before;
  ASSERT_EQ(before.tick(Statecall::A), Verdict::accepted);
  Monitor monitor;
  ASSERT_EQ(monitor.restore(before.snapshot()), Restored::ok);
  EXPECT_EQ(words_of(monitor), words_of(before));
  const auto tables = many::Monitor().snapshot();
  EXPECT_EQ(monitor.restore(tables.data(), tables.size()), Restored::other_policy);

  const auto forged = [&](std::uint32_t word) {
    const auto snapshot = before.snapshot();
    std::vector<std::uint8_t> bytes(snapshot.begin(), snapshot.end());
    const auto put = [&](std::size_t at, std::uint32_t n) {
      for (unsigned i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<std::uint8_t>(n >> (8 * i));
    };
    put(16, word);
    put(bytes.size() - 4, spl::rt::detail::checksum(bytes.data(), bytes.size() - 4));
    return monitor.restore(bytes.data(), bytes.size());
  };
  EXPECT_EQ(forged(0), Restored::ok);
  EXPECT_EQ(forged(many_sets::tables::A0::start[0]), Restored::bad_state);  // nothing alive
  const auto first_that_is_none = std::uint32_t{1} << many_sets::tables::A0::configurations;
  EXPECT_EQ(forged(first_that_is_none), Restored::bad_state);
  EXPECT_EQ(forged(0x80000000U), Restored::bad_state);
}

}  // namespace
