// A lint that is wrong about a policy is worse than none: every "never" must hold.
#include "lint_claims.hpp"

#include <fmt/format.h>

#include "spl/dfa.hpp"
#include "spl/lint.hpp"

namespace spl::test {
namespace {

std::string check_one(const Diagnostic& d, const Compiled& compiled, const Seen& seen) {
  using D = DiagnosticCode;
  const auto& program = *compiled.program;
  if (d.code == D::statecall_never_accepted) {
    const auto name = compiled.sources.text(d.range);
    if (seen.accepted.contains(std::string(name))) return fmt::format("'{}' is accepted", name);
  }
  if (d.code == D::unreachable_statement && seen.waited_at.contains(d.range.begin)) {
    return fmt::format("the statement at {} is reached", compiled.sources.describe(d.range));
  }
  for (std::uint32_t a = 0; a < program.automata.size(); ++a) {
    if (program.automata[a].range != d.range) continue;
    if (d.code == D::never_finishes && seen.finished.contains(a)) {
      return fmt::format("automaton {} finishes", a);
    }
    if (d.code == D::violates_at_start && !seen.dead.contains(a)) {
      return fmt::format("automaton {} starts well", a);
    }
  }
  return {};
}

}  // namespace

std::string false_claim(const Compiled& compiled, const Seen& seen) {
  const auto& program = *compiled.program;
  Diagnostics diagnostics;
  constexpr std::size_t kStates = 300;
  lint(program, *compiled.checked, diagnostics, {kStates, 3'000});
  std::set<std::uint32_t> said;
  bool in_full = true;
  for (const auto& d : diagnostics.all()) {
    const auto wrong = check_one(d, compiled, seen);
    if (!wrong.empty()) return fmt::format("lint says \"{}\", but {}", d.message, wrong);
    in_full = in_full && d.severity == Severity::warning;
    in_full = in_full && d.code != DiagnosticCode::too_many_states;
    for (std::uint32_t a = 0; a < program.automata.size(); ++a) {
      if (program.automata[a].range != d.range) continue;
      if (d.code == DiagnosticCode::never_finishes || d.code == DiagnosticCode::violates_at_start) {
        said.insert(a);
      }
    }
  }
  // Where an automaton is too large for it, lint says less, and a monitor that keeps a set of
  // configurations is no reason to complain.
  for (const auto& automaton : program.automata) {
    in_full = in_full && std::holds_alternative<SubsetAutomaton>(determinise(automaton, kStates));
  }
  for (std::uint32_t a = 0; a < program.automata.size() && in_full; ++a) {
    if (!seen.finished.contains(a) && !said.contains(a)) {
      return fmt::format("automaton {} never finishes, but no lint says so", a);
    }
  }
  return {};
}

}  // namespace spl::test
