// What runs a trace: the reference interpreter, the DFAs that monitors are made of, or the tables
// that monitors consist of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"

namespace spl::driver {

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  virtual void reset() = 0;
  virtual Interpreter::Verdict tick(StatecallId statecall) = 0;
  [[nodiscard]] virtual std::vector<StatecallId> allowed() const = 0;
  [[nodiscard]] virtual bool finished(AutomatonId automaton) const = 0;
  /// Where it is, in words of its own: equal texts, equal places.
  [[nodiscard]] virtual std::string position() const = 0;
};

/// The program must outlive the engine.
[[nodiscard]] std::unique_ptr<Engine> interpreter_engine(const Program& program);
[[nodiscard]] std::unique_ptr<Engine> dfa_engine(const Program& program, std::vector<Dfa> dfas);
/// Executes what `splc cpp` would print; refusals are explained as its source map does. The DFAs
/// keep wait points apart.
[[nodiscard]] std::unique_ptr<Engine> monitor_engine(const Program& program, std::vector<Dfa> dfas);

}  // namespace spl::driver
