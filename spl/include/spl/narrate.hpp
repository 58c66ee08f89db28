// A run told in terms of the policy: per step the places that consumed the statecall and the values
// that it left. For every trace that is shown, whoever found it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"
#include "spl/source.hpp"

namespace spl {

/// Where an automaton consumed a statecall: the statement, or the always_allow or handle that
/// admitted it.
struct Place {
  AutomatonId automaton{};
  SourceRange range;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A variable after a step: one value, or several where the automaton follows alternatives that
/// differ.
struct VariableValue {
  AutomatonId automaton{};
  VarId variable{};
  std::string name;  // "auth.failures"
  bool is_bool = false;
  std::vector<std::int32_t> values;  // ascending, at least one

  /// "3", "true", "0 or 1".
  [[nodiscard]] std::string text() const;
};

struct TraceStep {
  StatecallId statecall{};
  std::vector<Place> places;             // by automaton
  std::vector<VariableValue> variables;  // of the automata that moved, at least
};

/// The parameters of all automata as they are declared: what the first step may change.
[[nodiscard]] std::vector<VariableValue> initial_values(const Program& program);

/// Steps the reference interpreter and says what each step did. The program must outlive it.
class Narrator {
 public:
  explicit Narrator(const Program& program);

  /// Back to the start.
  void reset() { interpreter_.reset(); }
  /// Ticks. Accepted: `step` gets the statecall, the places and the variables of the automata that
  /// moved. Else nothing has moved, and the step has the statecall only.
  Interpreter::Verdict tick(StatecallId statecall, TraceStep& step);
  /// A parameter's value now.
  [[nodiscard]] VariableValue value(AutomatonId automaton, VarId variable) const;
  [[nodiscard]] const Interpreter& interpreter() const { return interpreter_; }

 private:
  /// One of the statements that a handle may begin with.
  struct Entrance {
    HandleId handle{};
    StatecallId statecall{};
    SourceRange range;
    friend auto operator<=>(const Entrance&, const Entrance&) = default;
  };
  void add_places(std::uint32_t automaton, StatecallId statecall, std::vector<Place>& out) const;
  void consumers(const Automaton& automaton, const Configuration& from, StatecallId statecall,
                 std::vector<SourceRange>& out) const;

  const Program* program_;
  Interpreter interpreter_;
  std::vector<std::vector<Entrance>> entrances_;  // per automaton, sorted
};

}  // namespace spl
