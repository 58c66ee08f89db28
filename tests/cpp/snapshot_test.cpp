// Snapshots: what they are made of, and that nothing but a whole one of the same policy gets in.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "many.hpp"
#include "ping.hpp"

namespace {

using spl::rt::Restored;
using Bytes = std::vector<std::uint8_t>;

constexpr auto kRequest = ping::Statecall::Transmit_Ping_EchoRequest;

Bytes bytes_of(const auto& snapshot) {
  return {snapshot.begin(), snapshot.end()};
}

void put32(Bytes& bytes, std::size_t at, std::uint32_t n) {
  for (unsigned i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<std::uint8_t>(n >> (8 * i));
}

/// Makes the checksum right again.
Bytes resealed(Bytes bytes) {
  put32(bytes, bytes.size() - 4, spl::rt::detail::checksum(bytes.data(), bytes.size() - 4));
  return bytes;
}

many::Monitor moved() {
  many::Monitor monitor;
  EXPECT_EQ(monitor.tick(many::Statecall::A), spl::rt::Verdict::accepted);
  return monitor;
}

TEST(Snapshot, comes_back) {
  const auto before = moved();
  many::Monitor after;
  ASSERT_EQ(after.restore(before.snapshot()), Restored::ok);
  for (std::uint32_t a = 0; a < many::Monitor::kAutomata; ++a) {
    EXPECT_EQ(after.states()[a], before.states()[a]);
  }
  // The strict monitor has the same states.
  many::StrictMonitor strict;
  EXPECT_EQ(strict.restore(before.snapshot()), Restored::ok);
  EXPECT_EQ(strict.snapshot(), before.snapshot());
}

TEST(Snapshot, has_the_documented_bytes) {
  ping::Monitor monitor;
  ASSERT_EQ(monitor.tick(kRequest), spl::rt::Verdict::accepted);
  const auto bytes = bytes_of(monitor.snapshot());
  ASSERT_EQ(bytes.size(), 24U);
  Bytes expected{'S', 'P', 'L', 'S', 1, 0, 0, 0};
  for (unsigned i = 0; i < 8; ++i) {
    expected.push_back(static_cast<std::uint8_t>(ping::Policy::fingerprint >> (8 * i)));
  }
  expected.resize(24);
  put32(expected, 16, monitor.state(ping::Automaton::ping));
  EXPECT_EQ(bytes, resealed(expected));
}

constexpr bool works_in_constant_expressions() {
  ping::Monitor monitor;
  (void)monitor.tick(kRequest);
  ping::Monitor other;
  return other.restore(monitor.snapshot()) == Restored::ok &&
         other.states()[0] == monitor.states()[0] && other.states()[0] != 0;
}
static_assert(works_in_constant_expressions());

TEST(Snapshot, refuses_with_the_reason_and_changes_nothing) {
  const auto good = bytes_of(moved().snapshot());
  auto magic = good;
  magic[0] = 'X';
  auto version = good;
  version[4] = 2;
  auto policy = good;
  policy[15] ^= 1U;
  auto flipped = good;
  flipped[17] ^= 1U;
  auto state = good;
  put32(state, 20, 1000);
  auto limit = good;  // the least number that is no state
  put32(limit, 16, many::tables::A0::states);
  auto longer = good;
  longer.push_back(0);
  const Bytes shorter(good.begin(), good.end() - 1);
  const Bytes head(good.begin(), good.begin() + 15);
  const struct {
    const char* name;
    Bytes bytes;
    Restored expected;
  } cases[] = {
      {"empty", {}, Restored::not_a_snapshot},
      {"head", head, Restored::not_a_snapshot},
      {"magic", resealed(magic), Restored::not_a_snapshot},
      {"version", resealed(version), Restored::other_version},
      {"policy", resealed(policy), Restored::other_policy},
      {"another policy", bytes_of(ping::Monitor().snapshot()), Restored::other_policy},
      {"flipped", flipped, Restored::damaged},
      {"longer", longer, Restored::damaged},
      {"longer, sealed", resealed(longer), Restored::damaged},
      {"shorter", shorter, Restored::damaged},
      {"state", resealed(state), Restored::bad_state},
      {"limit", resealed(limit), Restored::bad_state},
      {"good", good, Restored::ok},
  };
  for (const auto& c : cases) {
    const auto before = moved();
    auto monitor = before;
    const auto restored = monitor.restore(c.bytes.data(), c.bytes.size());
    EXPECT_EQ(restored, c.expected) << c.name;
    EXPECT_EQ(monitor.snapshot(), before.snapshot()) << c.name;
    EXPECT_FALSE(to_string(restored).empty());
  }
  many::Monitor monitor;
  EXPECT_EQ(monitor.restore(nullptr, 24), Restored::not_a_snapshot);
}

TEST(Snapshot, no_single_flipped_bit_gets_in) {
  const auto good = bytes_of(moved().snapshot());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    many::Monitor monitor;
    EXPECT_NE(monitor.restore(bytes.data(), bytes.size()), Restored::ok) << bit;
  }
}

// Random bytes, most with a right head and a right checksum, so that the states are looked at: what
// gets in is in range, and the monitor can be used.
TEST(Snapshot, any_bytes_are_safe) {
  std::mt19937 random(1);
  std::size_t taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = bytes_of(moved().snapshot());
    if (i % 4 == 0) {
      bytes.resize(random() % 64);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    } else {
      for (std::size_t a = 0; a < many::Monitor::kAutomata; ++a) {
        put32(bytes, 16 + 4 * a,
              static_cast<std::uint32_t>(random() % 3 == 0 ? random() : random() % 6));
      }
      bytes = resealed(bytes);
    }
    many::Monitor monitor;
    if (monitor.restore(bytes.data(), bytes.size()) != Restored::ok) continue;
    ++taken;
    for (std::uint32_t a = 0; a < many::Monitor::kAutomata; ++a) {
      constexpr std::uint32_t kStates[] = {many::tables::A0::states, many::tables::A1::states,
                                           many::tables::A2::states};
      ASSERT_LT(monitor.states()[a], kStates[a]);
    }
    (void)monitor.allowed();
    (void)monitor.tick(many::Statecall::A);
  }
  EXPECT_GT(taken, 100U);
}

}  // namespace
