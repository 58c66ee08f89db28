// Which statecalls belong together, what a composition consists of, and the maps that say more.
#include "spl/compose.hpp"

#include <gmock/gmock.h>

#include "spl/maps.hpp"
#include "unit/support.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A policy with its DFAs.
struct Policy {
  explicit Policy(const std::string& text) : compiled(test::compile(text)) {
    for (const auto& a : compiled->program->automata) {
      dfas.push_back(minimise(std::get<SubsetAutomaton>(determinise(a)).dfa, Preserve::language));
    }
  }
  [[nodiscard]] PolicyView view() const { return {&vocabulary(), dfas}; }
  [[nodiscard]] const Vocabulary& vocabulary() const { return compiled->program->vocabulary; }
  [[nodiscard]] StatecallId id(const std::string& name) const { return *vocabulary().find(name); }
  [[nodiscard]] std::vector<std::string> names(const std::vector<StatecallId>& ids) const {
    std::vector<std::string> result;
    for (const auto s : ids) result.push_back(vocabulary().name(s));
    return result;
  }

  std::unique_ptr<test::Compiled> compiled;
  std::vector<Dfa> dfas;
};

std::vector<std::string> sends(const Pairing& pairing, const Policy& client, const Policy& server,
                               Role role) {
  const auto& own = role == Role::client ? client : server;
  const auto& theirs = role == Role::client ? server : client;
  std::vector<std::string> result;
  for (const auto& m : pairing.sides[index(role)].sends) {
    result.push_back(own.vocabulary().name(m.sent) + ">" + theirs.vocabulary().name(m.received));
  }
  return result;
}

TEST(PairStatecalls, ByName) {
  const Policy client("automaton c () { Transmit_A; Receive_B; Receive_C; Notify_N; Transmit_X; }");
  const Policy server("automaton s () { Receive_A; Transmit_B; Notify_N; }");
  const auto pairing = pair_statecalls(client.view(), server.view());
  EXPECT_THAT(sends(pairing, client, server, Role::client), ElementsAre("Transmit_A>Receive_A"));
  EXPECT_THAT(sends(pairing, client, server, Role::server), ElementsAre("Transmit_B>Receive_B"));
  const auto& side = pairing.sides[index(Role::client)];
  EXPECT_THAT(client.names(side.local), ElementsAre("Notify_N"));
  EXPECT_THAT(client.names(side.unmatched), ElementsAre("Transmit_X"));
  EXPECT_THAT(client.names(side.unsent), ElementsAre("Receive_C"));
  EXPECT_THAT(server.names(pairing.sides[index(Role::server)].local), ElementsAre("Notify_N"));
}

TEST(PairStatecalls, WhatIsOnlyDeclaredIsNobodys) {
  const Policy client("automaton c () { Transmit_A; }");
  const Policy server("statecalls { Receive_A, Notify_N } automaton s () { Notify_N; }");
  const auto pairing = pair_statecalls(client.view(), server.view());
  EXPECT_THAT(client.names(pairing.sides[0].unmatched), ElementsAre("Transmit_A"));
}

TEST(PairStatecalls, TheMapComesFirst) {
  const Policy client("automaton c () { Transmit_A; Say; Receive_B; }");
  const Policy server("automaton s () { Receive_A; Hear; Listen; Transmit_B; }");
  ComposeMap map;
  map.sides[0][client.id("Say")] = {server.id("Hear"), server.id("Listen")};
  map.sides[0][client.id("Transmit_A")] = {};
  const auto pairing = pair_statecalls(client.view(), server.view(), map);
  EXPECT_THAT(sends(pairing, client, server, Role::client), ElementsAre("Say>Hear", "Say>Listen"));
  EXPECT_THAT(client.names(pairing.sides[0].local), ElementsAre("Transmit_A"));
  EXPECT_THAT(server.names(pairing.sides[1].local), IsEmpty());
  EXPECT_THAT(server.names(pairing.sides[1].unsent), ElementsAre("Receive_A"));
}

Composition composed(const Policy& client, const Policy& server,
                     const ComposeOptions& options = {}) {
  const auto pairing = pair_statecalls(client.view(), server.view());
  return std::get<Composition>(compose(client.view(), server.view(), pairing, options));
}

TEST(Compose, MessagesThatDoTheSameAreOne) {
  const Policy client(
      "automaton c () { either { Transmit_A; } or { Transmit_B; } or { Transmit_C; } Step; }");
  const Policy server(
      "automaton s () { either { Receive_A; } or { Receive_B; } or { Receive_C; "
      "Receive_A; } }");
  const auto composition = composed(client, server);
  // A is received in another place, too; B and C differ in where they lead.
  EXPECT_THAT(composition.sides[0].sends, SizeIs(3));
  const Policy even("automaton s () { either { Receive_A; } or { Receive_B; } or { Receive_C; } }");
  const auto merged = composed(client, even);
  ASSERT_THAT(merged.sides[0].sends, SizeIs(1));
  EXPECT_THAT(merged.sides[0].sends[0].alike, SizeIs(3));
}

TEST(Compose, SeveralAutomataAreOneRole) {
  const Policy client("automaton a () { Transmit_A; Step; } automaton b () { Step; Transmit_B; }");
  const Policy server("automaton s () { Receive_A; Receive_B; }");
  const auto composition = composed(client, server);
  EXPECT_EQ(composition.sides[0].states, 4U);
  EXPECT_EQ(composition.sides[0].finished, composition.sides[0].ended);
}

TEST(Compose, WhereAMessageHasNoPlace) {
  const Policy client("automaton c () { Transmit_A; Transmit_A; }");
  const Policy server("automaton s () { Receive_A; Step; Receive_A; }");
  ComposeOptions options;
  EXPECT_THAT(composed(client, server, options).sides[0].sends[0].refused, ElementsAre(1));
  options.reception = ReceptionRule::later;
  EXPECT_THAT(composed(client, server, options).sides[0].sends[0].refused, IsEmpty());
}

TEST(Compose, TooManyStates) {
  const Policy client("automaton c () { Transmit_A; Transmit_A; Transmit_A; }");
  const Policy server("automaton s () { Receive_A; Step; Receive_A; Receive_A; }");
  ComposeOptions options;
  options.max_states = 4;
  const auto pairing = pair_statecalls(client.view(), server.view());
  EXPECT_EQ(std::get<Role>(compose(client.view(), server.view(), pairing, options)), Role::server);
}

TEST(Compose, SendsThatNoRunComesToNeedNoCounterpart) {
  const Policy client("automaton c () { Transmit_A; exit; Transmit_X; }");
  const Policy never("automaton c () { Transmit_A; } automaton d () { Transmit_X; abort; }");
  const Policy server("automaton s () { Receive_A; }");
  EXPECT_THAT(composed(client, server).sides[0].unmatched, IsEmpty());
  EXPECT_THAT(composed(never, server).sides[0].unmatched, IsEmpty());
}

class ComposeMaps : public ::testing::Test {
 protected:
  std::vector<std::string> errors(std::string text) {
    const auto file = sources_.add("m", std::move(text));
    const auto result =
        read_compose_map(file, sources_, client_.vocabulary(), server_.vocabulary());
    std::vector<std::string> list;
    const auto* all = std::get_if<std::vector<TextError>>(&result);
    if (all == nullptr) return list;
    for (const auto& e : *all) {
      const auto at = sources_.begin_of(e.range);
      list.push_back(std::to_string(at.line) + ":" + std::to_string(at.column) + " " + e.message);
    }
    return list;
  }

  SourceMap sources_;
  Policy client_{"automaton c () { Say; Ask; }"};
  Policy server_{"automaton s () { Hear; Listen; Log; }"};
};

TEST_F(ComposeMaps, Lines) {
  const auto file =
      sources_.add("m", "# names\nclient Say = Hear | \"Listen\"\n\nserver Log = -\n");
  const auto result = read_compose_map(file, sources_, client_.vocabulary(), server_.vocabulary());
  const auto& map = std::get<ComposeMap>(result);
  EXPECT_THAT(map.sides[0].at(client_.id("Say")),
              ElementsAre(server_.id("Hear"), server_.id("Listen")));
  EXPECT_THAT(map.sides[1].at(server_.id("Log")), IsEmpty());
}

TEST_F(ComposeMaps, ErrorsAndTheirPlaces) {
  EXPECT_THAT(errors("Say = Hear\n"), ElementsAre("1:1 a line does not start with 'Say'"));
  EXPECT_THAT(errors("client Say Hear\nserver Log\n"),
              ElementsAre("1:1 expected: client Statecall = Statecall ...",
                          "2:1 expected: server Statecall = Statecall ..."));
  EXPECT_THAT(errors("client Sai = Haer\n"),
              ElementsAre("1:8 the client has no statecall 'Sai'",
                          "1:14 the server has no statecall 'Haer'"));
  EXPECT_THAT(errors("client Say = Hear Listen\n"),
              ElementsAre("1:19 expected names with | between them"));
  EXPECT_THAT(errors("client Say = Hear |\n"), ElementsAre("1:19 there is nothing after this |"));
  EXPECT_THAT(errors("client Say = | Hear\n"),
              ElementsAre("1:14 expected names with | between them"));
  EXPECT_THAT(errors("client Say = Hear | -\n"),
              ElementsAre("1:21 expected names with | between them"));
  EXPECT_THAT(errors("client Say = Hear\nclient Say = Listen\n"),
              ElementsAre("2:8 'Say' is given a meaning a second time"));
  EXPECT_THAT(errors("client Say = Hear\nserver Hear = -\n"),
              ElementsAre("1:14 'Hear' stands on the right here and has a line of its own, too"));
}

}  // namespace
}  // namespace spl
