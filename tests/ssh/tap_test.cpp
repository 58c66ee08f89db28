// What a tap is told of a session: beside a monitor of the test's own, which is ticked with the
// same statecalls and must be in the same states.
#include <gmock/gmock.h>

#include <map>

#include "channel.hpp"
#include "ssh.hpp"
#include "ssh/tell.hpp"
#include "support/endpoints.hpp"

namespace ssh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Witness : public Tap {
 public:
  struct Life {
    std::uint64_t begun_at = 0, last = 0;
    std::vector<std::string> names;
    bool ended = false;
    policy::Monitor connection;
    channel_policy::Monitor channel;
  };

  void begin(Tap::Life life, std::uint64_t seen, States states) override {
    ++begins;
    Life& known = lives[life];
    known.begun_at = known.last = seen;
    if (seen == 0) {
      for (const auto state : states) EXPECT_EQ(state, 0U);
    }
    at_begin[life].assign(states.begin(), states.end());
  }

  void step(const Step& step) override {
    ASSERT_TRUE(lives.contains(step.life));
    Life& life = lives[step.life];
    EXPECT_FALSE(life.ended);
    EXPECT_EQ(step.number, life.last + 1);
    life.last = step.number;
    if (step.life == 0) {
      follow(life, life.connection, static_cast<policy::Statecall>(step.statecall), step);
    } else {
      follow(life, life.channel, static_cast<channel_policy::Statecall>(step.statecall), step);
    }
  }

  void refused(const Refusal& refusal) override {
    refusals.push_back(std::string(refusal.text));
    refused_number = refusal.number;
    refused_life = refusal.life;
    automata.assign(refusal.automata.begin(), refusal.automata.end());
    expected.assign(refusal.expected.begin(), refusal.expected.end());
  }
  void end(Tap::Life life) override { lives[life].ended = true; }

  std::map<Tap::Life, Life> lives;
  std::map<Tap::Life, std::vector<std::uint32_t>> at_begin;
  int begins = 0;
  std::vector<std::string> refusals;
  std::uint64_t refused_number = 0;
  Tap::Life refused_life = 99;
  std::vector<std::uint32_t> automata, expected;

 private:
  template <typename Monitor, typename Statecall>
  void follow(Life& life, Monitor& monitor, Statecall statecall, const Step& step) {
    life.names.emplace_back(to_string(statecall));
    if (life.begun_at != 0) return;  // the test's monitor has not seen the beginning
    const auto verdict = monitor.tick(statecall);
    EXPECT_EQ(is_refusal(verdict), step.verdict == Verdict::refused) << life.names.back();
    EXPECT_EQ(verdict == spl::rt::Verdict::ignored, step.verdict == Verdict::ignored);
    const auto states = states_of(monitor);
    EXPECT_THAT(step.states, testing::ElementsAreArray(states)) << life.names.back();
  }
};

TEST(Tap, IsToldEveryStatecallWithTheStatesBehindIt) {
  Witness tap;
  Endpoints e({}, session_options(), &tap);
  e.open_session();
  e.client.send(wire::ChannelRequest{0, "shell", true, {}});
  e.client.send(wire::ChannelData{0, as_bytes("in")});
  e.run();
  EXPECT_EQ(e.session.channel_write(0, as_bytes("out")), 3U);
  e.run();
  ASSERT_THAT(tap.lives, SizeIs(2));
  // Each packet in either direction is one statecall of the connection, and so are the versions.
  const auto& names = tap.lives[0].names;
  const auto received = std::ranges::count_if(
      names, [](const std::string& name) { return name.starts_with("Receive_"); });
  EXPECT_EQ(received, e.session.counters().packets_in + 1);
  EXPECT_THAT(
      names,
      ElementsAre("Transmit_Transport_Version", "Transmit_Transport_KexInit",
                  "Receive_Transport_Version", "Receive_Transport_KexInit", "Notify_Kex_Strict",
                  "Receive_Kex_EcdhInit", "Transmit_Kex_EcdhReply", "Transmit_Transport_NewKeys",
                  "Transmit_Transport_ExtInfo", "Receive_Transport_NewKeys",
                  "Receive_Transport_ServiceRequest_Userauth", "Transmit_Transport_ServiceAccept",
                  "Receive_Auth_Request_Password", "Transmit_Auth_Success",
                  "Transmit_Connection_GlobalRequest_NoReply", "Receive_Connection_Open_Session",
                  "Transmit_Connection_OpenConfirmation", "Receive_Channel_Request_Shell",
                  "Transmit_Channel_Success", "Receive_Channel_Data", "Transmit_Channel_Data"));
  EXPECT_THAT(tap.lives[1].names,
              ElementsAre("Receive_Connection_Open_Session", "Transmit_Connection_OpenConfirmation",
                          "Receive_Channel_Request_Shell", "Transmit_Channel_Success",
                          "Receive_Channel_Data", "Transmit_Channel_Data"));
  EXPECT_THAT(tap.refusals, IsEmpty());
}

TEST(Tap, ChannelsAreLivesOfTheirOwnThoughTheirNumbersReturn) {
  Witness tap;
  Endpoints e({}, session_options(), &tap);
  e.open_session();
  e.client.send(wire::ChannelClose{0});
  e.run();
  ASSERT_TRUE(tap.lives[1].ended);
  EXPECT_EQ(tap.lives[1].names.back(), "Transmit_Channel_Close");
  e.client.send(wire::ChannelOpen{"session", 0, 1000, 1000, {}});
  e.run();
  EXPECT_FALSE(tap.lives[2].ended);
  EXPECT_EQ(tap.lives[2].names.front(), "Receive_Connection_Open_Session");
  // One that is refused by the host ends as well.
  e.confirm_channels = false;
  e.client.send(wire::ChannelOpen{"session", 1, 1000, 1000, {}});
  e.run();
  e.client.send(wire::ChannelOpen{"unheard-of", 2, 1000, 1000, {}});
  e.run();
  EXPECT_TRUE(tap.lives[4].ended);
  EXPECT_EQ(tap.lives[4].names.back(), "Transmit_Connection_OpenFailure");
}

TEST(Tap, ChannelsThatFindNoRoomEndAtOnce) {
  Witness tap;
  auto options = session_options();
  options->max_channels = 1;
  Endpoints e({}, options, &tap);
  e.open_session();
  e.client.send(wire::ChannelOpen{"session", 1, 1000, 1000, {}});
  e.run();
  ASSERT_TRUE(tap.lives.contains(2));
  EXPECT_TRUE(tap.lives[2].ended);
  EXPECT_FALSE(tap.lives[1].ended);
}

TEST(Tap, RefusalOfTheConnection) {
  Witness tap;
  Endpoints e({}, session_options(), &tap);
  e.exchange();
  e.client.send(wire::ChannelOpen{"session", 0, 1000, 1000, {}});
  e.run();
  ASSERT_TRUE(e.refused);
  EXPECT_THAT(tap.refusals, ElementsAre(e.refused->text));
  EXPECT_THAT(tap.refusals[0], HasSubstr("Receive_Connection_Open_Session"));
  EXPECT_EQ(tap.refused_life, 0U);
  EXPECT_EQ(tap.refused_number, tap.lives[0].last);
  EXPECT_EQ(tap.lives[0].names.back(), "Receive_Connection_Open_Session");
  ASSERT_THAT(tap.automata, testing::Not(IsEmpty()));
  EXPECT_EQ(to_string(static_cast<policy::Automaton>(tap.automata[0])), e.refused->automaton);
  // What would have been accepted: by the monitor that has followed.
  for (std::uint32_t s = 0; s < policy::Policy::statecall_count; ++s) {
    EXPECT_EQ(tap.lives[0].connection.would_accept(static_cast<policy::Statecall>(s)),
              std::find(tap.expected.begin(), tap.expected.end(), s) != tap.expected.end());
  }
}

TEST(Tap, RefusalOfAChannel) {
  Witness tap;
  Endpoints e({}, session_options(), &tap);
  e.open_session();
  e.client.send(wire::ChannelEof{0});
  e.client.send(wire::ChannelEof{0});
  e.run();
  ASSERT_TRUE(e.refused);
  EXPECT_EQ(tap.refused_life, 1U);
  EXPECT_EQ(tap.refused_number, tap.lives[1].last);
  EXPECT_EQ(tap.lives[1].names.back(), "Receive_Channel_Eof");
  EXPECT_THAT(tap.refusals, ElementsAre(e.refused->text));
}

TEST(Tap, RefusalOfAChannelThatIsNotThere) {
  Witness tap;
  Endpoints e({}, session_options(), &tap);
  e.log_in();
  e.client.send(wire::ChannelData{7, as_bytes("x")});
  e.run();
  ASSERT_TRUE(e.refused);
  EXPECT_THAT(tap.refusals, SizeIs(1));
}

TEST(Tap, SetInTheMiddleIsToldWhereEverythingIs) {
  Witness whole;
  Endpoints e({}, session_options(), &whole);
  e.open_session();
  const auto seen = whole.lives[0].last;
  const auto of_channel = whole.lives[1].last;
  const auto connection = states_of(whole.lives[0].connection);
  const auto channel = states_of(whole.lives[1].channel);
  Witness late;
  e.session.set_tap(&late);
  EXPECT_EQ(late.begins, 2);
  EXPECT_EQ(late.lives[0].begun_at, seen);
  EXPECT_EQ(late.lives[1].begun_at, of_channel);
  EXPECT_THAT(late.at_begin[0], testing::ElementsAreArray(connection));
  EXPECT_THAT(late.at_begin[1], testing::ElementsAreArray(channel));
  e.client.send(wire::ChannelRequest{0, "shell", true, {}});
  e.run();
  EXPECT_THAT(late.lives[1].names,
              ElementsAre("Receive_Channel_Request_Shell", "Transmit_Channel_Success"));
  EXPECT_EQ(whole.lives[0].last, seen) << "the other tap is off";
  e.session.set_tap(nullptr);
  e.client.send(wire::ChannelData{0, as_bytes("x")});
  e.run();
  EXPECT_EQ(late.lives[1].names.size(), 2U);
  EXPECT_EQ(e.data, "x");
}

}  // namespace
}  // namespace ssh::test
