// Explanations, word for word: lines with carets, lists, the last statecalls, JSON.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ping.hpp"
#include "ping_source_map.hpp"
#include "spl/json.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "tricky.hpp"
#include "tricky_source_map.hpp"
#include "wide.hpp"
#include "wide_source_map.hpp"

namespace {

using spl::rt::FlightRecorder;

struct StepClock {
  static inline std::uint64_t nanoseconds = 0;
  static std::uint64_t now() noexcept { return nanoseconds += 1'002'003'000; }
};

TEST(Explain, shows_the_last_statecalls_of_a_recorder) {
  tricky::BasicMonitor<FlightRecorder<4>> monitor;
  using enum tricky::Statecall;
  for (const auto s : {Unused, Aa, Boom}) (void)monitor.tick(s);
  EXPECT_EQ(explain(monitor, Boom).to_string(),
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
            "      EOF\n"
            "the last statecalls, the newest at the bottom\n"
            "      Unused  (ignored)\n"
            "      Aa\n"
            "      Boom  (refused)\n");
}

TEST(Explain, shows_when_they_were) {
  ping::BasicMonitor<FlightRecorder<4, StepClock>> monitor;
  for (int i = 0; i < 2; ++i) (void)monitor.tick(ping::Statecall::Receive_Ping_EchoReply);
  const auto text = explain(monitor, ping::Statecall::Receive_Ping_EchoReply).to_string();
  EXPECT_NE(text.find("      -1.002003 s  Receive_Ping_EchoReply  (refused)\n"
                      "       0.000000 s  Receive_Ping_EchoReply  (refused)\n"),
            std::string::npos)
      << text;
}

TEST(Explain, keeps_the_last_statecalls_when_the_monitor_goes_on) {
  ping::BasicMonitor<FlightRecorder<32>> monitor;
  for (int i = 0; i < 20; ++i) (void)monitor.tick(ping::Statecall::Receive_Ping_EchoReply);
  const auto explanation = explain(monitor, ping::Statecall::Receive_Ping_EchoReply);
  const auto before = explanation.to_string();
  std::size_t shown = 0;
  explanation.each_recent([&](const auto&) { ++shown; });
  EXPECT_EQ(shown, explanation.kRecent);
  (void)monitor.tick(ping::Statecall::Transmit_Ping_EchoRequest);
  monitor.observer().clear();
  EXPECT_EQ(explanation.to_string(), before);
}

// Twelve ways on one line and on others: shown as far as they help.
TEST(Explain, keeps_many_places_and_names_short) {
  const wide::Monitor monitor;
  EXPECT_EQ(explain(monitor, wide::Statecall::Last).to_string(),
            "statecall 'Last' refused by automaton 'wide': not allowed here\n"
            "'wide' was waiting here:\n"
            "  --> wide.spl:6:12\n"
            "   |\n"
            " 6 | { either { Receive_Wide_First; } or { Receive_Wide_Second; } or { A03; }\n"
            "   |            ^^^^^^^^^^^^^^^^^^^        ^^^^^^^^^^^^^^^^^^^^        ^^^^\n"
            " 7 |   or { A04; } or { A05; }\n"
            "   |        ^^^^        ^^^^\n"
            " 8 |   or { A06; }\n"
            "   |        ^^^^\n"
            " 9 |   or { A07; }\n"
            "   |        ^^^^\n"
            "10 |   or { A08; }\n"
            "   |        ^^^^\n"
            "   = and at 34 more places\n"
            "accepted here would have been\n"
            "      A03  A04  A05  A06  A07  A08  A09  A10  A11  A12  A13  A14  A15  A16  A17  A18\n"
            "      A19  A20  A21  A22  A23  A24  A25  A26  A27  A28  A29  A30  A31  A32  A33  A34\n"
            "      A35  A36  A37  A38  A39  A40  A41  A42\n"
            "      and 2 more\n");
}

TEST(Explain, as_json) {
  tricky::BasicMonitor<FlightRecorder<4>> monitor;
  using enum tricky::Statecall;
  for (const auto s : {Aa, Boom}) (void)monitor.tick(s);
  EXPECT_EQ(
      explain(monitor, Boom).to_json(),
      R"({"statecall":"Boom","id":1,"verdict":"violation","automata":["class"],"expected":["EOF"],)"
      R"("suggestion":null,"reasons":[{"automaton":"class","reason":"abort reached",)"
      R"("where":{"file":"tricky.spl","line":6,"column":18,"text":"  either { Boom; abort; } or { EOF; }"},)"
      R"("waiting":[{"file":"tricky.spl","line":6,"column":12,"text":"  either { Boom; abort; } or { EOF; }"},)"
      R"({"file":"tricky.spl","line":6,"column":32,"text":"  either { Boom; abort; } or { EOF; }"}]}],)"
      R"("recent":[{"statecall":"Aa","verdict":"accepted","age_ns":null},)"
      R"({"statecall":"Boom","verdict":"violation","age_ns":null}]})");
  EXPECT_EQ(explain(monitor, static_cast<tricky::Statecall>(77)).to_json(),
            R"({"statecall":null,"id":77,"verdict":"unknown","automata":[],"expected":["EOF"],)"
            R"("suggestion":null,"reasons":[],)"
            R"("recent":[{"statecall":"Aa","verdict":"accepted","age_ns":null},)"
            R"({"statecall":"Boom","verdict":"violation","age_ns":null}]})");
}

TEST(Explain, suggests_in_both_forms) {
  ping::Monitor monitor;
  ASSERT_EQ(monitor.tick(ping::Statecall::Transmit_Ping_EchoRequest), spl::rt::Verdict::accepted);
  const auto explanation = explain(monitor, ping::Statecall::Notify_Ping_Summary);
  EXPECT_NE(explanation.to_string().find("help: did you mean 'Notify_Ping_SummaryWanted'?\n"),
            std::string::npos)
      << explanation.to_string();
  EXPECT_NE(explanation.to_json().find(R"("suggestion":"Notify_Ping_SummaryWanted")"),
            std::string::npos);
}

std::string quoted(std::string_view text) {
  std::string out;
  const auto sink = [&](std::string_view piece) { out += piece; };
  spl::rt::detail::Json json(sink);
  json.string(text);
  return out;
}

TEST(Json, strings_are_valid_whatever_is_in_them) {
  EXPECT_EQ(quoted("a\"b\\c\n\t\r\x01"), R"("a\"b\\c\n\t\u000d\u0001")");
  EXPECT_EQ(quoted("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
  // Not UTF-8: a lone byte, a cut sequence, a long form, a surrogate, too large.
  EXPECT_EQ(quoted("\xff"), R"("\ufffd")");
  EXPECT_EQ(quoted("x\xe2\x82"), R"("x\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xc0\xaf"), R"("\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), R"("\u0000")");
}

constexpr std::size_t length_of_both() {
  std::size_t length = 0;
  const auto sink = [&](std::string_view piece) { length += piece.size(); };
  const auto explanation = explain(ping::Monitor(), ping::Statecall::Receive_Ping_EchoReply);
  explanation.write(sink);
  explanation.write_json(sink);
  return length;
}
static_assert(length_of_both() > 500);

}  // namespace
