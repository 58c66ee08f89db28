// The runtime as a host uses it, on the monitors that spl_add_policy() made for this test.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "many.hpp"
#include "ping.hpp"
#include "ping_source_map.hpp"
#include "spl/interpreter.hpp"
#include "tricky.hpp"
#include "tricky_source_map.hpp"

namespace {

using ping::Statecall;
using spl::rt::Verdict;

constexpr auto kRequest = Statecall::Transmit_Ping_EchoRequest;
constexpr auto kReply = Statecall::Receive_Ping_EchoReply;

TEST(Runtime, names_go_both_ways) {
  for (std::uint32_t id = 0; id < ping::Policy::statecall_count; ++id) {
    const auto s = static_cast<Statecall>(id);
    EXPECT_EQ(ping::parse_statecall(to_string(s)).value_or(Statecall{999}), s);
  }
  EXPECT_EQ(to_string(kReply), "Receive_Ping_EchoReply");
  EXPECT_FALSE(ping::parse_statecall("Receive_Ping_EchoRepl").has_value());
  EXPECT_FALSE(ping::parse_statecall("").has_value());
  EXPECT_EQ(to_string(Statecall{999}), "?");
  EXPECT_EQ(to_string(ping::Automaton::ping), "ping");
  EXPECT_EQ(to_string(static_cast<ping::Automaton>(77)), "?");
}

TEST(Runtime, macro_and_keyword_names_keep_their_spelling) {
  EXPECT_EQ(to_string(tricky::Statecall::EOF_), "EOF");
  EXPECT_TRUE(tricky::parse_statecall("EOF").has_value());
  EXPECT_FALSE(tricky::parse_statecall("EOF_").has_value());
  EXPECT_EQ(to_string(tricky::Automaton::class_), "class");
}

TEST(Runtime, suggests_the_nearest_name) {
  EXPECT_EQ(ping::nearest_statecall("Recieve_Ping_EchoReply").value_or(kRequest), kReply);
  EXPECT_EQ(ping::nearest_statecall("Ping_Receive_EchoReply").value_or(kRequest), kReply);
  EXPECT_FALSE(ping::nearest_statecall("Quite_Something_Else").has_value());
  EXPECT_FALSE(ping::nearest_statecall("").has_value());
  EXPECT_FALSE(ping::nearest_statecall(std::string(5000, 'x')).has_value());
}

TEST(Runtime, a_refused_tick_changes_nothing) {
  ping::Monitor monitor;
  EXPECT_EQ(monitor.tick(kReply), Verdict::violation);
  EXPECT_EQ(monitor.state(ping::Automaton::ping), 0U);
  EXPECT_EQ(monitor.tick(kRequest), Verdict::accepted);
  const auto state = monitor.state(ping::Automaton::ping);
  EXPECT_EQ(monitor.tick(kRequest), Verdict::violation);
  EXPECT_EQ(monitor.state(ping::Automaton::ping), state);
  EXPECT_EQ(monitor.tick(kReply), Verdict::accepted);
  monitor.reset();
  EXPECT_EQ(monitor.state(ping::Automaton::ping), 0U);
}

TEST(Runtime, a_refusal_stops_all_automata) {
  // C is in the alphabet of all three, the first of which would accept it.
  many::Monitor monitor;
  EXPECT_EQ(monitor.tick(many::Statecall::A), Verdict::accepted);
  EXPECT_EQ(monitor.tick(many::Statecall::C), Verdict::violation);
  EXPECT_TRUE(monitor.would_accept(many::Statecall::B));
}

TEST(Runtime, values_that_are_no_statecalls_are_unknown) {
  for (const std::uint32_t value : {7U, 8U, 64U, 65535U}) {
    const auto s = static_cast<Statecall>(value);
    ping::Monitor monitor;
    ping::StrictMonitor strict;
    EXPECT_EQ(monitor.tick(s), Verdict::unknown);
    EXPECT_EQ(strict.tick(s), Verdict::unknown);
    EXPECT_EQ(monitor.would_answer(s), Verdict::unknown);
    EXPECT_FALSE(monitor.allowed().contains(s));
    EXPECT_NE(explain(monitor, s).to_string().find("is no statecall"), std::string::npos);
    EXPECT_THROW((void)monitor.tick_or_throw(s), spl::rt::BadStatecall);
  }
  EXPECT_FALSE(ping::Monitor().finished(static_cast<ping::Automaton>(9)));
  EXPECT_EQ(ping::Monitor().state(static_cast<ping::Automaton>(9)), 0U);
}

TEST(Runtime, unmentioned_statecalls_are_ignored_or_unknown) {
  tricky::Monitor monitor;
  tricky::StrictMonitor strict;
  EXPECT_EQ(monitor.tick(tricky::Statecall::Unused), Verdict::ignored);
  EXPECT_EQ(strict.tick(tricky::Statecall::Unused), Verdict::unknown);
  EXPECT_EQ(monitor.tick_or_throw(tricky::Statecall::Unused), Verdict::ignored);
  EXPECT_THROW((void)strict.tick_or_throw(tricky::Statecall::Unused), spl::rt::BadStatecall);
}

TEST(Runtime, allowed_is_a_range_in_order) {
  ping::Monitor monitor;
  ASSERT_EQ(monitor.tick(kRequest), Verdict::accepted);
  std::vector<std::string> names;
  for (const auto s : monitor.allowed()) names.emplace_back(to_string(s));
  EXPECT_EQ(names,
            (std::vector<std::string>{"Notify_Ping_SummaryWanted", "Notify_Ping_Timeout",
                                      "Receive_Ping_EchoReply", "Receive_Ping_Unreachable"}));
  EXPECT_EQ(monitor.allowed().size(), 4U);
}

TEST(Runtime, bad_statecall_says_what_and_what_not) {
  ping::Monitor monitor;
  try {
    (void)monitor.tick_or_throw(kReply);
    FAIL() << "no exception";
  } catch (const spl::rt::BadStatecall& bad) {
    EXPECT_EQ(bad.statecall(), "Receive_Ping_EchoReply");
    EXPECT_EQ(static_cast<Statecall>(bad.id()), kReply);
    EXPECT_EQ(bad.automata(), (std::vector<std::string>{"ping"}));
    EXPECT_EQ(bad.expected(),
              (std::vector<std::string>{"Notify_Ping_SummaryWanted", "Transmit_Ping_EchoRequest"}));
    EXPECT_STREQ(bad.what(),
                 "statecall 'Receive_Ping_EchoReply' refused by automaton 'ping'; expected "
                 "Notify_Ping_SummaryWanted, Transmit_Ping_EchoRequest");
  }
}

TEST(Runtime, explains_with_the_lines_of_the_policy) {
  tricky::Monitor monitor;
  ASSERT_EQ(monitor.tick(tricky::Statecall::Aa), Verdict::accepted);
  EXPECT_EQ(explain(monitor, tricky::Statecall::Boom).to_string(),
            "statecall 'Boom' refused by automaton 'class': abort reached\n"
            "'class' was waiting here:\n"
            " --> tricky.spl:6:12\n"
            "  |\n"
            "6 |   either { Boom; abort; } or { EOF; }\n"
            "  |            ^^^^^               ^^^^\n"
            " ::: tricky.spl:6:18\n"
            "  |\n"
            "6 |   either { Boom; abort; } or { EOF; }\n"
            "  |                  ^^^^^^ abort reached\n"
            "accepted here would have been\n"
            "      EOF\n");
  EXPECT_EQ(explain(monitor, tricky::Statecall::EOF_).to_string(),
            "statecall 'EOF' accepted here\n");
  EXPECT_EQ(explain(monitor, tricky::Statecall::Unused).to_string(),
            "statecall 'Unused' ignored: no automaton knows it\n");
}

TEST(Runtime, explanations_fit_any_buffer) {
  const ping::Monitor monitor;
  const auto explanation = explain(monitor, kReply);
  const auto whole = explanation.to_string();
  for (const std::size_t size : {std::size_t{1}, std::size_t{20}, whole.size(), whole.size() + 1}) {
    std::vector<char> buffer(size, 'x');
    EXPECT_EQ(explanation.write_to(buffer.data(), buffer.size()), whole.size());
    EXPECT_EQ(std::string(buffer.data()), whole.substr(0, size - 1));
  }
  EXPECT_EQ(explanation.write_to(nullptr, 0), whole.size());
}

TEST(Runtime, shows_where_it_waits) {
  const ping::Monitor monitor;
  std::vector<std::uint32_t> lines;
  each_waiting(monitor, ping::Automaton::ping,
               [&](const spl::rt::Place& place) { lines.push_back(place.line); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_GT(lines[0], 1U);
}

struct Recorder {
  std::string* log;
  void on_accepted(const auto& monitor, Statecall s) {
    *log += std::string(to_string(s)) + (monitor.finished() ? " finished;" : " ok;");
  }
  void on_refused(const auto&, Statecall s) { *log += std::string(to_string(s)) + " refused;"; }
};

TEST(Runtime, observers_see_every_tick) {
  std::string log;
  ping::BasicMonitor<Recorder> monitor(Recorder{&log});
  EXPECT_EQ(monitor.tick(kRequest), Verdict::accepted);
  EXPECT_EQ(monitor.tick(kRequest), Verdict::violation);
  EXPECT_EQ(monitor.tick(Statecall::Receive_Ping_Unreachable), Verdict::accepted);
  EXPECT_EQ(log,
            "Transmit_Ping_EchoRequest ok;Transmit_Ping_EchoRequest refused;"
            "Receive_Ping_Unreachable finished;");
}

// A monitor is a value: it runs in constant expressions and is copied as four bytes an automaton.
constexpr Verdict second_tick(Statecall s) {
  ping::Monitor monitor;
  (void)monitor.tick(kRequest);
  auto copy = monitor;
  return copy.tick(s);
}
static_assert(second_tick(kReply) == Verdict::accepted);
static_assert(second_tick(kRequest) == Verdict::violation);
static_assert(sizeof(many::Monitor) == 3 * sizeof(std::uint32_t));
static_assert(std::is_trivially_copyable_v<ping::Monitor>);
static_assert(ping::parse_statecall("Notify_Ping_Done").value_or(kReply) ==
              Statecall::Notify_Ping_Done);

TEST(Runtime, words_reasons_as_the_compiler) {
  for (int r = 0; r < 5; ++r) {
    EXPECT_EQ(spl::rt::to_string(static_cast<spl::rt::Reason>(r)),
              spl::to_string(static_cast<spl::Reason>(r)));
  }
}

}  // namespace
