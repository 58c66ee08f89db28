// One policy on its way through the front end: what each sub-command starts from.
#pragma once

#include <optional>
#include <string>

#include "driver/console.hpp"
#include "driver/exit_code.hpp"
#include "driver/options.hpp"
#include "spl/automaton.hpp"
#include "spl/configurations.hpp"
#include "spl/dfa.hpp"
#include "spl/diagnostic.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"

namespace spl::driver {

/// How far to go, and what to say: the lints cost an exploration of the automata and are for those
/// who judge the policy.
enum class Until : std::uint8_t { parsed, lowered, linted };

class Compilation {
 public:
  /// Compiles the policy at `path` ("-": standard input) as far as it goes; shows nothing.
  Compilation(std::string path, Until until, const CommonOptions& common);
  Compilation(const Compilation&) = delete;  // `checked` borrows `tree`
  Compilation& operator=(const Compilation&) = delete;

  /// ok; problems if there were errors; failure if the policy itself could not be read.
  [[nodiscard]] Exit exit() const;
  [[nodiscard]] bool ok() const { return exit() == Exit::ok; }

  /// One minimised DFA per automaton; empty, with an error in `diagnostics`, if one has none.
  [[nodiscard]] std::vector<Dfa> dfas(Preserve preserve, std::size_t state_bound);
  /// What a monitor runs: DFAs with wait points preserved, and sets of configurations where there
  /// are to be any. Empty, with an error in `diagnostics`, if there is neither for one.
  [[nodiscard]] std::vector<MonitorAutomaton> monitor_automata(const CppCommandOptions& options);

  std::string path;
  std::vector<std::string> files;  // all that it was read from, or would have been
  SourceMap sources;
  Diagnostics diagnostics;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;

 private:
  void report(const Obstacle& obstacle);

  bool unreadable_ = false;
};

/// The diagnostics in the format asked for. Text is empty when there is nothing to say.
[[nodiscard]] std::string render(Compilation& compilation, DiagnosticFormat format, bool colour);
/// render() to standard error.
void show_diagnostics(Compilation& compilation, const CommonOptions& common, Console& console);

}  // namespace spl::driver
