// Two policies that talk to each other (`splc compose`): which statecalls are the two ends of one
// message, and what the composition of both roles consists of. docs/comparing.md defines the terms.
//
// Nothing is explored here: a model is printed from a Composition, and Spin explores that.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <variant>
#include <vector>

#include "spl/compare.hpp"
#include "spl/dfa.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

enum class Role : std::uint8_t { client, server };
inline constexpr std::array kRoles = {Role::client, Role::server};
[[nodiscard]] constexpr std::size_t index(Role role) {
  return static_cast<std::size_t>(role);
}
[[nodiscard]] constexpr Role other(Role role) {
  return role == Role::client ? Role::server : Role::client;
}
/// "client", "server".
[[nodiscard]] const char* to_string(Role role);

/// What a map file says: per role, its statecall -> the other's that announce the same message on
/// its arrival (any of them); none: the statecall concerns its role alone.
struct ComposeMap {
  std::array<std::map<StatecallId, std::vector<StatecallId>>, 2> sides;
};

/// A message under its two names.
struct Message {
  StatecallId sent{};      // of the sender's vocabulary
  StatecallId received{};  // of the receiver's
  friend auto operator<=>(const Message&, const Message&) = default;
};

/// How the statecalls of two policies belong together.
struct Pairing {
  struct Side {
    std::vector<Message> sends;          // what this role sends, ascending
    std::vector<StatecallId> local;      // steps of its own, ascending
    std::vector<StatecallId> unmatched;  // sends that the other has no statecall for
    std::vector<StatecallId> unsent;     // receptions of what the other has no statecall for
  };
  std::array<Side, 2> sides;  // by Role
};

/// Transmit_X of one role is Receive_X of the other; what has neither prefix is local; the map
/// overrides both. Only statecalls that an automaton mentions count.
[[nodiscard]] Pairing pair_statecalls(const PolicyView& client, const PolicyView& server,
                                      const ComposeMap& map = {});

/// When a waiting message counts as one that its receiver has no place for.
enum class ReceptionRule : std::uint8_t {
  now,    // the receiver refuses it in its present state (Brand & Zafiropulo, 1983)
  later,  // nor would it accept it after any steps of its own
};

/// What a role does that wants to send where there is no room.
enum class FullRule : std::uint8_t {
  report,  // that is a failure
  block,   // it waits
};

struct ComposeOptions {
  std::uint32_t bound = 2;  // messages in each channel, at least 1
  ReceptionRule reception = ReceptionRule::now;
  FullRule full = FullRule::report;
  std::uint64_t max_states = 20'000;  // joint states of one role
};

/// One way to go wrong.
enum class ComposeFailure : std::uint8_t { deadlock, reception, orphan, overflow };
inline constexpr std::array kComposeFailures = {ComposeFailure::deadlock, ComposeFailure::reception,
                                                ComposeFailure::orphan, ComposeFailure::overflow};
/// "deadlock", "reception", "orphan", "overflow".
[[nodiscard]] const char* to_string(ComposeFailure failure);

/// Both roles as one deterministic automaton each, over what there is to do. State 0 is the first;
/// lists of states ascend. Statecalls that do the same in every state are kept once.
struct Composition {
  struct Arc {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    friend auto operator<=>(const Arc&, const Arc&) = default;
  };
  struct Local {
    std::vector<StatecallId> alike;  // the first stands for all
    std::vector<Arc> arcs;
  };
  struct Letter {
    std::vector<Message> alike;          // the first stands for all
    std::vector<Arc> sending;            // the sender's arcs
    std::vector<Arc> receiving;          // the receiver's
    std::vector<std::uint32_t> refused;  // where the receiver has no place for it (ReceptionRule)
  };
  struct Side {
    std::uint32_t states = 0;
    std::uint32_t joint_states = 0;       // before states that behave alike were merged
    std::vector<std::uint32_t> finished;  // all automata of the role
    std::vector<std::uint32_t> ended;     // finished, and accepts nothing any more
    std::vector<Local> locals;
    std::vector<Letter> sends;
    std::vector<StatecallId> unmatched;  // those of the pairing that some run comes to
  };
  std::array<Side, 2> sides;  // by Role
  ComposeOptions options;
};

/// The pairing must be of these policies. A Role: it has more joint states than allowed. Where a
/// side has `unmatched` sends the composition leaves them out, and must not be judged.
[[nodiscard]] std::variant<Composition, Role> compose(const PolicyView& client,
                                                      const PolicyView& server,
                                                      const Pairing& pairing,
                                                      const ComposeOptions& options);

}  // namespace spl
