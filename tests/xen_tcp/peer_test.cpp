// The other end by hand: what a well-behaved peer does rarely, and what only an attacker does.
#include <gmock/gmock.h>

#include "support/world.hpp"

extern "C" {
#include "lwip/priv/tcp_priv.h"
}

namespace xenrt::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Listening {
  World world;
  std::vector<Event> events;
  ConnectionId id{};
  std::string text;

  explicit Listening(NetConfig config = World::default_config()) : world(std::move(config)) {
    EXPECT_TRUE(world.stack().listen(80));
    world.on_event = [this](const Event& e) {
      events.push_back(e);
      if (e.kind == Event::Kind::accepted) id = e.connection;
      if (e.kind == Event::Kind::readable) read();
    };
    world.run(1ms);
  }
  void read() {
    std::array<std::uint8_t, 4096> buffer;
    while (const auto n = world.stack().read(id, buffer)) {
      text.append(reinterpret_cast<const char*>(buffer.data()), n);
    }
  }
  std::string state() const {
    const auto info = const_cast<World&>(world).stack().info(id);
    return info ? info->state : "";
  }
  bool happened(Event::Kind kind) const {
    return std::ranges::any_of(events, [&](const Event& e) { return e.kind == kind; });
  }
};

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Peer, OpensTalksAndCloses) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  EXPECT_EQ(s.state(), "ESTABLISHED");
  peer.send(kAck, bytes("hello"));
  EXPECT_EQ(s.text, "hello");
  EXPECT_EQ(s.world.stack().write(s.id, bytes("good day")), 8U);
  s.world.run(1ms);
  (void)peer.heard();
  EXPECT_EQ(peer.received, bytes("good day"));
  peer.send(kAck | kFin);
  EXPECT_EQ(s.state(), "CLOSE-WAIT");
  EXPECT_TRUE(s.happened(Event::Kind::peer_closed));
  s.world.stack().close(s.id);
  s.world.run(1ms);
  (void)peer.heard();
  EXPECT_EQ(s.state(), "");
  peer.send(kAck);
  EXPECT_THAT(s.world.stack().connections(), IsEmpty());
  EXPECT_EQ(replay(s.world.capture(), "peer"), "");
}

// What a Xen backend hands over from its own host: many segments in one, without a checksum.
TEST(Peer, ALargeSegmentThatTheDeviceVouchesFor) {
  for (const bool v6 : {false, true}) {
    Listening s;
    s.world.run(3s);  // the address of version 6 is tried first
    Peer peer(s.world, 40000, 80, v6);
    peer.send(kSyn);
    ASSERT_TRUE(s.world.run(2s, [&] { return !peer.heard().empty(); }));  // we are looked for
    peer.send(kAck);
    ASSERT_EQ(s.state(), "ESTABLISHED") << v6;
    Bytes text(60'000);
    for (std::size_t i = 0; i < text.size(); ++i)
      text[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    auto frame = make_frame(peer.own, peer.their, {kAck, peer.seq, peer.ack, 0xffff, text, {}});
    frame[(v6 ? 54U : 34U) + 16U] ^= 0xffU;
    for (const bool vouches : {false, true}) {
      s.world.device().vouches = vouches;
      s.world.deliver(frame, s.world.now());
      s.world.run(1ms);
      EXPECT_EQ(bytes(s.text) == text, vouches) << v6;
    }
    EXPECT_EQ(s.world.stack().stats().refused_in, 0U);
    EXPECT_EQ(s.world.stack().stats().disagreements, 0U);
  }
}

TEST(Peer, ClosesAtTheSameTime) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  s.world.stack().close(s.id);
  s.world.turn();
  // It has not seen our FIN yet.
  peer.send(kAck | kFin);
  ASSERT_EQ(s.world.stack().connections().size(), 1U);
  EXPECT_STREQ(s.world.stack().connections()[0].state, "CLOSING");
  (void)peer.heard();
  peer.send(kAck);
  EXPECT_STREQ(s.world.stack().connections()[0].state, "TIME-WAIT");
  s.world.run(61s);
  EXPECT_THAT(s.world.stack().connections(), IsEmpty());
  EXPECT_EQ(s.world.stack().stats().disagreements, 0U);
}

TEST(Peer, FinOutOfOrderCountsWhenItsTurnComes) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  peer.send_raw({kAck | kFin, peer.seq + 3, peer.ack, 0xffff, bytes("def"), {}});
  EXPECT_EQ(s.state(), "ESTABLISHED");
  EXPECT_EQ(s.text, "");
  peer.send(kAck, bytes("abc"));
  EXPECT_EQ(s.text, "abcdef");
  EXPECT_EQ(s.state(), "CLOSE-WAIT");
  EXPECT_EQ(s.world.stack().stats().disagreements, 0U);
  EXPECT_EQ(replay(s.world.capture(), "fin_out_of_order"), "");
}

/// A reset with the right number ends the connection in every state; others do nothing.
TEST(Peer, ResetInEveryState) {
  struct Case {
    const char* state;
    std::function<void(Listening&, Peer&)> get_there;
  };
  const std::vector<Case> cases{
      {"SYN-RECEIVED", [](Listening&, Peer& p) { p.send(kSyn); }},
      {"ESTABLISHED", [](Listening&, Peer& p) { p.open(); }},
      {"CLOSE-WAIT", [](Listening&, Peer& p) { p.open(), p.send(kAck | kFin); }},
      {"FIN-WAIT-1",
       [](Listening& s, Peer& p) { p.open(), s.world.stack().shutdown(s.id), s.world.turn(); }},
      {"FIN-WAIT-2",
       [](Listening& s, Peer& p) {
         p.open(), s.world.stack().shutdown(s.id), s.world.turn();
         (void)p.heard(), p.send(kAck);
       }},
      {"CLOSING",
       [](Listening& s, Peer& p) {
         p.open(), s.world.stack().shutdown(s.id), s.world.turn();
         p.send(kAck | kFin);
       }},
      {"LAST-ACK",
       [](Listening& s, Peer& p) {
         p.open(), p.send(kAck | kFin), s.world.stack().shutdown(s.id), s.world.turn();
       }},
  };
  for (const auto& c : cases) {
    Listening s;
    Peer peer(s.world, 40000, 80);
    c.get_there(s, peer);
    ASSERT_EQ(s.world.stack().connections().size(), 1U);
    ASSERT_STREQ(s.world.stack().connections()[0].state, c.state);
    (void)peer.heard();
    // RFC 5961 section 3: in the window, but not the next: an ACK asks for the right one.
    peer.send_raw({kRst, peer.seq + 10, 0, 0, {}, {}});
    peer.send_raw({kRst, peer.seq - 10, 0, 0, {}, {}});
    peer.send_raw({kRst, peer.seq + 1'000'000, 0, 0, {}, {}});
    const auto answers = peer.heard();
    ASSERT_EQ(answers.size(), 1U) << c.state;
    EXPECT_TRUE(answers[0].has_ack && !answers[0].rst && answers[0].text == 0);
    ASSERT_STREQ(s.world.stack().connections()[0].state, c.state);
    peer.send_raw({kRst, peer.seq, 0, 0, {}, {}});
    EXPECT_EQ(s.state(), "");
    EXPECT_EQ(s.happened(Event::Kind::closed), s.happened(Event::Kind::accepted)) << c.state;
    EXPECT_THAT(s.world.stack().connections(), IsEmpty()) << c.state;
    EXPECT_THAT(peer.heard(), IsEmpty());
    EXPECT_EQ(s.world.stack().stats().disagreements, 0U);
    EXPECT_THAT(s.world.log(), IsEmpty());
  }
}

TEST(Peer, TimeWaitOutlivesAReset) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  s.world.stack().close(s.id);
  s.world.turn();
  (void)peer.heard();
  peer.send(kAck | kFin);
  ASSERT_STREQ(s.world.stack().connections()[0].state, "TIME-WAIT");
  peer.send_raw({kRst, peer.seq, 0, 0, {}, {}});
  ASSERT_EQ(s.world.stack().connections().size(), 1U);
  // The FIN again, as if our ACK had been lost.
  (void)peer.heard();
  peer.send_raw({kAck | kFin, peer.seq - 1, peer.ack, 0xffff, {}, {}});
  EXPECT_EQ(peer.heard().size(), 1U);
  // A new connection of the same ports makes it go (section 3.10.7.4), the second SYN opens.
  peer.seq += 100'000;
  peer.send(kSyn);
  EXPECT_THAT(s.world.stack().connections(), IsEmpty());
  peer.seq -= 1;
  peer.open();
  EXPECT_EQ(s.state(), "ESTABLISHED");
  EXPECT_THAT(s.world.log(), IsEmpty());
}

/// Whatever is not for this connection says nothing to it: RFC 9293 section 3.10.7.4, RFC 5961.
TEST(Peer, OldAndForgedSegmentsAreNotTaken) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  peer.send(kAck, bytes("0123456789"));
  (void)peer.heard();
  const auto before = s.world.stack().stats();
  struct Forged {
    const char* what;
    Raw raw;
    bool answered;
  };
  const std::vector<Forged> all{
      {"old text", {kAck, peer.seq - 10, peer.ack, 0xffff, bytes("0123456789"), {}}, true},
      {"text before the window", {kAck, peer.seq - 5000, peer.ack, 0xffff, bytes("x"), {}}, true},
      {"text behind the window",
       {kAck, peer.seq + 500'000, peer.ack, 0xffff, bytes("x"), {}},
       true},
      {"an ACK of what was not sent", {kAck, peer.seq, peer.ack + 1, 0xffff, bytes("x"), {}}, true},
      {"a very old ACK", {kAck, peer.seq, peer.ack - 1'000'000, 0xffff, bytes("x"), {}}, true},
      {"no ACK", {0, peer.seq, 0, 0xffff, bytes("x"), {}}, false},
      {"FIN without ACK", {kFin, peer.seq, 0, 0xffff, {}, {}}, false},
      {"a second SYN", {kSyn, peer.seq, 0, 0xffff, {}, {}}, true},
      {"SYN, ACK", {kSyn | kAck, peer.seq, peer.ack, 0xffff, {}, {}}, true},
      {"everything at once", {kSyn | kFin | kAck, peer.seq, peer.ack, 0, bytes("x"), {}}, true},
  };
  for (const auto& forged : all) {
    peer.send_raw(forged.raw);
    const auto answers = peer.heard();
    EXPECT_EQ(answers.size(), forged.answered ? 1U : 0U) << forged.what;
    for (const auto& a : answers) {
      EXPECT_TRUE(a.has_ack && !a.rst && !a.syn && !a.fin && a.text == 0) << forged.what;
      EXPECT_EQ(a.seq, peer.ack) << forged.what;
    }
    EXPECT_EQ(s.state(), "ESTABLISHED") << forged.what;
    EXPECT_EQ(s.text, "0123456789") << forged.what;
  }
  EXPECT_EQ(s.world.stack().stats().refused_in, before.refused_in);
  peer.send(kAck, bytes("!"));
  EXPECT_EQ(s.text, "0123456789!");
  EXPECT_THAT(s.world.log(), IsEmpty());
}

/// RFC 6528: a hash of both ends, and the clock of RFC 9293 section 3.4.1.
TEST(Peer, NumbersBeginWithAHashOfBothEndsAndTheClock) {
  Listening s;
  const auto first_number = [&](std::uint16_t port, bool v6 = false) {
    Peer peer(s.world, port, 80, v6);
    peer.send(kSyn);
    std::vector<Segment> heard;
    EXPECT_TRUE(s.world.run(2s, [&] {
      heard = peer.heard();
      return !heard.empty();
    }));
    peer.send_raw({kRst, peer.seq, 0, 0, {}, {}});
    return heard.empty() ? 0 : heard.back().seq;
  };
  const auto begun = s.world.now();
  const auto number = first_number(40000);
  s.world.run(3s);
  const auto later = s.world.now();
  constexpr std::uint32_t kSlack = 1000;  // 4 ms
  const auto clock = static_cast<std::uint32_t>((later - begun) / 4us);
  EXPECT_LT(first_number(40000) - number - clock + kSlack, 2 * kSlack);
  for (const auto other : {first_number(40001), first_number(40000, true)}) {
    EXPECT_GT(other - number - clock + kSlack, 2 * kSlack) << "one tells nothing about another";
  }
}

/// lwIP as it would be with a mistake in it: it forgets that it has sent its FIN, and sends text.
TEST(Peer, TextAfterOurFinNeverLeaves) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  s.world.stack().shutdown(s.id);
  s.world.run(1ms);
  (void)peer.heard();
  ASSERT_EQ(s.state(), "FIN-WAIT-1");
  auto* pcb = tcp_active_pcbs;
  ASSERT_NE(pcb, nullptr);
  ASSERT_EQ(pcb->next, nullptr);
  pcb->state = ESTABLISHED;
  pcb->flags = static_cast<tcpflags_t>(pcb->flags & ~TF_FIN);
  ASSERT_EQ(tcp_write(pcb, "secret", 6, TCP_WRITE_FLAG_COPY), ERR_OK);
  ASSERT_EQ(tcp_output(pcb), ERR_OK);
  s.world.run(1ms);
  for (const auto& segment : peer.heard()) EXPECT_EQ(segment.text, 0U);
  EXPECT_EQ(s.world.stack().stats().refused_out, 1U);
  ASSERT_TRUE(s.happened(Event::Kind::closed));
  EXPECT_EQ(s.events.back().reason, CloseReason::refused);
  ASSERT_FALSE(s.world.log().empty());
  EXPECT_THAT(s.world.log()[0],
              testing::HasSubstr("'Transmit_Tcp_Data' refused by automaton 'tcp'"));
  EXPECT_FALSE(s.world.stack().info(s.id)) << "the connection is aborted";
}

TEST(Peer, TextAfterItsFinIsRefused) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  peer.send(kAck | kFin, bytes("end"));
  EXPECT_EQ(s.state(), "CLOSE-WAIT");
  peer.send(kAck, bytes("more"));
  EXPECT_EQ(s.text, "end");
  EXPECT_EQ(s.world.stack().stats().refused_in, 1U);
  ASSERT_EQ(s.world.log().size(), 1U);
  EXPECT_THAT(s.world.log()[0], testing::HasSubstr("in CLOSE-WAIT: dropped a segment"));
  EXPECT_THAT(s.world.log()[0],
              testing::HasSubstr("'Receive_Tcp_Data' refused by automaton 'tcp'"));
  // What a capture shows of it must be refused as well.
  EXPECT_THAT(replay(s.world.capture(), "after_fin"), testing::HasSubstr("Receive_Tcp_Data"));
}

TEST(Peer, StraysAreAnsweredAsTheRfcSays) {
  Listening s;
  Peer peer(s.world, 40000, 81);
  peer.send_raw({kSyn, 7000, 0, 0xffff, bytes("xyz"), {}});
  auto heard = peer.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].rst && heard[0].has_ack);
  EXPECT_EQ(heard[0].seq, 0U);
  EXPECT_EQ(heard[0].ack, 7004U);
  for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{81}}) {
    Peer stranger(s.world, 40001, port);
    stranger.send_raw({kAck, 7000, 9000, 0xffff, bytes("xyz"), {}});
    heard = stranger.heard();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard[0].rst && !heard[0].has_ack);
    EXPECT_EQ(heard[0].seq, 9000U);
    stranger.send_raw({kRst | kAck, 7000, 9000, 0, {}, {}});
    stranger.send_raw({kRst, 7000, 0, 0, {}, {}});
    EXPECT_THAT(stranger.heard(), IsEmpty());
  }
  EXPECT_EQ(s.world.stack().stats().resets_out, 3U);
  EXPECT_EQ(s.world.stack().stats().refused_out, 0U);
}

TEST(Peer, HalfOpenIsFoundOut) {
  // RFC 9293 figure 10: we connect, the peer still has an old connection.
  World world;
  const auto id = world.stack().connect({kTheirs, 9}, 5555);
  ASSERT_TRUE(id);
  world.run(1ms);
  Peer peer(world, 9, 5555);
  auto heard = peer.heard();
  ASSERT_EQ(heard.size(), 1U);
  const auto syn = heard[0];
  peer.send_raw({kAck, 333, syn.seq - 77, 0xffff, {}, {}});
  heard = peer.heard();
  ASSERT_GE(heard.size(), 1U);
  EXPECT_TRUE(heard[0].rst && !heard[0].has_ack);
  EXPECT_EQ(heard[0].seq, syn.seq - 77);
  EXPECT_STREQ(world.stack().info(*id)->state, "SYN-SENT");
  peer.ack = syn.seq + 1;
  peer.accept();
  EXPECT_STREQ(world.stack().info(*id)->state, "ESTABLISHED");
  EXPECT_THAT(world.log(), IsEmpty());
}

TEST(Peer, ConnectIsRefusedOrNotAnswered) {
  World world;
  std::vector<Event> events;
  world.on_event = [&](const Event& e) { events.push_back(e); };
  ASSERT_TRUE(world.stack().connect({kTheirs, 9}, 5555));
  world.run(1ms);
  Peer peer(world, 9, 5555);
  (void)peer.heard();
  peer.send_raw({kRst, 0, 0, 0, {}, {}});                    // acknowledges nothing
  peer.send_raw({kRst | kAck, 0, peer.ack - 1, 0, {}, {}});  // not our SYN
  EXPECT_THAT(events, IsEmpty());
  peer.send_raw({kRst | kAck, 0, peer.ack, 0, {}, {}});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, Event::Kind::closed);
  EXPECT_EQ(events[0].reason, CloseReason::reset);
  ASSERT_TRUE(world.stack().connect({kTheirs, 9}, 5556));
  EXPECT_TRUE(world.run(300s, [&] { return events.size() == 2; }));
  EXPECT_EQ(events[1].reason, CloseReason::timed_out);
  EXPECT_THAT(world.stack().connections(), IsEmpty());
  EXPECT_THAT(world.log(), IsEmpty());
}

TEST(Peer, FloodOfSynsIsBounded) {
  Listening s;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Peer peer(s.world, static_cast<std::uint16_t>(1024 + i), 80);
    peer.send(kSyn);
  }
  EXPECT_LE(s.world.stack().connections().size(), 1024U);
  EXPECT_GT(s.world.stack().stats().half_open_dropped, 3900U);
  Peer peer(s.world, 60000, 80);
  peer.open();
  EXPECT_EQ(s.state(), "ESTABLISHED");
  s.world.run(60s);
  EXPECT_EQ(s.world.stack().connections().size(), 1U);
  EXPECT_THAT(s.world.log(), IsEmpty());
}

TEST(Peer, UnreadTextMeansReset) {
  Listening s;
  s.world.on_event = [&](const Event& e) { s.id = e.connection; };
  Peer peer(s.world, 40000, 80);
  peer.open();
  peer.send(kAck, bytes("nobody reads this"));
  (void)peer.heard();
  s.world.stack().close(s.id);
  s.world.turn();
  const auto heard = peer.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].rst);
  EXPECT_THAT(s.world.stack().connections(), IsEmpty());
}

TEST(Peer, MemoryIsBoundedByTheLimit) {
  auto config = World::default_config();
  config.memory = 300'000;
  Listening s(config);
  s.world.on_event = [&](const Event& e) { s.id = e.connection; };  // reads nothing
  const Bytes text(1400, 'x');
  for (std::uint16_t i = 0; i < 40; ++i) {
    Peer peer(s.world, static_cast<std::uint16_t>(40000 + i), 80);
    peer.open();
    // As much as the window takes, and some of it out of order.
    for (std::uint32_t k = 0; k < 30; ++k) {
      peer.send_raw({kAck, peer.seq + (k ^ 1U) * 1400, peer.ack, 0xffff, text, {}});
    }
  }
  const auto stats = s.world.stack().stats();
  EXPECT_LE(stats.memory_peak, 300'000U);
  EXPECT_GT(stats.frames_dropped, 0U);
}

TEST(Peer, SilenceAfterACloseIsBounded) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  // A long round trip, from which lwIP would conclude to wait for hours.
  s.world.stack().write(s.id, Bytes(10, 'a'));
  s.world.run(20s);
  (void)peer.heard();
  peer.send(kAck);
  s.world.stack().write(s.id, Bytes(10, 'b'));
  s.world.stack().close(s.id);
  EXPECT_TRUE(s.world.run(130s, [&] { return s.world.stack().connections().empty(); }));
  EXPECT_THAT(s.world.log(), IsEmpty());
}

TEST(Peer, IdsOfThePastDoNothing) {
  Listening s;
  Peer peer(s.world, 40000, 80);
  peer.open();
  const auto id = s.id;
  s.world.stack().abort(id);
  s.world.turn();
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(s.world.stack().read(id, buffer), 0U);
  EXPECT_EQ(s.world.stack().write(id, buffer), 0U);
  EXPECT_FALSE(s.world.stack().info(id));
  s.world.stack().shutdown(id);
  s.world.stack().close(id);
  s.world.stack().abort(id);
  Peer next(s.world, 40001, 80);
  next.open();
  EXPECT_NE(s.id, id);
  EXPECT_EQ(s.world.stack().write(id, buffer), 0U);
}

TEST(Peer, ListenerGoesWithWhatIsNotAccepted) {
  World world;
  const auto listener = world.stack().listen(80);
  ASSERT_TRUE(listener);
  EXPECT_EQ(world.stack().listen(80).error, NetError::address_in_use);
  Peer peer(world, 40000, 80);
  peer.send(kSyn);
  ASSERT_EQ(world.stack().connections().size(), 1U);
  (void)peer.heard();
  world.stack().close(*listener);
  world.turn();
  const auto heard = peer.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].rst);
  EXPECT_THAT(world.stack().connections(), IsEmpty());
  EXPECT_TRUE(world.stack().listen(80));
  EXPECT_THAT(world.log(), IsEmpty());
}

TEST(Peer, TimersComeInOrderAndOnce) {
  World world;
  std::vector<TimerId> came;
  world.on_event = [&](const Event& e) { came.push_back(e.timer); };
  const auto c = world.stack().set_timer(world.now() + 30ms);
  const auto a = world.stack().set_timer(world.now() + 10ms);
  const auto b = world.stack().set_timer(world.now() + 20ms);
  world.stack().cancel(b);
  world.run(1s);
  EXPECT_THAT(came, ElementsAre(a, c));
}

}  // namespace
}  // namespace xenrt::test
