// Determinisation, minimisation, and the view of an automaton that a property needs.
//
// Computed once per automaton; every back end prints what is here and computes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"

namespace spl {

/// A move: on `statecall` to state `target`.
struct Transition {
  StatecallId statecall{};
  std::uint32_t target = 0;
  friend auto operator<=>(const Transition&, const Transition&) = default;
};

/// A statecall that some configuration has a move by, but that violates (abort, arithmetic).
struct RefusedMove {
  StatecallId statecall{};
  Refusal refusal;
  friend auto operator<=>(const RefusedMove&, const RefusedMove&) = default;
};

/// A deterministic automaton over sets of configurations. State 0 is the initial state. A statecall
/// of the alphabet without a transition is refused.
struct Dfa {
  struct State {
    bool finished = false;
    std::vector<Transition> transitions;  // ascending by statecall
    std::vector<RefusedMove> refused;     // ascending; disjoint from transitions
    std::vector<NodeId> waiting;          // wait points of its configurations, ascending; after
                                          // minimisation those of all merged states
    std::optional<Refusal> dead;          // the start violates: why every statecall is refused
    friend auto operator<=>(const State&, const State&) = default;
  };
  AutomatonId automaton{};
  std::vector<StatecallId> alphabet;  // as the automaton's
  std::vector<State> states;

  /// Target of a tick, or nullopt if it is refused.
  [[nodiscard]] std::optional<std::uint32_t> next(std::uint32_t state, StatecallId s) const;
  /// Why a tick is refused (next() was nullopt).
  [[nodiscard]] Refusal why_refused(std::uint32_t state, StatecallId s) const;
};

/// The result of the subset construction: a Dfa whose states still know their configurations.
struct SubsetAutomaton {
  Dfa dfa;
  std::vector<ConfigurationSet> sets;  // per state of dfa
};

/// Why an automaton has no DFA: the bound, and the variable at fault if one is.
struct Obstacle {
  enum class Kind : std::uint8_t {
    state_bound,   // more states than allowed
    endless_loop,  // a closure did not end: a loop without a statecall changes a variable for ever
  };
  Kind kind = Kind::state_bound;
  std::size_t limit = 0;
  std::optional<VarId> variable;    // the slot that took most values, if it explains the size
  std::size_t distinct_values = 0;  // of that slot
  SourceRange where;
  std::string message;  // one line, complete: "automaton 'auth' has more than 65536 states: ..."
  std::string hint;
};

inline constexpr std::size_t kDefaultStateBound = 65'536;

/// Subset construction, register values folded in. Slots that no guard, no checked assignment and
/// no entry of `observed` depends on are ignored (held at 0). `coverage` as in Stepper.
[[nodiscard]] std::variant<SubsetAutomaton, Obstacle> determinise(
    const Automaton& automaton, std::size_t state_bound = kDefaultStateBound,
    const std::vector<VarId>& observed = {}, Coverage* coverage = nullptr);

/// What minimisation must not merge, besides acceptance and `finished`.
enum class Preserve : std::uint8_t {
  language,     // nothing more: the least DFA
  wait_points,  // states that wait at different places or refuse for different reasons stay apart,
                // so that an explanation is exact
};
/// The least automaton that preserves what was asked for. States are renumbered breadth first from
/// the initial one, statecalls ascending.
[[nodiscard]] Dfa minimise(const Dfa& dfa, Preserve preserve);

/// An automaton as a property sees it: its runs, with the values of the observed variables. Runs
/// are those of language.md section 7: a statecall is accepted iff the set of all configurations
/// accepts it; within that, a run follows one configuration, chosen non-deterministically. Where
/// every set agrees on the observed values (always, if none is observed) no choice is needed and
/// the automaton is deterministic. Already minimised.
struct ObservedAutomaton {
  struct Move {
    StatecallId statecall{};
    std::vector<std::uint32_t> targets;  // ascending; empty: accepted, but not by the configuration
                                         // this run had chosen (a wrong guess: the run ends)
    friend auto operator<=>(const Move&, const Move&) = default;
  };
  struct State {
    bool finished = false;             // of the set, not of the chosen configuration
    std::vector<std::int32_t> values;  // of `observed`, in order
    std::vector<Move> moves;           // ascending by statecall
    std::vector<RefusedMove> refused;  // kept only where asked for
    std::vector<NodeId> waiting;       // for comments in the model
    friend auto operator<=>(const State&, const State&) = default;
  };
  AutomatonId automaton{};
  std::vector<VarId> observed;
  std::vector<StatecallId> alphabet;
  std::vector<std::uint32_t> initial;  // one if deterministic; the choices at the start otherwise
  std::vector<State> states;
  bool deterministic = true;
};

/// What of refusals an ObservedAutomaton keeps apart.
enum class KeepRefusals : std::uint8_t { no, yes };

[[nodiscard]] std::variant<ObservedAutomaton, Obstacle> observe(
    const Automaton& automaton, const std::vector<VarId>& observed,
    KeepRefusals refusals = KeepRefusals::no, std::size_t state_bound = kDefaultStateBound);

/// The joint behaviour of several DFAs, explored breadth first up to a bound.
struct JointReport {
  bool complete = false;  // false: the bound was reached; absence then proves nothing
  std::uint64_t states = 0;
  std::vector<bool> accepted;                   // per statecall: accepted in some joint state
  std::vector<std::vector<StatecallId>> stuck;  // shortest traces to stuck states (at most 1)
  std::vector<bool> finishes;                   // per automaton: finished in some joint state
};
/// What an exploration is for: `stuck` states too, or only what is ever `seen` (accepted,
/// finished). The latter stops, complete, as soon as there is nothing left to see, and also bounds
/// the moves tried.
enum class ExploreFor : std::uint8_t { stuck, seen };
[[nodiscard]] JointReport explore(std::span<const Dfa> automata, std::uint32_t statecalls,
                                  std::uint64_t max_states, ExploreFor what = ExploreFor::stuck);

/// `splc dump --stage=dfa`.
[[nodiscard]] std::string dump_text(const Program& program, std::span<const Dfa> dfas,
                                    const SourceMap& sources);
[[nodiscard]] std::string dump_json(const Program& program, std::span<const Dfa> dfas,
                                    const SourceMap& sources);
[[nodiscard]] std::string dump_dot(const Program& program, std::span<const Dfa> dfas,
                                   const SourceMap& sources);

}  // namespace spl
