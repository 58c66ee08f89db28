// The negative pack against the real session: in every joint state of the policies that a client
// can bring this server to, every message that the policies refuse there.
//
// What is refused in which state, and by which automata, is what `splc tests` says (the tables that
// refusals.py makes). How to get there the test finds itself, breadth first: whatever client and
// host may do next is done, and the state is known by what was announced on the way. So
// every order of things counts that leads to a state, not only the policy's shortest one, which
// this server may not go. What it cannot be brought to is counted and stated below.
//
// SSH_PACK=all runs every case of the connection; otherwise a sample, the same each time. Those of
// a channel are all run.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "support/actor.hpp"
#include "support/refusals.hpp"

namespace ssh::test {
namespace {

using Script = std::vector<Act>;
using S = Statecall;

std::unique_ptr<Actor> play(const Script& script, std::size_t piece = 1U << 20) {
  auto actor = std::make_unique<Actor>(piece);
  for (const auto& act : script) actor->run(act);
  return actor;
}

/// Goes everywhere. `state` gives what tells one place from another; empty: not of interest.
class Explorer {
 public:
  struct Place {
    Script script;
    std::string state;
    bool listening = false;
  };
  using StateOf = std::string (*)(const Actor&);
  using Filter = bool (*)(const Actor&, const Act&);

  Explorer(StateOf state, Filter wanted) : state_(state), wanted_(wanted) {}

  void explore(const Script& start) {
    visit(start, *play(start));
    while (next_ < places_.size()) expand(next_++);
  }
  const std::vector<Place>& places() const { return places_; }
  const std::set<S>& announced() const { return announced_; }
  std::uint64_t steps() const { return steps_; }

 private:
  void visit(const Script& script, const Actor& actor) {
    ++steps_;
    ASSERT_EQ(actor.fault(), "");
    announced_.insert(actor.trace().begin(), actor.trace().end());
    const auto state = state_(actor);
    if (state.empty() || !known_.insert(state + actor.context()).second) return;
    places_.push_back({script, state, actor.listening()});
  }

  void expand(std::size_t index) {
    const Script script = places_[index].script;
    const auto here = play(script);
    const auto try_it = [&](const Act& act) {
      if (!wanted_(*here, act)) return;
      Script longer = script;
      longer.push_back(act);
      const auto there = play(script);
      there->run(act);
      visit(longer, *there);
    };
    for (std::uint32_t a = 0; a < static_cast<std::uint32_t>(HostAct::count); ++a) {
      const auto act = static_cast<HostAct>(a);
      if (here->can_do(act)) try_it({true, act, {}, 0});
    }
    if (here->awaiting() != Actor::Awaiting::nothing) return;
    for (std::uint32_t s = 0; s < policy::Policy::statecall_count; ++s) {
      const auto said = static_cast<S>(s);
      if (!here->can_say(said) || !here->accepted(said) || leads_nowhere(*here, said)) continue;
      const std::uint8_t options = said == S::Receive_Transport_KexInit ? kKexOptions : 1;
      for (std::uint8_t option = 0; option < options; ++option) {
        if ((option & kStrict) != 0 && !here->strict_is_possible()) continue;
        try_it({false, {}, said, option});
      }
    }
  }

  /// The server does nothing about these, and so the state after them is known beforehand.
  bool leads_nowhere(const Actor& here, S said) {
    switch (said) {
      case S::Receive_Transport_Ignore:
      case S::Receive_Transport_Debug:
      case S::Receive_Transport_Unimplemented:
      case S::Receive_Connection_RequestSuccess:
      case S::Receive_Connection_RequestFailure:
      case S::Receive_Connection_GlobalRequest_NoReply: {
        auto monitor = here.monitor();
        monitor.tick(said);
        return known_.contains(state_of(monitor) + here.context());
      }
      default:
        return false;
    }
  }

  StateOf state_;
  Filter wanted_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
  std::set<std::string> known_;
  std::set<S> announced_;
  std::uint64_t steps_ = 0;
};

std::string tell(const Script& script, S last) {
  std::string text;
  const auto actor = play(script);
  for (const S s : actor->trace()) text += std::string(to_string(s)) + " ";
  return text + "| " + std::string(to_string(last));
}

/// A refused message: explained, DISCONNECT, and nothing else whatever.
void expect_refused(const Script& script, S said, const std::string& automata, std::size_t piece) {
  const auto actor = play(script, piece);
  const auto outcome = actor->provoke(said);
  ASSERT_EQ(actor->fault(), "");
  ASSERT_EQ(outcome.events.size(), 2U);
  const auto* refused = std::get_if<event::Refused>(&outcome.events[0]);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->statecall, to_string(said));
  EXPECT_THAT("," + automata + ",", testing::HasSubstr("," + refused->automaton + ","));
  EXPECT_TRUE(refused->inbound);
  EXPECT_THAT(refused->text, testing::HasSubstr(refused->statecall));
  const auto* closed = std::get_if<event::Closed>(&outcome.events[1]);
  ASSERT_NE(closed, nullptr);
  EXPECT_FALSE(closed->orderly);
  ASSERT_EQ(outcome.heard.size(), 1U);
  wire::Reader r(outcome.heard[0]);
  EXPECT_EQ(r.u8(), wire::Disconnect::kNumber);
  EXPECT_EQ(r.u32(), 2U);
  EXPECT_TRUE(actor->session().closed());
  EXPECT_FALSE(actor->session().wants_input());
  EXPECT_FALSE(actor->session().poll());
}

/// What is accepted: the session goes on, unless that is what the message is for.
void expect_accepted(const Script& script, S said) {
  const auto actor = play(script);
  actor->run({false, {}, said, 0});
  EXPECT_EQ(actor->fault(), "");
  const bool ends =
      said == S::Receive_Transport_Disconnect || said == S::Receive_Transport_ServiceRequest_Other;
  EXPECT_EQ(actor->session().closed(), ends);
}

struct Tally {
  std::size_t states = 0, reached = 0, listening = 0, refusals = 0, expressible = 0;
  // Not compared: a sample, or all.
  std::size_t run = 0, accepted = 0;

  bool operator==(const Tally& o) const {
    return states == o.states && reached == o.reached && listening == o.listening &&
           refusals == o.refusals && expressible == o.expressible;
  }
};

// What is driven, so that nothing is left out without anybody noticing. The states not reached are
// those between two steps of this server's that nothing can come between (reply and NEWKEYS),
// those it would come to by sending what it never sends (IGNORE, DEBUG, EXT_INFO before success),
// and those that only another order of the same steps leads to (its KEXINIT goes out at once).
constexpr Tally kConnection{4101, 1549, 1430, 74976, 69402};
constexpr Tally kChannel{94, 93, 93, 1701, 1425};

void print(const char* policy, const Tally& t, const Explorer& explorer) {
  std::printf(
      "%s: %zu joint states, %zu reached, in %zu the server reads; %zu refusals in these, %zu of "
      "which a client can say, %zu said; %zu accepted messages said; %zu places, %llu steps\n",
      policy, t.states, t.reached, t.listening, t.refusals, t.expressible, t.run, t.accepted,
      explorer.places().size(), static_cast<unsigned long long>(explorer.steps()));
}

/// Says everything that is refused, in every place; returns what was never said.
std::set<S> attack(const Explorer& explorer, const RefusalTable& table,
                   const std::set<S>& unsayable, std::uint32_t one_in, Tally& tally) {
  std::map<std::string, std::vector<const Explorer::Place*>> by_state;
  std::set<std::string> reached;
  for (const auto& place : explorer.places()) {
    EXPECT_TRUE(table.contains(place.state)) << "a state that splc does not know";
    reached.insert(place.state);
    if (place.listening) by_state[place.state].push_back(&place);
  }
  tally.states = table.size();
  tally.reached = reached.size();
  tally.listening = by_state.size();
  std::set<S> never_said;
  std::uint32_t number = 0;
  for (const auto& [state, places] : by_state) {
    const auto found = table.find(state);
    if (found == table.end()) continue;
    ++number;
    std::vector<std::unique_ptr<Actor>> actors;
    for (const auto* place : places) actors.push_back(play(place->script));
    for (const auto& [said, automata] : found->second) {
      ++tally.refusals;
      std::size_t p = 0;
      while (p < places.size() && !actors[p]->can_say(said)) ++p;
      if (unsayable.contains(said)) p = places.size();
      if (p == places.size()) {
        never_said.insert(said);
        continue;
      }
      ++tally.expressible;
      if (!is_in_sample(number, said, one_in)) continue;
      const std::size_t piece = tally.run % 16 == 0 ? 1 : 1U << 20;
      ++tally.run;
      // The connection's policy is asked first.
      std::string by = automata;
      actors[p]->monitor().each_refusal(
          said, [&](auto automaton, auto) { by += "," + std::string(to_string(automaton)); });
      expect_refused(places[p]->script, said, by, piece);
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << tell(places[p]->script, said);
        return never_said;
      }
    }
    for (std::uint32_t s = 0; s < policy::Policy::statecall_count; ++s) {
      const auto said = static_cast<S>(s);
      if (!actors[0]->can_say(said) || !actors[0]->accepted(said)) continue;
      if (!is_in_sample(number, said, one_in)) continue;
      ++tally.accepted;
      expect_accepted(places[0]->script, said);
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << tell(places[0]->script, said);
        return never_said;
      }
    }
  }
  return never_said;
}

std::vector<std::string> names(const std::set<S>& statecalls) {
  std::vector<std::string> all;
  for (const S s : statecalls) all.emplace_back(to_string(s));
  return all;
}

/// Of the server's, what it has not announced.
std::vector<std::string> never_sent(const std::set<S>& announced) {
  std::vector<std::string> all;
  for (std::uint32_t s = 0; s < policy::Policy::statecall_count; ++s) {
    const auto name = to_string(static_cast<S>(s));
    if (name.starts_with("Transmit_") && !announced.contains(static_cast<S>(s))) {
      all.emplace_back(name);
    }
  }
  return all;
}

/// Every way from the start, but what leads to no new state.
TEST(PolicyPack, EveryRefusalOfTheConnection) {
  const auto table = read_refusals<OfConnection>(SSH_PACK_DIR "/ssh.refusals");
  ASSERT_FALSE(table.empty());
  Explorer explorer([](const Actor& a) { return state_of(a.monitor()); },
                    [](const Actor&, const Act&) { return true; });
  explorer.explore({});
  ASSERT_FALSE(HasFailure());
  Tally tally;
  const auto never_said = attack(explorer, table, {}, 100, tally);
  print("ssh.spl", tally, explorer);
  EXPECT_EQ(tally, kConnection);
  // A method's messages are named by the method that was agreed on, and there are no packets
  // before the identification, which comes once.
  EXPECT_THAT(names(never_said),
              testing::UnorderedElementsAre("Receive_Kex_EcdhInit", "Receive_Kex_DhInit",
                                            "Receive_Kex_HybridInit", "Receive_Kex_GexRequest",
                                            "Receive_Kex_GexInit", "Receive_Kex_WrongGuess",
                                            "Receive_Transport_Version"));
  EXPECT_THAT(never_sent(explorer.announced()),
              testing::IsSupersetOf({"Transmit_Transport_Ignore", "Transmit_Transport_Debug"}));
}

/// Of a client that is logged in and has asked for a forwarding: every way of one channel.
Script logged_in() {
  Script script;
  for (const S said :
       {S::Receive_Transport_Version, S::Receive_Transport_KexInit, S::Receive_Kex_EcdhInit,
        S::Receive_Transport_NewKeys, S::Receive_Transport_ServiceRequest_Userauth,
        S::Receive_Auth_Request_None}) {
    script.push_back({false, {}, said, 0});
  }
  script.push_back({true, HostAct::auth_success, {}, 0});
  script.push_back({false, {}, S::Receive_Connection_GlobalRequest_Forward, 0});
  script.push_back({true, HostAct::grant_global, {}, 0});
  return script;
}

TEST(PolicyPack, EveryRefusalOfAChannel) {
  const auto table = read_refusals<OfChannel>(SSH_PACK_DIR "/channel.refusals");
  ASSERT_FALSE(table.empty());
  Explorer explorer([](const Actor& a) { return state_of(a.channel()); },
                    [](const Actor& a, const Act& act) {
                      // Re-keying holds the answers back, so more than one can be owed.
                      if (act.by_host) {
                        return act.host >= HostAct::grant_request && act.host != HostAct::alive &&
                               (act.host != HostAct::open || !a.had_channel());
                      }
                      return channel_policy::parse_statecall(to_string(act.said)).has_value() &&
                             (!is_opening(act.said) || !a.had_channel());
                    });
  explorer.explore(logged_in());
  ASSERT_FALSE(HasFailure());
  Tally tally;
  // An opening names no channel: it is refused by none, but opens another.
  const std::set<S> openings = {S::Receive_Connection_Open_Session,
                                S::Receive_Connection_Open_Direct,
                                S::Receive_Connection_Open_Other};
  const auto never_said = attack(explorer, table, openings, 1, tally);
  print("channel.spl", tally, explorer);
  EXPECT_EQ(tally, kChannel);
  EXPECT_EQ(never_said, openings);
  EXPECT_THAT(never_sent(explorer.announced()),
              testing::IsSupersetOf(
                  {"Transmit_Channel_Request_Other", "Transmit_Channel_Request_Other_NoReply"}));
}

}  // namespace
}  // namespace ssh::test
