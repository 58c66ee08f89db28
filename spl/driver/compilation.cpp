// Compilation: read, parse, check, lower, lint. Each stage runs only if those before it had no
// errors, so a message is about what was written and not about a consequence.
#include "driver/compilation.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "driver/files.hpp"
#include "spl/lint.hpp"

namespace spl::driver {
namespace {

WarningOptions effective(Until until, const CommonOptions& common) {
  if (until == Until::linted && !common.quiet) return common.warnings;
  // Nobody will look at the warnings, unless they are errors.
  auto options = common.warnings;
  if (options.warnings_are_errors) return options;
  for (const auto& info : catalogue()) {
    const auto& kept = options.as_errors;
    const bool is_error = std::find(kept.begin(), kept.end(), info.code) != kept.end();
    if (info.severity == Severity::warning && !is_error) options.disabled.push_back(info.code);
  }
  return options;
}

}  // namespace

Compilation::Compilation(std::string path_, Until until, const CommonOptions& common)
    : path(std::move(path_)), diagnostics(effective(until, common)) {
  files.push_back(path);
  auto text = policy_reader()(path);
  if (const auto* error = std::get_if<ReadError>(&text)) {
    unreadable_ = true;
    const auto near = path == "-" ? std::string() : nearest_file(path);
    diagnostics.report(DiagnosticCode::cannot_read, {},
                       "cannot read '" + path + "': " + error->reason,
                       near.empty() ? "" : "did you mean '" + near + "'?");
    return;
  }
  const FileReader reader = [&](const std::string& wanted) -> std::variant<std::string, ReadError> {
    if (wanted == path && text.index() == 0) return std::exchange(text, ReadError{"read twice"});
    files.push_back(wanted);
    return disk_reader()(wanted);
  };
  tree = parse_policy(path, reader, sources, diagnostics);
  if (until == Until::parsed || diagnostics.has_language_errors()) return;
  checked = check(tree, sources, diagnostics);
  if (!checked || diagnostics.has_language_errors()) return;
  program = lower(*checked, diagnostics);
  if (!program || diagnostics.has_language_errors() || until != Until::linted) return;
  lint(*program, *checked, diagnostics);
}

Exit Compilation::exit() const {
  if (unreadable_) return Exit::failure;
  return diagnostics.has_errors() ? Exit::problems : Exit::ok;
}

void Compilation::report(const Obstacle& obstacle) {
  const bool endless = obstacle.kind == Obstacle::Kind::endless_loop;
  diagnostics.report(
      endless ? DiagnosticCode::endless_silent_loop : DiagnosticCode::too_many_states,
      obstacle.where, obstacle.message, obstacle.hint);
}

std::vector<MonitorAutomaton> Compilation::monitor_automata(const CppCommandOptions& options) {
  if (options.sets == UseSets::never) {
    return spl::monitor_automata(dfas(Preserve::wait_points, options.state_bound));
  }
  std::vector<MonitorAutomaton> result;
  for (const auto& automaton : program->automata) {
    if (options.sets == UseSets::automatic) {
      const auto subset = determinise(automaton, options.state_bound);
      if (const auto* found = std::get_if<SubsetAutomaton>(&subset)) {
        result.push_back({minimise(found->dfa, Preserve::wait_points), {}});
        continue;
      }
    }
    auto kept = keep_configurations(automaton, options.configuration_bound);
    if (auto* found = std::get_if<MonitorAutomaton>(&kept)) {
      result.push_back(std::move(*found));
    } else {
      report(std::get<Obstacle>(kept));
    }
  }
  if (diagnostics.has_errors()) result.clear();
  return result;
}

std::vector<Dfa> Compilation::dfas(Preserve preserve, std::size_t state_bound) {
  std::vector<Dfa> result;
  for (const auto& automaton : program->automata) {
    auto subset = determinise(automaton, state_bound);
    if (const auto* obstacle = std::get_if<Obstacle>(&subset)) {
      report(*obstacle);
      continue;
    }
    result.push_back(minimise(std::get<SubsetAutomaton>(subset).dfa, preserve));
  }
  if (diagnostics.has_errors()) result.clear();
  return result;
}

std::string render(Compilation& compilation, DiagnosticFormat format, bool colour) {
  compilation.diagnostics.sort();
  switch (format) {
    case DiagnosticFormat::text:
      return render_text(compilation.diagnostics, compilation.sources, colour);
    case DiagnosticFormat::json:
      return render_json(compilation.diagnostics, compilation.sources);
    case DiagnosticFormat::sarif:
      return render_sarif(compilation.diagnostics, compilation.sources);
  }
  return {};
}

void show_diagnostics(Compilation& compilation, const CommonOptions& common, Console& console) {
  console.err(render(compilation, common.diagnostics, console.colour_err()));
}

}  // namespace spl::driver
