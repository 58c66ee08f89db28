// The reference interpreter: language.md sections 5 and 6, followed literally on control-flow
// automata. Every other engine is tested against it, and it in turn against an independent one that
// runs the syntax tree (tests/differential/oracle.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spl/automaton.hpp"

namespace spl {

/// A configuration: a control point (always a wait point or the final point between ticks) and a
/// value for every slot.
struct Configuration {
  NodeId at{};
  std::vector<std::int32_t> values;
  friend auto operator<=>(const Configuration&, const Configuration&) = default;
};
/// Sorted, without duplicates.
using ConfigurationSet = std::vector<Configuration>;

/// Why an automaton violates.
enum class Reason : std::uint8_t {
  abort,     // an `abort` was reached by a silent move
  overflow,  // arithmetic left 32 bits
  division_by_zero,
  out_of_range,  // a value outside int(l..h)
  none_accepts,  // no configuration has a move
};
/// "abort reached", "arithmetic overflow", ...
[[nodiscard]] const char* to_string(Reason reason);

/// A violation of one automaton. Of several that one tick reaches, the least by (reason, where).
struct Refusal {
  Reason reason = Reason::none_accepts;
  SourceRange where;  // the abort, the expression, the assignment; invalid for none_accepts
  friend auto operator<=>(const Refusal&, const Refusal&) = default;
};

/// A closure that did not end within its limit: which slot kept changing, if one did.
struct TooLarge {
  std::size_t limit = 0;
  std::optional<VarId> variable;
  SourceRange where;  // a place on the endless way
};

/// Which nodes and edges were ever visited or taken; for lints. Sized by the automaton.
struct Coverage {
  std::vector<bool> nodes;
  std::vector<bool> edges;    // taken: the guard held, the assignment was fine
  std::vector<bool> handles;  // fired
  std::vector<bool> passed;   // per handle: some way through it consumed nothing (not followed)
  explicit Coverage(const Automaton& a)
      : nodes(a.nodes.size()),
        edges(a.edges.size()),
        handles(a.handles.size()),
        passed(a.handles.size()) {}
};

/// Steps one automaton. Holds no state but references: the caller keeps the configuration sets.
class Stepper {
 public:
  static constexpr std::size_t kDefaultLimit = 65'536;

  /// Outcome of a closure or a tick: exactly one of refusal and too_large, or neither.
  struct Result {
    ConfigurationSet configurations;  // empty with a refusal
    std::optional<Refusal> refusal;
    std::optional<TooLarge> too_large;
  };

  /// `limit` bounds the configurations one closure may visit, over and above one for every node;
  /// where there are hundreds of slots it is lowered, for the sake of memory. `coverage`, if given,
  /// is updated.
  explicit Stepper(const Automaton& automaton, std::size_t limit = kDefaultLimit,
                   Coverage* coverage = nullptr)
      : automaton_(automaton), limit_(limit), coverage_(coverage) {}

  /// closure(start). With a refusal every later tick of the alphabet violates for that reason.
  [[nodiscard]] Result start() const;
  /// tick(C, S).
  [[nodiscard]] Result tick(const ConfigurationSet& from, StatecallId statecall) const;
  /// What a set can consume: the configurations right after each statecall (sorted, unique), on
  /// their way to the closure as far as there is only one way. Ascending by statecall.
  struct Moves {
    std::vector<std::pair<StatecallId, ConfigurationSet>> after;
    std::optional<TooLarge> too_large;  // `after` is then incomplete
  };
  [[nodiscard]] Moves moves(const ConfigurationSet& from) const;
  /// The closure that completes a tick: tick(C, S) == settle(what moves(C) has for S).
  [[nodiscard]] Result settle(ConfigurationSet after) const;
  /// tick(C, S) for every S that some configuration has a move by, ascending.
  [[nodiscard]] std::vector<std::pair<StatecallId, Result>> all_ticks(
      const ConfigurationSet& from) const;
  /// The wait-point configurations that one configuration alone moves to by S (a subset of
  /// tick's); what a run of the model that had guessed `from` may do next.
  [[nodiscard]] Result tick_one(const Configuration& from, StatecallId statecall) const;

 private:
  const Automaton& automaton_;
  std::size_t limit_;
  Coverage* coverage_;
};

/// True if a configuration at the final point is in the set.
[[nodiscard]] bool is_finished(const Automaton& automaton, const ConfigurationSet& set);

/// Section 6: a whole policy. Not thread-safe; copyable (a copy is a snapshot). The Program must
/// outlive it.
class Interpreter {
 public:
  enum class Outcome : std::uint8_t { accepted, ignored, violation, too_large };

  struct AutomatonRefusal {
    AutomatonId automaton{};
    Refusal refusal;
    std::vector<NodeId> waiting;  // where it waited, ascending
  };
  struct Verdict {
    Outcome outcome = Outcome::accepted;
    std::vector<AutomatonRefusal> refusals;  // violation: every automaton that violates
    std::optional<TooLarge> too_large;
  };

  explicit Interpreter(const Program& program, std::size_t limit = Stepper::kDefaultLimit);

  /// Back to the start.
  void reset();
  /// Ticks every automaton that has the statecall in its alphabet. Unless the outcome is
  /// `accepted`, nothing has moved.
  Verdict tick(StatecallId statecall);
  /// Statecalls that tick would accept now, ascending.
  [[nodiscard]] std::vector<StatecallId> allowed() const;
  [[nodiscard]] bool finished(AutomatonId automaton) const;
  /// All automata are finished.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] const ConfigurationSet& configurations(AutomatonId automaton) const;
  [[nodiscard]] const Program& program() const { return *program_; }

 private:
  const Program* program_;
  std::size_t limit_;
  std::vector<ConfigurationSet> sets_;
  std::vector<std::optional<Refusal>> start_refusals_;
  std::optional<TooLarge> start_too_large_;
};

}  // namespace spl
