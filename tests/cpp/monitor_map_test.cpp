// MonitorMap: against a plain map, to the brim, and what it says when it cannot.
#include "spl/rt/monitor_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ping.hpp"
#include "spl/rt/flight_recorder.hpp"

namespace {

using ping::Statecall;
using spl::rt::HashSeed;
using spl::rt::MapResult;
using spl::rt::MonitorMap;
using spl::rt::Verdict;

constexpr auto kRequest = Statecall::Transmit_Ping_EchoRequest;
constexpr auto kReply = Statecall::Receive_Ping_EchoReply;

// The vectors of the paper's authors (SipHash-2-4; key 00 .. 0f, input 00, 00 01, ...).
TEST(KeyHash, is_siphash) {
  const HashSeed key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  unsigned char input[64];
  for (unsigned i = 0; i < sizeof input; ++i) input[i] = static_cast<unsigned char>(i);
  EXPECT_EQ((spl::rt::sip_hash<2, 4>(key, input, 0)), 0x726fdb47dd0e0e31U);
  EXPECT_EQ((spl::rt::sip_hash<2, 4>(key, input, 1)), 0x74f839c593dc67fdU);
  EXPECT_EQ((spl::rt::sip_hash<2, 4>(key, input, 8)), 0x93f5f5799a932462U);
  EXPECT_EQ((spl::rt::sip_hash<2, 4>(key, input, 15)), 0xa129ca6149be45e5U);
}

TEST(KeyHash, depends_on_the_seed) {
  const spl::rt::KeyHash<std::string> one(HashSeed{1, 2});
  const spl::rt::KeyHash<std::string> other(HashSeed{1, 3});
  EXPECT_EQ(one("key"), one("key"));
  EXPECT_NE(one("key"), other("key"));
  EXPECT_NE(one("key"), one("kez"));
  EXPECT_NE(HashSeed::random().low, HashSeed::random().low);
}

TEST(MonitorMap, keeps_a_monitor_for_each_key) {
  MonitorMap<std::string, ping::Monitor> map(10);
  EXPECT_EQ(map.create("a"), MapResult::ok);
  EXPECT_EQ(map.create("b"), MapResult::ok);
  EXPECT_EQ(map.tick("a", kRequest).verdict, Verdict::accepted);
  EXPECT_EQ(map.create("a"), MapResult::exists);  // and has not begun anew
  EXPECT_EQ(map.tick("a", kReply).verdict, Verdict::accepted);
  const auto refused = map.tick("b", kReply);
  EXPECT_EQ(refused.result, MapResult::ok);
  EXPECT_EQ(refused.verdict, Verdict::violation);
  EXPECT_TRUE(is_refusal(refused));
  EXPECT_EQ(map.size(), 2U);
  bool may_ask = false;
  EXPECT_EQ(map.with("b", [&](ping::Monitor& m) { may_ask = m.would_accept(kRequest); }),
            MapResult::ok);
  EXPECT_TRUE(may_ask);
  EXPECT_EQ(map.erase("a"), MapResult::ok);
  EXPECT_EQ(map.erase("a"), MapResult::absent);
  EXPECT_EQ(map.size(), 1U);
}

TEST(MonitorMap, refuses_for_keys_that_are_not_there) {
  MonitorMap<int, ping::Monitor> map(10);
  const auto tick = map.tick(1, kRequest);
  EXPECT_EQ(tick.result, MapResult::absent);
  EXPECT_TRUE(is_refusal(tick));
  EXPECT_EQ(map.with(1, [](ping::Monitor&) { FAIL(); }), MapResult::absent);
  EXPECT_EQ(map.size(), 0U);
}

TEST(MonitorMap, says_when_it_is_full_and_drops_nothing) {
  MonitorMap<int, ping::Monitor> map(100, 8);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(map.create(i), MapResult::ok) << i;
    ASSERT_FALSE(is_refusal(map.tick(i, kRequest)));
  }
  EXPECT_EQ(map.create(100), MapResult::full);
  const auto tick = map.tick_or_create(101, kRequest);
  EXPECT_EQ(tick.result, MapResult::full);
  EXPECT_TRUE(is_refusal(tick));
  EXPECT_EQ(map.create(5), MapResult::exists);
  EXPECT_EQ(map.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(map.tick(i, kReply).verdict, Verdict::accepted) << i;
  EXPECT_EQ(map.erase(50), MapResult::ok);
  EXPECT_EQ(map.tick_or_create(101, kRequest).verdict, Verdict::accepted);
  EXPECT_EQ(map.tick_or_create(101, kReply).verdict, Verdict::accepted);
  MonitorMap<int, ping::Monitor> none(0);
  EXPECT_EQ(none.create(1), MapResult::full);
}

TEST(MonitorMap, evicts_idle_entries_when_told_and_hands_each_over) {
  MonitorMap<int, ping::Monitor> map(100);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(map.create(i), MapResult::ok);
  std::vector<int> evicted;
  const auto note = [&](const int& key, const ping::Monitor&) { evicted.push_back(key); };
  EXPECT_EQ(map.evict_idle(1, note), 0U);
  map.next_epoch();
  for (int i = 0; i < 100; i += 2) (void)map.tick(i, kRequest);
  EXPECT_EQ(map.evict_idle(2, note), 0U);
  EXPECT_EQ(map.evict_idle(1, note), 50U);
  std::sort(evicted.begin(), evicted.end());
  std::vector<int> odd;
  for (int i = 1; i < 100; i += 2) odd.push_back(i);
  EXPECT_EQ(evicted, odd);
  EXPECT_EQ(map.size(), 50U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(map.tick(i, kReply).result, i % 2 == 0 ? MapResult::ok : MapResult::absent);
  }
}

/// All keys meet: the worst there is for probing and for closing gaps.
struct WorstHash {
  explicit WorstHash(HashSeed) {}
  std::uint64_t operator()(const int& key) const noexcept {
    return key % 3 == 0 ? 7U : 0xffffffffffffffffU;
  }
};

/// Random calls, compared with a plain map.
template <class Map>
void compare(Map& map, std::size_t capacity, std::uint32_t seed) {
  std::map<int, ping::Monitor> expected;
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const int key = static_cast<int>(random() % 60);
    const auto found = expected.find(key);
    switch (random() % 4) {
      case 0: {
        const auto result = map.create(key);
        ASSERT_EQ(result, found != expected.end()       ? MapResult::exists
                          : expected.size() == capacity ? MapResult::full
                                                        : MapResult::ok);
        if (result == MapResult::ok) expected.emplace(key, ping::Monitor());
        break;
      }
      case 1:
        ASSERT_EQ(map.erase(key), found == expected.end() ? MapResult::absent : MapResult::ok);
        expected.erase(key);
        break;
      default: {
        const auto s = static_cast<Statecall>(random() % ping::Policy::statecall_count);
        const auto tick = map.tick(key, s);
        ASSERT_EQ(tick.result, found == expected.end() ? MapResult::absent : MapResult::ok);
        if (found == expected.end()) break;
        ASSERT_EQ(tick.verdict, found->second.tick(s));
      }
    }
    ASSERT_EQ(map.size(), expected.size());
  }
  std::map<int, std::uint32_t> seen;
  map.for_each([&](const int& key, ping::Monitor& m) {
    EXPECT_TRUE(seen.emplace(key, m.states()[0]).second);
  });
  std::map<int, std::uint32_t> states;
  for (const auto& [key, m] : expected) states.emplace(key, m.states()[0]);
  EXPECT_EQ(seen, states);
}

TEST(MonitorMap, agrees_with_a_plain_map) {
  MonitorMap<int, ping::Monitor> map(40, 4);
  compare(map, 40, 1);
  MonitorMap<int, ping::Monitor, WorstHash> worst(40, 1);
  compare(worst, 40, 2);
}

TEST(MonitorMap, memory_is_as_documented) {
  MonitorMap<std::uint64_t, ping::Monitor> map(10'000, 16);
  for (std::uint64_t i = 0; i < 10'000; ++i) ASSERT_EQ(map.create(i), MapResult::ok);
  EXPECT_EQ(map.kSlotBytes, 24U);  // key, monitor, epoch, flag; padded
  EXPECT_GE(map.memory_bytes(), 10'000 * 4 / 3 * map.kSlotBytes);
  EXPECT_LE(map.memory_bytes(), 10'000 * 8 / 3 * map.kSlotBytes + 16 * 256);
}

TEST(MonitorMap, takes_monitors_with_observers) {
  using Recorded = ping::BasicMonitor<spl::rt::FlightRecorder<4>>;
  MonitorMap<int, Recorded> map(2);
  (void)map.create(1);
  (void)map.tick(1, kRequest);
  map.with(1, [](const Recorded& m) { EXPECT_EQ(m.observer().size(), 1U); });
}

}  // namespace
