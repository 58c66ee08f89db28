// The negative pack of tcp.spl, as raw segments: in every state of the policy that this stack gets
// into, every Receive_ statecall that the policy refuses there is sent as the segment that would
// mean it to a naive host. None may have any effect: the monitor and the stack stay where they are,
// nothing comes to the user, and nothing leaves but an ACK or a reset.
//
// How to get there the test finds itself, breadth first: what a peer, the user and time may do is
// done. A place is known by what the monitor would accept there, and by the connection's numbers.
#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "support/world.hpp"
#include "tcp.hpp"

namespace xenrt::test {
namespace {

enum class Act : std::uint8_t {
  peer_syn,
  peer_syn_ack,
  peer_ack,
  peer_old_ack,
  peer_text,
  peer_fin,
  peer_fin_old_ack,
  user_writes,
  user_shuts,
  user_closes,
  time_passes,
  long_time_passes,
};
constexpr std::array kActs{Act::peer_syn,         Act::peer_syn_ack, Act::peer_ack,
                           Act::peer_old_ack,     Act::peer_text,    Act::peer_fin,
                           Act::peer_fin_old_ack, Act::user_writes,  Act::user_shuts,
                           Act::user_closes,      Act::time_passes,  Act::long_time_passes};
using Script = std::vector<Act>;

/// One connection, opened by either side, after a script.
class Scene {
 public:
  Scene(bool active, const Script& script) : peer_(world_, 40000, active ? 5000 : 80) {
    world_.on_event = [this](const Event& e) { handle(e); };
    if (active) {
      id_ = *world_.stack().connect({kTheirs, 40000}, 5000);
    } else {
      EXPECT_TRUE(world_.stack().listen(80));
    }
    world_.run(1ms);
    hear();
    for (const auto act : script) run(act);
  }

  void run(Act act) {
    auto& stack = world_.stack();
    switch (act) {
      case Act::peer_syn:
        send(kSyn);
        break;
      case Act::peer_syn_ack:
        send(kSyn | kAck);
        break;
      case Act::peer_ack:
        send(kAck);
        break;
      case Act::peer_old_ack:
        peer_.send_raw({kAck, peer_.seq, old_ack_, 0xffff, {}, {}});
        break;
      case Act::peer_text:
        send(kAck, {'x', 'y'});
        break;
      case Act::peer_fin:
        send(kAck | kFin);
        break;
      case Act::peer_fin_old_ack:
        peer_.send_raw({kAck | kFin, peer_.seq, old_ack_, 0xffff, {}, {}});
        ++peer_.seq;
        fin_sent_ = true;
        break;
      case Act::user_writes:
        stack.write(id_, Bytes{'a', 'b', 'c'});
        break;
      case Act::user_shuts:
        stack.shutdown(id_);
        break;
      case Act::user_closes:
        stack.close(id_);
        break;
      case Act::time_passes:
        world_.run(1500ms);
        break;
      case Act::long_time_passes:
        world_.run(130s);
        break;
    }
    world_.turn();
    const auto before = peer_.ack;
    hear();
    if (peer_.ack != before && before != 0) old_ack_ = before;
  }

  /// What the policy would accept; empty if the connection is over.
  std::vector<std::string_view> allowed() {
    const auto all = world_.stack().connections();
    return all.empty() ? std::vector<std::string_view>{} : world_.stack().allowed(all[0].id);
  }
  std::string state() {
    const auto all = world_.stack().connections();
    return all.empty() ? "none" : all[0].state;
  }
  std::string place() {
    std::string text = state();
    for (const auto name : allowed()) text += " " + std::string(name);
    // What the peer has not acknowledged, and whether it may.
    return text + (old_ack_ == peer_.ack ? " =" : " >") + (fin_sent_ ? " fin" : "");
  }
  /// The peer has something to say with these numbers: it keeps to the protocol.
  bool can(Act act) {
    const bool opened = state() != "none" && state() != "SYN-SENT";
    switch (act) {
      case Act::peer_syn:
        return peer_.seq == kFirst;
      case Act::peer_syn_ack:
        return peer_.seq == kFirst && peer_.ack != 0;
      case Act::peer_old_ack:
      case Act::peer_ack:
        return opened;
      case Act::peer_text:
      case Act::peer_fin:
      case Act::peer_fin_old_ack:
        return opened && !fin_sent_;
      default:
        return true;
    }
  }

  struct Outcome {
    std::string place;
    std::size_t text = 0, events = 0;
    friend bool operator==(const Outcome&, const Outcome&) = default;
  };
  Outcome outcome() { return {place(), text_, events_}; }

  /// Sends what would mean this statecall. False: no segment would.
  bool provoke(std::string_view statecall) {
    // Before our SYN is acknowledged, what does acknowledge it is no refused segment.
    const auto seq = peer_.seq, ack = state() == "SYN-RECEIVED" ? first_ : peer_.ack;
    const auto raw = [&](std::uint8_t flags, std::uint32_t a, Bytes text = {}) {
      peer_.send_raw({flags, seq, a, 0xffff, std::move(text), {}});
      return true;
    };
    if (statecall == "Receive_Tcp_Syn") return raw(kSyn, 0);
    if (statecall == "Receive_Tcp_SynAck") return raw(kSyn | kAck, ack);
    if (statecall == "Receive_Tcp_AckOfSyn") return raw(kAck, first_ + 1);
    if (statecall == "Receive_Tcp_Ack") return raw(kAck, ack);
    if (statecall == "Receive_Tcp_Data") return raw(kAck, ack, {'!'});
    if (statecall == "Receive_Tcp_Fin") return raw(kAck | kFin, ack);
    // Our FIN has not gone out: they acknowledge the number that it will have.
    if (statecall == "Receive_Tcp_AckOfFin") return raw(kAck, peer_.ack + 1);
    if (statecall == "Receive_Tcp_FinAckOfFin") return raw(kAck | kFin, peer_.ack + 1);
    if (statecall == "Receive_Tcp_Rst") return raw(kRst, 0);
    return false;
  }
  std::vector<Segment> heard() { return peer_.heard(); }
  const std::vector<std::string>& log() const { return world_.log(); }
  NetStats stats() { return world_.stack().stats(); }
  std::string judged() { return replay(world_.capture(), "pack"); }

 private:
  static constexpr std::uint32_t kFirst = 5000;

  void send(std::uint8_t flags, const Bytes& text = {}) {
    peer_.send(flags, text);
    if ((flags & kFin) != 0) fin_sent_ = true;
  }
  void hear() {
    for (const auto& s : peer_.heard()) {
      if (s.syn) first_ = s.seq;
    }
    if (old_ack_ == 0) old_ack_ = peer_.ack;
  }
  void handle(const Event& e) {
    ++events_;
    if (e.kind == Event::Kind::accepted) id_ = e.connection;
    if (e.kind != Event::Kind::readable) return;
    std::array<std::uint8_t, 64> buffer;
    while (const auto n = world_.stack().read(id_, buffer)) text_ += n;
  }

  World world_;
  Peer peer_;
  ConnectionId id_{};
  std::size_t text_ = 0, events_ = 0;
  std::uint32_t old_ack_ = 0, first_ = 0;
  bool fin_sent_ = false;
};

struct Place {
  bool active = false;
  Script script;
};

/// Every place, and whether what was done on the way was lawful: nothing refused.
std::vector<Place> explore() {
  std::vector<Place> places;
  std::set<std::string> known;
  for (const bool active : {false, true}) {
    std::deque<Script> todo{{}};
    while (!todo.empty()) {
      const auto script = todo.front();
      todo.pop_front();
      Scene scene(active, script);
      EXPECT_EQ(scene.stats().refused_in + scene.stats().refused_out, 0U);
      EXPECT_EQ(scene.stats().disagreements, 0U);
      EXPECT_THAT(scene.log(), testing::IsEmpty());
      if (testing::Test::HasFailure()) return places;
      if (!known.insert((active ? "A " : "P ") + scene.place()).second) continue;
      places.push_back({active, script});
      for (const auto act : kActs) {
        if (!scene.can(act)) continue;
        auto longer = script;
        longer.push_back(act);
        todo.push_back(std::move(longer));
      }
    }
  }
  return places;
}

TEST(Pack, NoRefusedSegmentHasAnyEffect) {
  const auto places = explore();
  ASSERT_FALSE(HasFailure());
  std::set<std::string> states, refused_by_monitor;
  std::size_t sent = 0, refused = 0, stray = 0;
  for (const auto& place : places) {
    states.insert(Scene(place.active, place.script).state());
    for (std::uint32_t number = 0; number < tcp_policy::Policy::statecall_count; ++number) {
      const auto name = tcp_policy::to_string(static_cast<tcp_policy::Statecall>(number));
      if (!name.starts_with("Receive_")) continue;
      Scene scene(place.active, place.script);
      const auto allowed = scene.allowed();
      if (std::ranges::find(allowed, name) != allowed.end()) continue;
      // A SYN to the listener is no segment of a connection that is over.
      if (scene.state() == "none" && name == "Receive_Tcp_Syn") continue;
      const auto before = scene.outcome();
      const auto counted = scene.stats();
      (void)scene.heard();
      if (!scene.provoke(name)) continue;
      ++sent;
      const auto what = std::string(place.active ? "active" : "passive") + " in " + before.place +
                        ": " + std::string(name);
      EXPECT_EQ(scene.outcome().place, before.place) << what;
      EXPECT_EQ(scene.outcome(), before) << what;
      for (const auto& s : scene.heard()) {
        // In SYN-SENT, an answer to a forged ACK comes with our SYN again.
        EXPECT_TRUE(s.text == 0 && !s.fin && (s.rst || s.has_ack || scene.state() == "SYN-SENT"))
            << what;
      }
      const auto after = scene.stats();
      EXPECT_EQ(after.refused_out, 0U) << what;
      EXPECT_EQ(after.disagreements, 0U) << what;
      if (after.refused_in != counted.refused_in) {
        ++refused;
        refused_by_monitor.insert(std::string(name));
      }
      if (before.place.starts_with("none") || before.place.starts_with("CLOSED")) ++stray;
      if (HasFailure()) return;
    }
  }
  std::printf(
      "%zu places, %zu states; %zu refused statecalls sent as segments: %zu met the monitor, "
      "%zu no connection, %zu were not acceptable\n",
      places.size(), states.size(), sent, refused, stray, sent - refused - stray);
  // CLOSED: it is over, and its user has not let go of it yet.
  EXPECT_THAT(states, testing::UnorderedElementsAre(
                          "none", "CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                          "FIN-WAIT-2", "CLOSING", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK"));
  // These only the policy knows to be wrong: their numbers are right.
  EXPECT_THAT(refused_by_monitor,
              testing::UnorderedElementsAre("Receive_Tcp_Data", "Receive_Tcp_Fin"));
}

/// What is lawful is also lawful to a capture, everywhere.
TEST(Pack, EveryPlaceIsAcceptedByReplay) {
  const auto places = explore();
  ASSERT_FALSE(HasFailure());
  std::size_t judged = 0;
  for (const auto& place : places) {
    if (place.script.empty()) continue;
    Scene scene(place.active, place.script);
    if (scene.stats().segments_in == 0) continue;
    const auto verdict = scene.judged();
    ++judged;
    EXPECT_EQ(verdict, "");
    if (HasFailure()) return;
  }
  EXPECT_GE(judged, 20U);
}

}  // namespace
}  // namespace xenrt::test
