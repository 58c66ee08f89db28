// Proving with Spin that two roles fit together, and the model that is proved.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/compose.hpp"
#include "spl/narrate.hpp"
#include "spl/promela/model.hpp"
#include "spl/promela/verify.hpp"
#include "spl/source.hpp"

namespace spl::promela {

/// The policy of one role. Borrows.
struct RolePolicy {
  std::string name;  // the file's, for comments
  const Program* program = nullptr;
  const SourceMap* sources = nullptr;
};
using RolePolicies = std::array<RolePolicy, 2>;  // by Role

/// One process per role, one channel each way, one claim per failure:
/// `spin -search -ltl deadlock model.pml` looks for one by hand.
[[nodiscard]] std::variant<std::string, ModelError> print_composition(
    const Composition& composition, const RolePolicies& policies);

struct ComposeStep {
  enum class Kind : std::uint8_t { local, send, receive };
  Role role{};
  Kind kind = Kind::local;
  TraceStep told;                                // in terms of the role's policy
  std::array<std::vector<Message>, 2> channels;  // after the step, by sender, oldest first
};

/// A role in the state that a trace ends in.
struct RoleEnd {
  bool finished = false;
  bool ended = false;  // and accepts nothing any more
  std::vector<StatecallId> allowed;
};

struct ComposeResult {
  ComposeFailure failure{};
  Verdict verdict = Verdict::not_finished;  // proved: it cannot happen
  std::string why;                          // not_finished: one line

  // fails:
  std::vector<ComposeStep> trace;  // shortest
  std::array<RoleEnd, 2> ends;
  std::optional<Role> role;        // reception, orphan: who is sent it; overflow:
                                   // who sends it
  std::optional<Message> message;  // the one in question
  std::vector<Interpreter::AutomatonRefusal> refusals;  // reception: why it is refused now
  /// reception: it would be accepted after some steps of the role's own; nullopt: too many to try.
  std::optional<bool> later;

  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double seconds = 0;
  double memory_mb = 0;
};

struct ComposeReport {
  std::vector<ComposeResult> results;  // as asked for
  std::optional<ToolFailure> failure;  // then results may be incomplete
};

/// Looks for each of `failures`, some at the same time. Every trace is one that two interpreters
/// with queues between them have followed to its end, and found the same failure at. Neither side
/// of the composition may have unmatched sends.
[[nodiscard]] ComposeReport verify_composition(
    const Composition& composition, const RolePolicies& policies,
    const std::vector<ComposeFailure>& failures, const VerifyOptions& options = {},
    const std::function<void(const ComposeResult&)>& on_result = {});

}  // namespace spl::promela
