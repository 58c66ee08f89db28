// `splc verify`: choose the questions, let Spin answer them, say what it found.
#include "spl/promela/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/files.hpp"
#include "driver/interrupt.hpp"
#include "driver/verify_report.hpp"
#include "driver/verify_runs.hpp"
#include "driver/verify_selection.hpp"
#include "spl/promela/model.hpp"

namespace spl::driver {
namespace {

/// A line on a terminal that says how far things are.
class Progress {
 public:
  Progress(Console& console, std::size_t properties, bool on)
      : console_(console), properties_(properties), on_(on) {
    if (on_) console_.err(fmt::format("proving {} properties with Spin ...", properties_));
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (on_) console_.err("\r\x1b[K");
  }
  void done(const promela::CheckResult& r) {
    ++done_;
    if (!on_) return;
    console_.err(fmt::format("\r\x1b[K{} checks done; last: {} ({}, {} states)", done_,
                             r.name.substr(0, 30), promela::to_string(r.verdict), r.states));
  }

 private:
  Console& console_;
  std::size_t properties_;
  bool on_;
  std::size_t done_ = 0;
};

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
  return result;
}

/// --keep: the models, so that Spin can be run by hand.
Exit keep_models(const std::string& directory, const Compilation& c,
                 const std::vector<Property>& properties, std::size_t state_bound,
                 Console& console) {
  if (const auto why = make_directories(directory)) {
    console.error(fmt::format("cannot make directory '{}': {}", directory, *why));
    return Exit::failure;
  }
  for (const auto& property : properties) {
    const auto model = promela::print_model(*c.program, c.sources, property, state_bound);
    const auto* text = std::get_if<std::string>(&model);
    if (text == nullptr) continue;  // verify() says why
    const auto exit = deliver(fmt::format("{}/{}.pml", directory, property.name), *text, console);
    if (exit != Exit::ok) return exit;
  }
  return Exit::ok;
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
    if (r.verdict == promela::Verdict::not_finished) exit = Exit::failure;
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

Exit run_verify(const VerifyCommandOptions& options, const CommonOptions& common,
                Console& console) {
  if (check_run_files(options.files, console) != Exit::ok) return Exit::failure;
  Compilation c(options.policy, Until::linted, common);
  if (!c.ok()) {
    show_diagnostics(c, common, console);
    return c.exit();
  }
  const auto properties = select_properties(c, options, console);
  show_diagnostics(c, common, console);
  if (!properties) return Exit::failure;  // a formula of the command line is not the policy's fault
  if (!options.keep.empty()) {
    const auto kept = keep_models(options.keep, c, *properties, options.state_bound, console);
    if (kept != Exit::ok) return kept;
  }
  promela::Report report;
  {
    const InterruptGuard guard;
    Progress progress(console, properties->size(), isatty(STDERR_FILENO) != 0 && !common.quiet);
    report = promela::verify(*c.program, c.sources, *properties, verify_options(options),
                             [&](const promela::CheckResult& r) { progress.done(r); });
  }
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
  return worse(verdict, write_runs(c, report, options.files, common.quiet, console));
}

}  // namespace spl::driver
