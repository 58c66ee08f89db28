#include "driver/debug_runs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "driver/debug_session.hpp"

namespace spl::driver {
namespace {

bool is_bad(const promela::CheckResult& result) {
  return result.verdict == promela::Verdict::fails && !result.information;
}

/// A run that is over, not one with a loop.
bool ends(const promela::CheckResult& result) {
  return result.loop_start == result.trace.size();
}

std::string words(const promela::CheckResult& result) {
  std::string text = promela::to_string(result.verdict);
  if (!result.text.empty()) text += ": " + result.text;
  if (!result.why.empty()) text += "\n" + result.why;
  if (ends(result)) text += "\nand then nothing more is accepted";
  return text;
}

}  // namespace

Exit debug_runs(const Compilation& c, const promela::Report& report,
                const VerifyCommandOptions& options, bool quiet, Console& console) {
  std::vector<const promela::CheckResult*> runs;
  for (const auto& result : report.results) {
    if (result.has_trace) runs.push_back(&result);
  }
  if (runs.empty()) {
    if (!quiet) console.note("there is no run to show in the debugger");
    return Exit::ok;
  }
  std::stable_partition(runs.begin(), runs.end(),
                        [](const auto* result) { return is_bad(*result); });
  DebugSession session(c, options.serving, options.state_bound, debug::Numbers::values);
  const auto title = fmt::format("splc verify {}", c.path);
  if (!session.open({debug::Mode::counterexample, title, {}, {}}, console)) return Exit::failure;
  std::uint64_t id = 0;
  for (const auto* result : runs) {
    const auto& vocabulary = c.program->vocabulary;
    DebugRun run(session, ++id, result->name);
    for (const auto& step : result->trace) run.announce(vocabulary.name(step.statecall));
    if (result->refused) run.announce(vocabulary.name(*result->refused));
    std::optional<std::uint64_t> loop;
    if (result->loop_start && !ends(*result)) loop = *result->loop_start;
    session.server().verdict({id, result->name, words(*result), loop, is_bad(*result)});
  }
  return session.serve(options.json, quiet, console);
}

}  // namespace spl::driver
