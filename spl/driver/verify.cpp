// `splc verify`: choose the questions, let Spin answer them, say what it found.
#include "spl/promela/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/debug_runs.hpp"
#include "driver/files.hpp"
#include "driver/interrupt.hpp"
#include "driver/verify_jobs.hpp"
#include "driver/verify_progress.hpp"
#include "driver/verify_report.hpp"
#include "driver/verify_runs.hpp"
#include "driver/verify_selection.hpp"

namespace spl::driver {
namespace {

/// Where such things are kept; "" if nobody says where.
std::string default_cache() {
  const char* cache = getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/statecall/verdicts";
  const char* home = getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return std::string(home) + "/.cache/statecall/verdicts";
}

promela::VerifyOptions verify_options(const VerifyCommandOptions& options) {
  promela::VerifyOptions result;
  result.spin = options.spin;
  if (!options.compiler.empty()) result.compiler = result.fast_compiler = options.compiler;
  result.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  result.memory_mb = options.memory_mb;
  result.jobs = options.jobs;
  result.state_bound = options.state_bound;
  result.built_in = !options.no_built_in && options.properties.empty();
  result.cancel = interrupt_flag();
  result.keep = options.keep;
  result.bitstate = options.bitstate;
  result.variants = options.variants;
  result.spin_arguments = options.spin_args;
  result.compiler_arguments = options.cc_args;
  result.verifier_arguments = options.pan_args;
  if (!options.no_cache) {
    result.cache_directory = options.cache_dir.empty() ? default_cache() : options.cache_dir;
  }
  result.stop_on_first = options.stop_on_first;
  return result;
}

/// Directories that were asked for by name must be there; what can be told now is.
Exit prepare(const VerifyCommandOptions& options, Console& console) {
  for (const auto& directory : {options.keep, options.no_cache ? "" : options.cache_dir}) {
    if (directory.empty()) continue;
    if (const auto why = make_directories(directory)) {
      console.error(fmt::format("cannot make directory '{}': {}", directory, *why));
      return Exit::failure;
    }
  }
  for (const auto& arguments : {options.cc_args, options.pan_args}) {
    for (const auto& a : arguments) {
      const bool reorders = a.starts_with("-t_reverse") || a.starts_with("-DT_REVERSE");
      if (!reorders) continue;
      console.error(fmt::format("'{}' cannot be used here", a),
                    "with it Spin takes 'else' while there are other options: it finds runs that "
                    "do not exist");
      return Exit::failure;
    }
  }
  if (options.variants > 1 && !options.bitstate) {
    console.error("--variants is for bitstate searches",
                  "an exhaustive search needs one; or add --bitstate");
    return Exit::failure;
  }
  return Exit::ok;
}

/// Has the questions answered, wherever the command line says.
promela::Report answer(const VerifyRun& run, const std::optional<distribute::Manifest>& manifest,
                       Console& console) {
  const InterruptGuard guard;
  if (manifest) return conclude_jobs(run, *manifest, {}, console);
  if (run.command.engine != VerifyEngine::local) return verify_elsewhere(run, {}, console);
  VerifyProgress progress(console, run.terminal);
  auto how = run.options;
  how.slice = !run.command.no_slicing;
  how.on_progress = [&](std::string_view job, const promela::SearchProgress* now) {
    progress.running(job, now);
  };
  const auto& c = run.compilation;
  return promela::verify(*c.program, c.sources, run.properties, how,
                         [&](const promela::CheckResult&) { progress.done(); });
}

Exit judge(const promela::Report& report, Console& console) {
  if (report.failure) {
    const auto& failure = *report.failure;
    console.error(failure.message, failure.hint);
    if (!failure.output.empty()) console.err(failure.output + "\n");
    return Exit::failure;
  }
  auto exit = Exit::ok;
  for (const auto& r : report.results) {
    if (r.verdict == promela::Verdict::fails && !r.information) return Exit::problems;
    const bool open =
        r.verdict == promela::Verdict::not_finished || r.verdict == promela::Verdict::not_refuted;
    if (open) exit = Exit::failure;
  }
  return exit;
}

std::string show(const Compilation& c, const promela::Report& report, const ReplayEngines& engines,
                 bool json, bool quiet, bool colour) {
  if (json) {
    std::vector<std::string> names;
    for (const auto& one : engines.engines) names.push_back(one.name);
    return report_json(*c.program, c.sources, report, names);
  }
  auto text = report_text(*c.program, c.sources, report, quiet, colour);
  if (!engines.no_monitor.empty()) {
    text += fmt::format("runs were replayed on the interpreter only, not on a monitor: {}\n",
                        engines.no_monitor);
  }
  return text;
}

}  // namespace

Exit run_verify(const VerifyCommandOptions& given, const CommonOptions& common, Console& console) {
  auto options = given;
  if (check_run_files(options.files, console) != Exit::ok) return Exit::failure;
  if (!check_job_options(options, console)) return Exit::failure;
  std::optional<distribute::Manifest> manifest;
  if (!options.jobs_in.empty()) {
    manifest = adopt_manifest(options, console);
    if (!manifest) return Exit::failure;
  }
  Compilation c(options.policy, Until::linted, common);
  if (!c.ok()) {
    show_diagnostics(c, common, console);
    return c.exit();
  }
  const auto properties = select_properties(c, options, console);
  show_diagnostics(c, common, console);
  if (!properties) return Exit::failure;  // a formula of the command line is not the policy's fault
  if (const auto prepared = prepare(options, console); prepared != Exit::ok) return prepared;
  VerifyRun run{c,
                options,
                *properties,
                verify_options(options),
                rewritable_stderr() && !common.quiet,
                common.quiet};
  if (manifest) adopt_options(*manifest, run.options);
  if (!options.jobs_out.empty()) return write_out_jobs(run, console);
  auto report = answer(run, manifest, console);
  const bool runs = std::ranges::any_of(report.results, &promela::CheckResult::has_trace);
  ReplayEngines engines;
  if (runs) engines = replay_engines(*c.program, options.state_bound);
  if (!runs_hold(c, report, *properties, engines, options.spin, options.state_bound, console)) {
    return Exit::failure;
  }
  console.out(show(c, report, engines, options.json, common.quiet, console.colour_out()));
  if (report.failure && report.failure->kind == promela::ToolFailure::Kind::internal_error) {
    show_internal_error(c, *report.failure, options.spin, options.state_bound, console);
    return Exit::failure;
  }
  const auto verdict = judge(report, console);
  const auto written = write_runs(c, report, options.files, common.quiet, console);
  if (!options.debug) return worse(verdict, written);
  return worse(worse(verdict, written), debug_runs(c, report, options, common.quiet, console));
}

}  // namespace spl::driver
