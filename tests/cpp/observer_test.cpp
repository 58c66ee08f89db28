// Observers: several at once, the flight recorder, and the modes.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "ping.hpp"
#include "ping_source_map.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "spl/rt/mode.hpp"
#include "spl/rt/observers.hpp"
#include "tricky.hpp"
#include "tricky_source_map.hpp"

namespace {

using ping::Statecall;
using spl::rt::FlightRecorder;
using spl::rt::Mode;
using spl::rt::Observers;
using spl::rt::Verdict;

constexpr auto kRequest = Statecall::Transmit_Ping_EchoRequest;
constexpr auto kReply = Statecall::Receive_Ping_EchoReply;

std::string text_of(const auto& recorder) {
  std::string out;
  for (std::uint32_t i = 0; i < recorder.size(); ++i) {
    out += std::to_string(recorder[i].statecall) + " " +
           std::string(to_string(recorder[i].verdict)) + "\n";
  }
  return out;
}

TEST(FlightRecorder, keeps_the_last_statecalls_oldest_first) {
  tricky::BasicMonitor<FlightRecorder<3>> monitor;
  const auto& recorder = monitor.observer();
  EXPECT_EQ(recorder.size(), 0U);
  using enum tricky::Statecall;
  for (const auto s : {Boom, Unused, Aa}) (void)monitor.tick(s);
  EXPECT_EQ(text_of(recorder), "1 violation\n3 ignored\n0 accepted\n");
  (void)monitor.tick(EOF_);
  EXPECT_EQ(text_of(recorder), "3 ignored\n0 accepted\n2 accepted\n");
  (void)monitor.tick(static_cast<tricky::Statecall>(77));
  EXPECT_EQ(text_of(recorder), "0 accepted\n2 accepted\n77 unknown\n");
  EXPECT_EQ(recorder.size(), 3U);
  EXPECT_EQ(recorder.seen(), 5U);
  EXPECT_EQ(recorder.refused(), 2U);
  monitor.observer().clear();
  EXPECT_EQ(recorder.size(), 0U);
  EXPECT_EQ(recorder.seen(), 0U);
  (void)monitor.tick(Boom);
  EXPECT_EQ(text_of(recorder), "1 violation\n");
}

struct ManualClock {
  static inline std::uint64_t nanoseconds = 0;
  static std::uint64_t now() noexcept { return nanoseconds; }
};

TEST(FlightRecorder, has_times_if_it_has_a_clock) {
  ping::BasicMonitor<FlightRecorder<2, ManualClock>> monitor;
  for (const std::uint64_t at : {5U, 1'000'000'007U, 3'000'000'009U}) {
    ManualClock::nanoseconds = at;
    (void)monitor.tick(kReply);
  }
  const auto& recorder = monitor.observer();
  EXPECT_EQ(recorder.time(0), 1'000'000'007U);
  EXPECT_EQ(recorder.age(0), 2'000'000'002);
  EXPECT_EQ(recorder.age(1), 0);
}

TEST(FlightRecorder, takes_clocks_of_the_library) {
  ping::BasicMonitor<FlightRecorder<4, std::chrono::steady_clock>> monitor;
  (void)monitor.tick(kRequest);
  (void)monitor.tick(kReply);
  EXPECT_GE(monitor.observer().age(0), 0);
  using Time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;
  EXPECT_EQ(spl::rt::detail::nanoseconds_between(Time(std::chrono::milliseconds(3)),
                                                 Time(std::chrono::seconds(2))),
            1'997'000'000);
}

// Fixed memory, and none for a clock that is not there.
static_assert(sizeof(FlightRecorder<32>) <= 32 * 5 + 24);
static_assert(std::is_trivially_copyable_v<ping::BasicMonitor<FlightRecorder<8>>>);
static_assert(noexcept(std::declval<ping::BasicMonitor<FlightRecorder<8>>&>().tick(kReply)));

struct Empty {};
struct CountsRefused {
  int refused = 0;
  void on_refused(const auto&, auto) { ++refused; }
};
struct CountsAll {
  int accepted = 0, refused = 0, ignored = 0;
  void on_accepted(const auto&, auto) noexcept { ++accepted; }
  void on_refused(const auto&, auto) noexcept { ++refused; }
  void on_ignored(const auto&, auto) noexcept { ++ignored; }
};

TEST(Observers, each_sees_what_it_has_a_member_for) {
  tricky::BasicMonitor<Observers<Empty, CountsRefused, CountsAll>> monitor;
  using enum tricky::Statecall;
  for (const auto s : {Boom, Unused, Aa, EOF_}) (void)monitor.tick(s);
  const auto& all = monitor.observer().get<CountsAll>();
  EXPECT_EQ(all.accepted, 2);
  EXPECT_EQ(all.refused, 1);
  EXPECT_EQ(all.ignored, 1);
  EXPECT_EQ(monitor.observer().get<CountsRefused>().refused, 1);
}

constinit spl::rt::ModeSwitch test_mode;
using Follows = spl::rt::ModeOf<test_mode>;

// Empty ones cost no bytes; throwing is as the observers throw.
static_assert(sizeof(ping::BasicMonitor<Follows>) == sizeof(ping::Monitor));
static_assert(sizeof(ping::BasicMonitor<Observers<Empty, Follows>>) == sizeof(ping::Monitor));
static_assert(
    noexcept(std::declval<ping::BasicMonitor<Observers<CountsAll, Follows>>&>().tick(kReply)));
static_assert(
    !noexcept(std::declval<ping::BasicMonitor<Observers<CountsRefused>>&>().tick(kReply)));

TEST(Mode, decides_what_a_refusal_is) {
  ping::BasicMonitor<Observers<CountsAll, Follows>> monitor;
  const auto& seen = monitor.observer();
  test_mode.set(Mode::enforce);
  EXPECT_EQ(monitor.tick(kReply), Verdict::violation);
  EXPECT_EQ(seen.refused, 1);

  test_mode.set(Mode::report_only);
  const auto reported = monitor.tick(kReply);
  EXPECT_EQ(reported, Verdict::tolerated);
  EXPECT_FALSE(is_refusal(reported));
  EXPECT_EQ(to_string(reported), "tolerated");
  EXPECT_EQ(seen.refused, 2);
  EXPECT_EQ(monitor.tick(static_cast<Statecall>(999)), Verdict::tolerated);
  EXPECT_EQ(seen.refused, 3);
  EXPECT_EQ(monitor.tick_or_throw(kReply), Verdict::tolerated);
  EXPECT_EQ(seen.refused, 4);
  // Nothing has moved, and the policy still says what it says.
  EXPECT_EQ(monitor.state(ping::Automaton::ping), 0U);
  EXPECT_EQ(monitor.would_answer(kReply), Verdict::violation);
  EXPECT_EQ(explain(monitor, kReply).verdict(), Verdict::violation);

  test_mode.set(Mode::off);
  EXPECT_EQ(monitor.tick(kReply), Verdict::tolerated);
  EXPECT_EQ(seen.refused, 4);
  // Accepted ticks move in every mode.
  EXPECT_EQ(monitor.tick(kRequest), Verdict::accepted);
  EXPECT_EQ(seen.accepted, 1);
  test_mode.set(Mode::enforce);
  EXPECT_EQ(monitor.tick(kRequest), Verdict::violation);
  EXPECT_THROW((void)monitor.tick_or_throw(kRequest), spl::rt::BadStatecall);
}

TEST(Mode, may_be_each_monitors_own) {
  ping::BasicMonitor<spl::rt::OwnMode> strict;
  ping::BasicMonitor<spl::rt::OwnMode> lax(spl::rt::OwnMode{Mode::report_only});
  EXPECT_EQ(strict.tick(kReply), Verdict::violation);
  EXPECT_EQ(lax.tick(kReply), Verdict::tolerated);
  lax.observer().set_mode(Mode::enforce);
  EXPECT_EQ(lax.tick(kReply), Verdict::violation);
  EXPECT_EQ(to_string(Mode::enforce), "enforce");
  EXPECT_EQ(to_string(Mode::report_only), "report-only");
  EXPECT_EQ(to_string(Mode::off), "off");
}

TEST(Mode, ignored_statecalls_are_ignored_in_every_mode) {
  for (const auto mode : {Mode::enforce, Mode::report_only, Mode::off}) {
    tricky::BasicMonitor<spl::rt::OwnMode> monitor(spl::rt::OwnMode{mode});
    EXPECT_EQ(monitor.tick(tricky::Statecall::Unused), Verdict::ignored);
  }
}

}  // namespace
