// Replaying and writing the runs that Spin found. Whatever is shown has been a run of the
// interpreter and of the monitor before; an engine that objects is a bug, and no verdict follows.
#include "driver/verify_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <variant>

#include "driver/bug_report.hpp"
#include "driver/explain.hpp"

namespace spl::driver {
namespace {

using promela::CheckKind;
using promela::CheckResult;
using promela::Verdict;

/// Turns of a loop. An engine that has not come back by then has accepted them all the same.
constexpr int kTurns = 1000;

class Objection {
 public:
  Objection(const Program& program, const SourceMap& sources, Engine& engine,
            const CheckResult& result)
      : program_(program), sources_(sources), engine_(engine), r_(result) {}

  /// Why the engine does not go along; empty if it does.
  std::string find() {
    engine_.reset();
    auto why = steps(0);
    if (why.empty() && r_.loop_start && *r_.loop_start < r_.trace.size()) why = loop();
    if (why.empty() && r_.refused) why = refused();
    const bool ends = r_.loop_start && *r_.loop_start == r_.trace.size();
    if (why.empty() && (ends || r_.kind == CheckKind::stuck)) why = end();
    return why.empty() ? why : fmt::format("{}\nit is at: {}", why, engine_.position());
  }

 private:
  [[nodiscard]] const std::string& name(StatecallId s) const { return program_.vocabulary.name(s); }

  std::string steps(std::size_t from) {
    for (auto i = from; i < r_.trace.size(); ++i) {
      const auto verdict = engine_.tick(r_.trace[i].statecall);
      if (verdict.outcome == Interpreter::Outcome::accepted) continue;
      return fmt::format(
          "step {}, {}: not accepted\n{}", i + 1, name(r_.trace[i].statecall),
          explain_violation(program_, sources_, verdict.refusals, engine_.allowed()));
    }
    return {};
  }

  std::string loop() {
    std::set<std::string> seen;
    for (int turn = 0; turn < kTurns && seen.insert(engine_.position()).second; ++turn) {
      auto why = steps(*r_.loop_start);
      if (!why.empty()) return fmt::format("turn {} of the loop: {}", turn + 2, why);
    }
    return {};
  }

  std::string refused() {
    const auto verdict = engine_.tick(*r_.refused);
    if (verdict.outcome != Interpreter::Outcome::violation) {
      return fmt::format("{} after the last step: not refused", name(*r_.refused));
    }
    const bool same = std::ranges::any_of(
        verdict.refusals, [&](const auto& refusal) { return refusal.refusal.where == r_.range; });
    if (same) return {};
    return fmt::format("{} after the last step: refused, but not at {}\n{}", name(*r_.refused),
                       sources_.describe(r_.range),
                       explain_violation(program_, sources_, verdict.refusals, engine_.allowed()));
  }

  std::string end() {
    const auto allowed = engine_.allowed();
    if (!allowed.empty()) {
      return fmt::format("after the last step it still accepts\n{}",
                         name_list(program_, allowed, 4));
    }
    if (r_.kind != CheckKind::stuck) return {};
    const bool unfinished = std::ranges::any_of(
        program_.automata, [&](const Automaton& a) { return !engine_.finished(a.id); });
    return unfinished ? "" : "after the last step every automaton is finished";
  }

  const Program& program_;
  const SourceMap& sources_;
  Engine& engine_;
  const CheckResult& r_;
};

void report_bug(const Compilation& c, const BugReport& bug, const std::string& spin,
                std::size_t state_bound, Console& console) {
  const auto written = write_bug_report(c, bug, spin, state_bound);
  if (const auto* error = std::get_if<BugReportError>(&written)) {
    console.error(fmt::format("internal error: {}", bug.what),
                  "this is a bug in splc; please report it with the policy and the command line");
    console.error(fmt::format("cannot write '{}': {}", error->directory, error->reason));
    if (!bug.said.empty()) console.err(bug.said);
    return;
  }
  const auto& directory = std::get<std::string>(written);
  console.error(
      fmt::format("internal error: {}", bug.what),
      fmt::format("this is a bug in splc, and no verdict; please report it with the files in '{0}' "
                  "({0}/README.txt says what they are)",
                  directory));
}

std::string chart_name(const CheckResult& r) {
  switch (r.kind) {
    case CheckKind::property:
    case CheckKind::unreachable:
      break;
    case CheckKind::stuck:
      return "never stuck";
    case CheckKind::arithmetic:
      return "sound arithmetic";
    case CheckKind::abort:
      return "no abort reached";
  }
  return r.name;
}

std::string verdict_words(const CheckResult& r) {
  if (r.verdict == Verdict::proved) return "reached";
  return r.kind == CheckKind::abort ? "fails (information)" : "fails";
}

bool is_faulty_run(const CheckResult& r) {
  return r.has_trace && r.verdict == Verdict::fails && !r.information;
}

}  // namespace

ReplayEngines replay_engines(const Program& program, std::size_t state_bound) {
  ReplayEngines result;
  result.engines.push_back({"interpreter", interpreter_engine(program)});
  std::vector<Dfa> dfas;
  for (const auto& automaton : program.automata) {
    auto subsets = determinise(automaton, state_bound);
    if (const auto* obstacle = std::get_if<Obstacle>(&subsets)) {
      result.no_monitor = obstacle->message;
      return result;
    }
    dfas.push_back(minimise(std::get<SubsetAutomaton>(subsets).dfa, Preserve::wait_points));
  }
  result.engines.push_back({"monitor", monitor_engine(program, std::move(dfas))});
  return result;
}

std::optional<Disagreement> cross_check(const Program& program, const SourceMap& sources,
                                        const promela::Report& report,
                                        const ReplayEngines& engines) {
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    if (!report.results[i].has_trace) continue;
    Disagreement found{i, {}};
    bool objected = false;
    for (const auto& [name, engine] : engines.engines) {
      auto why = Objection(program, sources, *engine, report.results[i]).find();
      objected = objected || !why.empty();
      found.said.emplace_back(name, std::move(why));
    }
    if (objected) return found;
  }
  return std::nullopt;
}

bool runs_hold(const Compilation& c, const promela::Report& report,
               std::span<const Property> properties, const ReplayEngines& engines,
               const std::string& spin, std::size_t state_bound, Console& console) {
  const auto wrong = cross_check(*c.program, c.sources, report, engines);
  if (!wrong) return true;
  BugReport bug;
  bug.result = &report.results[wrong->result];
  const auto property = std::ranges::find(properties, bug.result->name, &Property::name);
  const bool has_property = bug.result->kind == CheckKind::property;
  if (has_property && property != properties.end()) bug.property = &*property;
  std::vector<std::string> objecting;
  for (const auto& [name, why] : wrong->said) {
    if (!why.empty()) objecting.push_back(name);
    bug.said += fmt::format("{}: {}\n\n", name, why.empty() ? "goes along with the run" : why);
  }
  bug.what = fmt::format("{}: the run that Spin found is none by the {}", bug.result->name,
                         fmt::join(objecting, " and the "));
  bug.run = chart_trace(chart_of(c, *bug.result));
  bug.trail = bug.result->trail;
  report_bug(c, bug, spin, state_bound, console);
  return false;
}

void show_internal_error(const Compilation& c, const promela::ToolFailure& failure,
                         const std::string& spin, std::size_t state_bound, Console& console) {
  BugReport bug;
  bug.what = failure.message;
  if (!failure.output.empty()) bug.trail.push_back(failure.output);
  report_bug(c, bug, spin, state_bound, console);
}

Chart chart_of(const Compilation& c, const CheckResult& result) {
  ChartBuilder builder(*c.program, c.sources);
  for (const auto& step : result.trace) builder.accepted(step);
  if (result.refused) {
    Interpreter interpreter(*c.program);
    for (const auto& step : result.trace) interpreter.tick(step.statecall);
    const auto verdict = interpreter.tick(*result.refused);
    builder.refused(c.program->vocabulary.name(*result.refused), verdict.refusals);
  }
  auto chart = builder.finish();
  chart.name = chart_name(result);
  chart.claim = result.text;
  chart.verdict = verdict_words(result);
  chart.bad = is_faulty_run(result);
  chart.why = result.why;
  chart.policy = c.path == "-" ? "<stdin>" : c.path;
  chart.loop_start = result.loop_start;
  return chart;
}

Exit write_runs(const Compilation& c, const promela::Report& report, const RunFiles& files,
                bool quiet, Console& console) {
  if (!files.wanted()) return Exit::ok;
  // Asked for one thing only: its run is wanted, whatever it shows.
  const bool only_one = report.results.size() == 1;
  RunWriter writer(files);
  auto exit = Exit::ok;
  for (const auto& r : report.results) {
    if (!r.has_trace) continue;
    exit = worse(exit, writer.write(chart_of(c, r), r.name, is_faulty_run(r) || only_one, console));
  }
  if (quiet) return exit;
  for (const auto& file : writer.written()) console.note(fmt::format("wrote {}", file));
  if (writer.written().empty() && exit == Exit::ok) {
    console.note("nothing fails: there is no run to write");
  }
  return exit;
}

}  // namespace spl::driver
