// What a server answers, as its configuration has it (the daemon's: pack_test.py; the bastion's:
// tests/bastion/support.py): so that where a client can bring it is known beforehand, and that it
// goes there, and says nothing else on its way, can be checked message by message.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/conversation.hpp"

namespace ssh::test {

/// What a stranger does who connects to a port that is forwarded to the client.
inline constexpr Statecall kVisitor = Statecall::Transmit_Connection_Open;

/// A message of the client, or kVisitor. Of a KEXINIT, `option` is as in Conversation; of a
/// program, which one.
struct Turn {
  Statecall said{};
  std::uint8_t option = 0;
};
using Way = std::vector<Turn>;

/// Whose answers they are.
enum class Server : std::uint8_t { daemon, bastion };

/// By the number of kMethod; empty: the server has none of the kind (or, of the bastion's, one that
/// takes long and is the same to the policies).
const std::array<std::string_view, 4>& methods_of(Server server);
/// The programs of pack_test.py, which say nothing before they are told to.
enum class Program : std::uint8_t { stays, ends, is_killed, closes_output, count };
inline constexpr std::string_view kPrograms[] = {"stays", "ends", "is-killed", "closes-output"};
bool is_program(Statecall statecall);

class Model {
 public:
  /// The server has greeted.
  explicit Model(Server server);
  void take(Turn turn);
  bool can_be_visited() const;
  /// What decides, beside the monitors, what can be done.
  std::string context() const { return conversation_.context() + (forwarded_ ? 'f' : '-'); }
  const Conversation& conversation() const { return conversation_; }

 private:
  struct Answer {
    Statecall statecall;
    std::optional<ChannelId> channel;
  };

  void answer(Statecall statecall, std::optional<ChannelId> channel = {});
  void hear(const Answer& answer);
  void answer_transport(Statecall said, bool first);
  void answer_new_keys();
  void answer_auth(Statecall said);
  void answer_connection(Statecall said, ChannelId channel);
  void answer_program(Program program, ChannelId channel);
  void log_in();

  void answer_shell(ChannelId channel);
  void console_ends(ChannelId channel);

  Server server_;
  Conversation conversation_;
  std::vector<Answer> held_;
  std::set<ChannelId> shells_;  // of the bastion: a console runs there
  unsigned failures_ = 0;
  bool logged_in_ = false, forwarded_ = false;
};

}  // namespace ssh::test
