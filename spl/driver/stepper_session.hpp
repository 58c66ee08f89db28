// The state behind `splc simulate`: a run of a policy that can go forward and back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"

namespace spl::driver {

class StepperSession {
 public:
  explicit StepperSession(const Program& program);

  Interpreter::Verdict tick(StatecallId statecall);
  /// Takes back up to `steps` accepted statecalls; says how many.
  std::size_t undo(std::size_t steps);
  void reset();

  [[nodiscard]] const Interpreter& now() const { return interpreter_; }
  /// The statecalls accepted so far.
  [[nodiscard]] const std::vector<StatecallId>& trace() const { return trace_; }

 private:
  Interpreter interpreter_;
  std::vector<StatecallId> trace_;
  std::vector<Interpreter> checkpoints_;  // the state after every kCheckpoint statecalls
};

/// A reproducible choice of numbers below a bound; the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::size_t below(std::size_t bound);

 private:
  std::uint64_t state_;
};

}  // namespace spl::driver
