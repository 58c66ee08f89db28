// splc compose against the reference, on random pairs of policies: the same verdict on each
// failure, and a trace of the same, least, length.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "compose_oracle.hpp"
#include "pipeline.hpp"
#include "random_policy.hpp"
#include "spl/promela/compose.hpp"

namespace spl::test {
namespace {

/// The one-letter statecalls of a random policy get the names that a role has for them: A and C are
/// sent by the client, B and D by the server, the rest are steps of its own.
std::string as_role(const std::string& policy, Role role) {
  std::string out;
  for (std::size_t i = 0; i < policy.size(); ++i) {
    const auto word = [&](std::size_t at) {
      return at < policy.size() &&
             (std::isalnum(static_cast<unsigned char>(policy[at])) != 0 || policy[at] == '_');
    };
    const bool alone = (i == 0 || !word(i - 1)) && !word(i + 1);
    if (!alone || policy[i] < 'A' || policy[i] > 'Z') {
      out += policy[i];
      continue;
    }
    const bool of_client = policy[i] == 'A' || policy[i] == 'C';
    const bool of_server = policy[i] == 'B' || policy[i] == 'D';
    if (of_client || of_server) {
      out += of_client == (role == Role::client) ? "Transmit_" : "Receive_";
    } else {
      out += "Notify_";
    }
    out += policy[i];
  }
  return out;
}

struct Pair {
  std::unique_ptr<Compiled> client;
  std::unique_ptr<Compiled> server;
  std::string text;
};

Pair as_pair(const std::string& first, const std::string& second) {
  const auto client = as_role(first, Role::client);
  const auto server = as_role(second, Role::server);
  return {compile(client), compile(server), client + "\n// ---- server ----\n" + server};
}

std::string in_a_row(const std::string& letters) {
  std::string text = "automaton a () {";
  for (const char c : letters) text += std::string(" ") + c + ";";
  return text + " }";
}

/// One sequence of statecalls at both ends, from one of which something is missing: how orphans
/// come about.
Pair make_sequences(Dice& dice) {
  std::string letters;
  for (auto n = 3 + dice.roll(4); n > 0; --n) letters += static_cast<char>('A' + dice.roll(5));
  auto less = letters;
  if (dice.chance(80)) less.erase(dice.chance(50) ? less.size() - 1 : dice.roll(3), 1);
  const bool client = dice.chance(50);
  return as_pair(in_a_row(client ? less : letters), in_a_row(client ? letters : less));
}

Pair make_pair(Dice& dice) {
  if (dice.chance(30)) return make_sequences(dice);
  Shape shape;
  shape.statecalls = 2 + dice.roll(4);
  shape.automata = 2;
  shape.functions = 1;
  shape.size = 3 + dice.roll(6);
  shape.depth = 3;
  shape.arithmetic = false;
  const auto first = random_policy(shape, dice);
  // The same policy at both ends goes well more often than two that know nothing of each other.
  const auto second = dice.chance(60) ? first : random_policy(shape, dice);
  return as_pair(first, second);
}

std::vector<Dfa> dfas_of(const Program& program) {
  std::vector<Dfa> result;
  for (const auto& a : program.automata) {
    auto built = determinise(a);
    if (!std::holds_alternative<SubsetAutomaton>(built)) return {};
    result.push_back(minimise(std::get<SubsetAutomaton>(built).dfa, Preserve::language));
  }
  return result;
}

/// What was compared.
struct Tally {
  int compared = 0;
  std::array<int, 4> fail{};
  std::array<int, 4> proved{};
};

void compare(const Pair& pair, const ComposeOptions& options, Tally& tally) {
  const auto& client = *pair.client->program;
  const auto& server = *pair.server->program;
  const auto expected = explore_composition(client, server, options, 3000);
  if (!expected || expected->states < 4) return;
  const auto client_dfas = dfas_of(client);
  const auto server_dfas = dfas_of(server);
  if (client_dfas.empty() || server_dfas.empty()) return;
  const PolicyView client_view{&client.vocabulary, client_dfas};
  const PolicyView server_view{&server.vocabulary, server_dfas};
  const auto pairing = pair_statecalls(client_view, server_view);
  const auto composed = compose(client_view, server_view, pairing, options);
  ASSERT_TRUE(std::holds_alternative<Composition>(composed));
  const auto& composition = std::get<Composition>(composed);
  // The oracle would have come across these only in runs of both roles.
  if (!composition.sides[0].unmatched.empty() || !composition.sides[1].unmatched.empty()) return;

  promela::RolePolicies policies;
  policies[0] = {"client.spl", &client, &pair.client->sources};
  policies[1] = {"server.spl", &server, &pair.server->sources};
  const std::vector<ComposeFailure> all(kComposeFailures.begin(), kComposeFailures.end());
  const auto report = promela::verify_composition(composition, policies, all);
  ASSERT_FALSE(report.failure) << report.failure->message << report.failure->output << pair.text;
  ASSERT_EQ(report.results.size(), all.size());
  ++tally.compared;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& r = report.results[i];
    const auto& wanted = expected->shortest[i];
    ASSERT_STREQ(promela::to_string(r.verdict), wanted ? "fails" : "proved")
        << to_string(all[i]) << ", bound " << options.bound << '\n'
        << pair.text;
    if (wanted) {
      EXPECT_EQ(r.trace.size(), *wanted) << to_string(all[i]) << '\n' << pair.text;
    }
    ++(wanted ? tally.fail : tally.proved)[i];
  }
}

TEST(ComposeDifferential, SpinAndTheReferenceAgree) {
  const bool many = std::getenv("SPL_LONG_TESTS") != nullptr;
  const int enough = many ? 400 : 24;
  Dice dice(2026);
  Tally tally;
  for (int tried = 0; tried < 200 * enough && tally.compared < enough; ++tried) {
    const auto pair = make_pair(dice);
    ASSERT_TRUE(pair.client->program) << pair.client->complaints();
    ASSERT_TRUE(pair.server->program) << pair.server->complaints();
    ComposeOptions options;
    options.bound = 1 + dice.roll(3);
    options.reception = dice.chance(50) ? ReceptionRule::now : ReceptionRule::later;
    options.full = dice.chance(50) ? FullRule::report : FullRule::block;
    compare(pair, options, tally);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(tally.compared, enough);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GT(tally.fail[i], 0) << to_string(kComposeFailures[i]);
    EXPECT_GT(tally.proved[i], 0) << to_string(kComposeFailures[i]);
  }
}

}  // namespace
}  // namespace spl::test
