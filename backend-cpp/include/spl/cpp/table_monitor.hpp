// The generated monitor without a compiler: executes, in this process, the tables that generate()
// prints, by the rules that runtime/include/spl/rt/tables.hpp reads them. For those who must know
// what the monitor will do to a trace (splc verify replays every counterexample on it).
//
// It shares the layout with the printer, down to the width of a cell; tests run it beside compiled
// monitors, answer for answer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/dfa.hpp"

namespace spl {

class TableMonitor {
 public:
  enum class Verdict : std::uint8_t {
    accepted,
    ignored,    // no automaton knows the statecall
    violation,  // nothing has moved
  };

  /// Of the options only the limits count. `dfas` as for generate(); nothing is borrowed.
  TableMonitor(const Program& program, std::span<const Dfa> dfas, const CppOptions& options = {});
  TableMonitor(const TableMonitor&) = delete;
  TableMonitor& operator=(const TableMonitor&) = delete;
  ~TableMonitor();

  /// Back to the start.
  void reset();
  /// Moves every automaton that knows the statecall (of the program's vocabulary), or none.
  Verdict tick(StatecallId statecall);
  /// What tick() would answer.
  [[nodiscard]] Verdict would_answer(StatecallId statecall) const;
  /// The automata that refuse the statecall now, ascending.
  [[nodiscard]] std::vector<AutomatonId> refusing(StatecallId statecall) const;
  [[nodiscard]] bool finished(AutomatonId automaton) const;
  /// The numbers of the states, as Monitor::state() gives them.
  [[nodiscard]] const std::vector<std::uint32_t>& states() const { return states_; }

 private:
  struct Tables;
  bool step(StatecallId statecall, std::vector<std::uint32_t>& next) const;

  std::unique_ptr<const Tables> tables_;
  std::vector<std::uint32_t> states_;
  std::vector<std::uint32_t> next_;  // reused by tick()
};

}  // namespace spl
