// An independent reference: language.md sections 5 and 6 run on the syntax tree itself.
//
// Shares nothing with spl/automaton: no lowering, no slots, no control-flow graph. A configuration
// is a stack of control frames and a stack of activations; a silent move is one small step of the
// topmost frame. Slow and literal on purpose: where it and the interpreter differ, one of them has
// misread the language.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "spl/ast.hpp"

namespace spl::oracle {

/// In the order in which one of several violations is chosen.
enum class Why : std::uint8_t { abort, overflow, division_by_zero, out_of_range, none_accepts };
struct Violation {
  Why why = Why::none_accepts;
  SourceRange where;
  friend auto operator<=>(const Violation&, const Violation&) = default;
};

/// What a configuration shows to the outside: the statement it waits at (invalid: the final point)
/// and the automaton's own variables.
struct Place {
  SourceRange at;
  std::vector<std::int32_t> variables;
  friend auto operator<=>(const Place&, const Place&) = default;
};

enum class Outcome : std::uint8_t { accepted, ignored, violation };
struct Verdict {
  Outcome outcome = Outcome::accepted;
  std::vector<std::pair<std::size_t, Violation>> violations;  // automaton, why
};

/// One control frame. `number` is: sequence: index of the next statement; repeat: repetitions
/// begun; call: its activation; handle: position of its during's frame in the stack.
struct Frame {
  enum class Kind : std::uint8_t { sequence, repeat, until, loop, allow, during, call, handle };
  Kind kind = Kind::sequence;
  const ast::Block* block = nullptr;     // sequence
  const ast::Statement* stmt = nullptr;  // the others but handle
  std::int64_t number = 0;
  friend auto operator<=>(const Frame&, const Frame&) = default;
};

struct Activation {
  const ast::Routine* routine = nullptr;
  std::vector<std::int32_t> values;
  friend auto operator<=>(const Activation&, const Activation&) = default;
};

/// Empty stack: the final point. The activation of the automaton itself is the first.
struct Configuration {
  std::vector<Frame> stack;
  std::vector<Activation> activations;
  friend auto operator<=>(const Configuration&, const Configuration&) = default;
};

/// Runs a policy that passed check(). Copyable; the tree must outlive it.
class Oracle {
 public:
  explicit Oracle(const ast::Policy& policy, std::size_t limit = 5'000);

  Verdict tick(const std::string& statecall);
  [[nodiscard]] std::vector<std::string> allowed() const;
  [[nodiscard]] bool finished(std::size_t automaton) const;
  [[nodiscard]] std::set<Place> places(std::size_t automaton) const;
  [[nodiscard]] std::size_t automata() const { return automata_.size(); }
  /// Its start violates: it refuses whatever comes.
  [[nodiscard]] bool starts_dead(std::size_t automaton) const {
    return !automata_[automaton].dead.empty();
  }
  /// A closure outgrew its limit: from then on nothing here means anything.
  [[nodiscard]] bool gave_up() const { return gave_up_; }
  /// Equal exactly if the sets of configurations are; only good within one process.
  [[nodiscard]] std::vector<std::set<Configuration>> state() const;

 private:
  struct Automaton {
    const ast::Routine* routine = nullptr;
    std::set<std::string> alphabet;
    std::set<Configuration> now;
    std::vector<Violation> dead;  // at most one: the start violates
  };
  using Functions = std::map<std::string, const ast::Routine*>;

  Functions functions_;
  std::vector<Automaton> automata_;
  std::size_t limit_;
  mutable bool gave_up_ = false;
};

}  // namespace spl::oracle
