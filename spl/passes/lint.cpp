// lint(): explores every automaton once, then says what no run reaches (language.md section 4,
// rules 8 and 9).
//
// The exploration is the subset construction, so "reached" means by a run that the monitor lets
// pass. An automaton that cannot be explored to the end is never accused of anything that the rest
// of its runs might refute.
#include "spl/lint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "passes/lint_joint.hpp"
#include "spl/configurations.hpp"
#include "spl/dfa.hpp"

namespace spl {
namespace {

void report(const Obstacle& obstacle, Diagnostics& diagnostics) {
  const auto code = obstacle.kind == Obstacle::Kind::endless_loop
                        ? DiagnosticCode::endless_silent_loop
                        : DiagnosticCode::too_many_states;
  diagnostics.report(code, obstacle.where, obstacle.message, obstacle.hint);
}

void violates_at_start(const Automaton& automaton, const Refusal& refusal,
                       Diagnostics& diagnostics) {
  diagnostics.report(
      DiagnosticCode::violates_at_start, automaton.range,
      fmt::format("automaton '{}' violates before its first statecall, and so refuses them all: {}",
                  automaton.name, to_string(refusal.reason)),
      "guard this way, or let it come after a statecall", {{refusal.where, "violates here"}});
}

/// Silence would look like praise.
void not_explored(const Automaton& automaton, const Obstacle& obstacle, Diagnostics& diagnostics) {
  std::vector<Label> notes;
  if (obstacle.variable) {
    notes.push_back({obstacle.where,
                     fmt::format("'{}' alone takes {} values", automaton[*obstacle.variable].name,
                                 obstacle.distinct_values)});
  }
  diagnostics.report(
      DiagnosticCode::not_explored, automaton.range,
      fmt::format(
          "automaton '{}' has more than {} states: warnings that need all its runs are left "
          "out",
          automaton.name, obstacle.limit),
      notes.empty() ? "" : "a smaller range would let it be explored", std::move(notes));
}

class Lint {
 public:
  Lint(const Program& program, const LintLimits& limits, Diagnostics& diagnostics)
      : program_(program),
        limits_(limits),
        diagnostics_(diagnostics),
        budget_(kAutomataInFull * limits.states_per_automaton) {}

  void run(const CheckedPolicy& policy) {
    for (const auto& automaton : program_.automata) {
      if (stopped()) return;
      dfas_.push_back(explore_alone(automaton));
    }
    if (stopped()) return;
    const auto uses = lints::lint_text(policy, reach_, diagnostics_);
    lints::lint_joint(program_, dfas_, uses, limits_, diagnostics_);
  }

 private:
  /// So many automata at their bound are explored in full; of more than that, only small ones.
  static constexpr std::size_t kAutomataInFull = 8;

  [[nodiscard]] bool stopped() const { return limits_.stopped && limits_.stopped(); }

  std::optional<Dfa> explore_alone(const Automaton& automaton) {
    const auto bound = std::min(limits_.states_per_automaton, budget_);
    Coverage coverage(automaton);
    auto result = determinise(automaton, bound, {}, &coverage);
    if (const auto* obstacle = std::get_if<Obstacle>(&result)) {
      const bool ours =
          obstacle->kind == Obstacle::Kind::state_bound && bound < limits_.states_per_automaton;
      // A monitor can do without a table of states, if it has few configurations.
      if (!ours && std::holds_alternative<Obstacle>(keep_configurations(automaton))) {
        report(*obstacle, diagnostics_);
      } else {
        not_explored(automaton, *obstacle, diagnostics_);
      }
      reach_.add(automaton, nullptr);
      budget_ -= bound;
      return std::nullopt;
    }
    auto& dfa = std::get<SubsetAutomaton>(result).dfa;
    budget_ -= std::min(budget_, dfa.states.size());
    if (dfa.states[0].dead) {
      violates_at_start(automaton, *dfa.states[0].dead, diagnostics_);
      reach_.add(automaton, nullptr);
      return std::move(dfa);
    }
    reach_.add(automaton, &coverage);
    return minimise(dfa, Preserve::language);
  }

  const Program& program_;
  const LintLimits& limits_;
  Diagnostics& diagnostics_;
  std::size_t budget_;
  lints::Reach reach_;
  std::vector<std::optional<Dfa>> dfas_;
};

}  // namespace

void lint(const Program& program, const CheckedPolicy& policy, Diagnostics& diagnostics,
          const LintLimits& limits) {
  Lint(program, limits, diagnostics).run(policy);
}

}  // namespace spl
