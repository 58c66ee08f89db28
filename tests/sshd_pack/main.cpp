// The negative pack against a running server, through its socket: in every joint state of the
// policies that a client can bring it to, every message that they refuse there. pack_test.py starts
// the daemon (tests/bastion/pack_test.py the bastion), and compares what it logs with what this
// program writes to its report.
//
//   sshd_pack daemon  TABLES HOST PORT USER REPORT PASSWORD KEY SOCKET
//   sshd_pack bastion TABLES HOST PORT USER REPORT KEYFILE
//
// TABLES: the directory of *.refusals; KEY: a public key that may log in, its blob in hexadecimal;
// KEYFILE: a private key that may; SOCKET: somebody listens there and says nothing. SSH_PACK=all
// runs every case; otherwise a sample, the same each time.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "explorer.hpp"
#include "hex.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "support/refusals.hpp"
#include "visit.hpp"

namespace ssh::test {
namespace {

using S = Statecall;

/// Most of the time of a case is waiting for the other side. SSH_PACK_AT_ONCE: another number.
unsigned at_a_time() {
  const char* const wanted = std::getenv("SSH_PACK_AT_ONCE");
  return wanted == nullptr ? 8 : std::clamp(std::atoi(wanted), 1, 64);
}
constexpr std::size_t kFailuresTold = 10;

struct Case {
  const Place* place;
  S said;
  /// Of a refused message, who may refuse it; empty: it is accepted.
  std::string automata;
  std::uint8_t option = 0;
};

struct Tally {
  std::size_t states = 0, reached = 0, refusals = 0, expressible = 0;
  bool operator==(const Tally&) const = default;
};

// What is driven, so that nothing is left out without anybody noticing. The states not reached need
// a server that begins to change keys, asks for a sign of life, is in two minds (PARTIAL SUCCESS,
// another password), or still owes an answer, which this one gives at once: the
// pack in memory (tests/ssh/policy_pack_test.cpp) has a host that does all of it.
constexpr Tally kConnection{4101, 262, 14581, 13506};
constexpr Tally kChannel{94, 17, 321, 273};
// The bastion has no passwords, refuses forwarding at a port of its choice, and its console is the
// only program that says nothing by itself.
constexpr Tally kBastionConnection{4101, 115, 6360, 5711};
constexpr Tally kBastionChannel{94, 9, 181, 157};

/// What the bastion answers at length: programs other than its console, and that at a terminal.
bool unwanted(Server server, Turn turn) {
  if (server == Server::daemon) return false;
  const auto name = to_string(turn.said);
  return name.starts_with("Receive_Channel_Request_Pty") ||
         name.starts_with("Receive_Channel_Request_Exec");
}

class Pack {
 public:
  Pack(Server server, const char* policy, const RefusalTable& table,
       const std::vector<Place>& places, const std::set<S>& unsayable, std::uint32_t one_in)
      : server_(server), policy_(policy), table_(table), unsayable_(unsayable), one_in_(one_in) {
    std::map<std::string, std::vector<const Place*>> by_state;
    for (const auto& place : places) by_state[place.state].push_back(&place);
    tally_.states = table.size();
    std::uint32_t number = 0;
    for (const auto& [state, there] : by_state) {
      if (!table.contains(state)) throw std::runtime_error("a state that splc does not know");
      ++tally_.reached;
      choose(there, table.at(state), ++number);
    }
    places_ = places.size();
  }

  const std::vector<Case>& cases() const { return cases_; }
  bool print_and_check(const Tally& wanted) const {
    const auto said = static_cast<std::size_t>(
        std::ranges::count_if(cases_, [](const Case& c) { return !c.automata.empty(); }));
    std::printf(
        "%s: %zu joint states, %zu reached; %zu refusals in these, %zu of which a client can say, "
        "%zu said; %zu accepted messages said; %zu places\n",
        policy_, tally_.states, tally_.reached, tally_.refusals, tally_.expressible, said,
        cases_.size() - said, places_);
    if (tally_ == wanted) return true;
    std::printf("%s: these are not the figures of before\n", policy_);
    return false;
  }

 private:
  void choose(const std::vector<const Place*>& places, const Refusals& refusals,
              std::uint32_t number) {
    for (const auto& [said, automata] : refusals) {
      ++tally_.refusals;
      const auto place = std::ranges::find_if(
          places, [&](const Place* p) { return p->model.conversation().can_say(said); });
      if (place == places.end() || unsayable_.contains(said)) continue;
      ++tally_.expressible;
      if (!is_in_sample(number, said, one_in_)) continue;
      std::string by = automata;
      // The connection's policy is asked first.
      (*place)->model.conversation().monitor().each_refusal(
          said, [&](auto automaton, auto) { by += "," + std::string(to_string(automaton)); });
      cases_.push_back({*place, said, by, 0});
    }
    for (const Turn turn : accepted_turns(server_, places[0]->model.conversation())) {
      if (unwanted(server_, turn)) continue;
      if (!is_in_sample(number + turn.option, turn.said, one_in_)) continue;
      cases_.push_back({places[0], turn.said, {}, turn.option});
    }
  }

  Server server_;
  const char* policy_;
  const RefusalTable& table_;
  const std::set<S>& unsayable_;
  std::uint32_t one_in_;
  Tally tally_;
  std::size_t places_ = 0;
  std::vector<Case> cases_;
};

/// Drives cases, several at a time.
class Driver {
 public:
  Driver(const Target& target, const std::string& report) : target_(target), report_(report) {}

  void drive(const std::vector<Case>& cases) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < at_a_time(); ++i) {
      threads.emplace_back([&] {
        for (std::size_t c; (c = next++) < cases.size() && failures_ < kFailuresTold;) {
          run(cases[c]);
        }
      });
    }
  }
  std::size_t failures() const { return failures_; }

 private:
  void run(const Case& each) {
    try {
      Visit visit(target_);
      visit.go(each.place->way);
      if (each.automata.empty()) {
        visit.go({{each.said, each.option}});
        if (visit.conversation().closed()) visit.expect_end();
        return;
      }
      visit.provoke(each.said);
      const std::lock_guard lock(mutex_);
      report_ << visit.port() << ' ' << to_string(each.said) << ' ' << each.automata << std::endl;
    } catch (const std::exception& problem) {
      const std::lock_guard lock(mutex_);
      ++failures_;
      std::string way;
      for (const Turn turn : each.place->way) {
        way += std::string(to_string(turn.said)) + "/" + std::to_string(turn.option) + " ";
      }
      std::printf("FAILED: %s| %s %s\n  %s\n", way.c_str(),
                  std::string(to_string(each.said)).c_str(),
                  each.automata.empty() ? "(accepted)" : "(refused)", problem.what());
    }
  }

  const Target& target_;
  std::ofstream report_;
  std::mutex mutex_;
  std::atomic<std::size_t> failures_ = 0;
};

std::vector<Place> explore_connection(Server server) {
  return explore(
      server, {}, [](const Conversation& c) { return state_of(c.monitor()); },
      [server](const Conversation& c, Turn turn) {
        if (unwanted(server, turn)) return false;
        // What a program does concerns its channel; more channels lead to no more states.
        if (is_program(turn.said) && turn.option != 0) return false;
        return (!is_opening(turn.said) && turn.said != kVisitor) || c.channel_count() < 4;
      });
}

/// Of a client that is logged in and has asked for a forwarding: every way of one channel.
std::vector<Place> explore_channel(Server server) {
  const Way logged_in = {{S::Receive_Transport_Version},
                         {S::Receive_Transport_KexInit},
                         {S::Receive_Kex_EcdhInit},
                         {S::Receive_Transport_NewKeys},
                         {S::Receive_Transport_ServiceRequest_Userauth},
                         {server == Server::daemon ? S::Receive_Auth_Request_Password
                                                   : S::Receive_Auth_Request_PublicKey},
                         {S::Receive_Connection_GlobalRequest_Forward}};
  return explore(
      server, logged_in, [](const Conversation& c) { return state_of(c.channel()); },
      [server](const Conversation& c, Turn turn) {
        return !unwanted(server, turn) &&
               channel_policy::parse_statecall(to_string(turn.said)).has_value() &&
               turn.said != S::Receive_Transport_Disconnect &&
               ((!is_opening(turn.said) && turn.said != kVisitor) || !c.had_channel());
      });
}

Phrases phrases(Server server, char** arguments) {
  Phrases p;
  const auto& methods = methods_of(server);
  for (std::size_t i = 0; i < p.methods.size(); ++i) p.methods[i] = methods[i];
  p.ciphers = "aes128-gcm@openssh.com";
  p.user = arguments[5];
  p.signal = "none@example.com";
  if (server == Server::bastion) {
    p.macs = "hmac-sha2-256-etm@openssh.com";
    std::ifstream file(arguments[7]);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto key = read_private_key(text);
    if (!key) throw std::runtime_error(std::string(arguments[7]) + ": " + key.error().text);
    const std::shared_ptr<SigningKey> signer = std::move(*key);
    p.key = to_bytes(signer->public_blob());
    p.sign = [signer](ByteView data) { return *signer->sign("ssh-ed25519", data); };
    return p;
  }
  p.password = arguments[7];
  p.responses = {arguments[7]};
  p.key = from_hex(arguments[8]);
  p.commands.assign(std::begin(kPrograms), std::end(kPrograms));
  p.direct_path = arguments[9];
  return p;
}

int run(Server server, char** arguments) {
  const std::string tables = arguments[2];
  const Target target{server, arguments[3], static_cast<std::uint16_t>(std::stoi(arguments[4])),
                      phrases(server, arguments)};
  const auto of_connection = read_refusals<OfConnection>(tables + "/ssh.refusals");
  const auto of_channel = read_refusals<OfChannel>(tables + "/channel.refusals");
  const auto connection_places = explore_connection(server);
  const auto channel_places = explore_channel(server);
  const std::set<S> none;
  // An opening names no channel: it is refused by none, but opens another.
  const std::set<S> openings = {S::Receive_Connection_Open_Session,
                                S::Receive_Connection_Open_Direct,
                                S::Receive_Connection_Open_Other};
  const Pack connection(server, "ssh.spl", of_connection, connection_places, none, 30);
  const Pack channel(server, "channel.spl", of_channel, channel_places, openings, 6);
  Driver driver(target, arguments[6]);
  driver.drive(connection.cases());
  driver.drive(channel.cases());
  const bool bastion = server == Server::bastion;
  const bool complete = connection.print_and_check(bastion ? kBastionConnection : kConnection) &
                        channel.print_and_check(bastion ? kBastionChannel : kChannel);
  return complete && driver.failures() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ssh::test

int main(int argc, char** argv) {
  using ssh::test::Server;
  const std::string_view server = argc > 1 ? argv[1] : "";
  if (!(server == "daemon" && argc == 10) && !(server == "bastion" && argc == 8)) {
    std::fprintf(stderr,
                 "usage: sshd_pack daemon TABLES HOST PORT USER REPORT PASSWORD KEY SOCKET\n"
                 "       sshd_pack bastion TABLES HOST PORT USER REPORT KEYFILE\n");
    return 2;
  }
  try {
    return ssh::test::run(server == "daemon" ? Server::daemon : Server::bastion, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "sshd_pack: %s\n", problem.what());
    return 2;
  }
}
