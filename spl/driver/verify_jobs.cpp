// Verification by way of a directory of jobs. The policy is always planned here; what comes back
// from elsewhere is taken only for the jobs of that plan.
#include "driver/verify_jobs.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "spl/distribute/engines.hpp"

namespace spl::driver {
namespace {

namespace fs = std::filesystem;

promela::ToolFailure environment(std::string message, std::string hint) {
  promela::ToolFailure failure;
  failure.kind = promela::ToolFailure::Kind::environment;
  failure.message = std::move(message);
  failure.hint = std::move(hint);
  return failure;
}

promela::Plan plan_of(const VerifyRun& run) {
  return promela::make_plan(*run.compilation.program, run.compilation.sources, run.properties,
                            run.options);
}

std::string digest_of(const SourceMap& sources) {
  std::string all;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const auto text = sources.text(FileId{i});
    all += fmt::format("{}\n{}", text.size(), text);
  }
  return promela::text_digest(all);
}

distribute::Manifest manifest_of(const VerifyRun& run) {
  distribute::Manifest m;
  m.splc_version = SPL_VERSION;
  m.policy = run.command.policy;
  m.policy_digest = digest_of(run.compilation.sources);
  m.properties = run.command.properties;
  m.formulas = run.command.formulas;
  m.options = run.options;
  return m;
}

/// Why a directory's jobs are not those of the plan; nullopt if they are.
std::optional<promela::ToolFailure> differs(const VerifyRun& run, const promela::Plan& plan,
                                            const distribute::Manifest& manifest,
                                            const std::string& directory) {
  if (manifest.jobs == distribute::entries_of(plan.jobs())) return std::nullopt;
  if (manifest.policy_digest != digest_of(run.compilation.sources)) {
    return environment(
        fmt::format("the jobs in '{}' are of another policy than '{}'", directory,
                    run.command.policy),
        fmt::format("they were made from '{}', which may have changed since: write them again",
                    manifest.policy));
  }
  return environment(
      fmt::format("the jobs in '{}' are not those that this splc makes of '{}'", directory,
                  run.command.policy),
      fmt::format("they were written by splc {}, or with other options: write them again",
                  manifest.splc_version));
}

/// Where an engine works: a directory of the user's, or one that goes again.
class Workplace {
 public:
  Workplace() = default;
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;  // nobody is left to be told
    if (temporary_) fs::remove_all(path_, ignored);
  }

  std::optional<promela::ToolFailure> open(const VerifyCommandOptions& command) {
    std::error_code error;
    if (!command.work_dir.empty()) {
      path_ = fs::absolute(command.work_dir, error).string();
      return std::nullopt;
    }
    // Slurm's nodes see the current directory more likely than /tmp.
    const char* tmp = getenv("TMPDIR");
    std::string base = tmp == nullptr || *tmp == 0 ? "/tmp" : tmp;
    if (command.engine == VerifyEngine::slurm) base = fs::current_path(error).string();
    path_ = fs::absolute(base, error).string() + "/splc-jobs-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) {
      return environment(
          fmt::format("cannot make a directory like '{}': {}", path_, std::strerror(errno)),
          "--work-dir names another place for it");
    }
    temporary_ = true;
    return std::nullopt;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool temporary_ = false;
};

/// Writes the jobs, or finds those of an earlier run whose results are still good.
std::optional<promela::ToolFailure> fill(const VerifyRun& run, const promela::Plan& plan,
                                         const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory + "/manifest.json", error)) {
    return distribute::write_jobs(directory, plan.jobs(), manifest_of(run));
  }
  auto manifest = distribute::read_manifest(directory);
  if (auto* failure = std::get_if<promela::ToolFailure>(&manifest)) return std::move(*failure);
  return differs(run, plan, std::get<distribute::Manifest>(manifest), directory);
}

promela::Executor engine_of(const VerifyRun& run, distribute::EngineOptions options) {
  const auto& command = run.command;
  if (command.engine == VerifyEngine::slurm) {
    return distribute::slurm_executor(std::move(options), {command.sbatch});
  }
  distribute::ParallelOptions parallel;
  parallel.hosts = command.hosts;
  if (!command.ssh.empty()) parallel.ssh = command.ssh;
  parallel.jobs_per_host = command.jobs;
  return distribute::parallel_executor(std::move(options), std::move(parallel));
}

std::string count(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

}  // namespace

bool check_job_options(const VerifyCommandOptions& command, Console& console) {
  const auto wrong = [&](const char* message, const char* hint) {
    console.error(message, hint);
    return false;
  };
  const bool in = !command.jobs_in.empty();
  const bool out = !command.jobs_out.empty();
  if (in && out) return wrong("--jobs-in and --jobs-out exclude each other", "");
  if ((in || out) && command.engine != VerifyEngine::local) {
    return wrong("--engine runs jobs by itself: it goes with neither --jobs-out nor --jobs-in",
                 "--work-dir DIR keeps the directory in which it works");
  }
  if (in && (!command.properties.empty() || !command.formulas.empty() || command.no_built_in)) {
    return wrong("--jobs-in takes the properties from the manifest",
                 "leave out --property, --ltl and --no-built-in");
  }
  if (command.engine == VerifyEngine::parallel && command.hosts.empty()) {
    return wrong("--engine parallel needs --hosts FILE", "one host a line, as for ssh: user@host");
  }
  if (command.engine != VerifyEngine::parallel &&
      (!command.hosts.empty() || !command.ssh.empty())) {
    return wrong("--hosts and --ssh are for --engine parallel", "");
  }
  if (command.engine != VerifyEngine::slurm && !command.sbatch.empty()) {
    return wrong("--sbatch is for --engine slurm", "");
  }
  if (command.engine == VerifyEngine::local && !command.work_dir.empty()) {
    return wrong("--work-dir is for --engine parallel and slurm",
                 "--keep DIR leaves the files of local runs");
  }
  return true;
}

std::optional<distribute::Manifest> adopt_manifest(VerifyCommandOptions& command,
                                                   Console& console) {
  auto manifest = distribute::read_manifest(command.jobs_in);
  if (const auto* failure = std::get_if<promela::ToolFailure>(&manifest)) {
    console.error(failure->message, failure->hint);
    return std::nullopt;
  }
  auto& m = std::get<distribute::Manifest>(manifest);
  command.properties = m.properties;
  command.formulas = m.formulas;
  command.no_built_in = !m.options.built_in;
  return std::move(m);
}

void adopt_options(const distribute::Manifest& manifest, promela::VerifyOptions& options) {
  const auto& from = manifest.options;
  options.timeout = from.timeout;
  options.memory_mb = from.memory_mb;
  options.state_bound = from.state_bound;
  options.built_in = from.built_in;
  options.bitstate = from.bitstate;
  options.variants = from.variants;
  options.spin_arguments = from.spin_arguments;
  options.compiler_arguments = from.compiler_arguments;
  options.verifier_arguments = from.verifier_arguments;
}

Exit write_out_jobs(const VerifyRun& run, Console& console) {
  const auto plan = plan_of(run);
  const auto& directory = run.command.jobs_out;
  if (const auto failure = distribute::write_jobs(directory, plan.jobs(), manifest_of(run))) {
    console.error(failure->message, failure->hint);
    return Exit::failure;
  }
  if (run.quiet) return Exit::ok;
  console.note(fmt::format("{} in '{}'", count(plan.jobs().size(), "job"), directory));
  console.note(
      fmt::format("run each jobs/NAME/run.sh anywhere, bring its result back, then: splc "
                  "verify --jobs-in {} {}",
                  directory, run.command.policy));
  return Exit::ok;
}

promela::Report conclude_jobs(const VerifyRun& run, const distribute::Manifest& manifest,
                              const promela::OnResult& on_result, Console& console) {
  const auto plan = plan_of(run);
  const auto& directory = run.command.jobs_in;
  if (auto failure = differs(run, plan, manifest, directory)) return {{}, std::move(failure)};
  distribute::Origins origins;
  auto report = promela::run_plan(plan, distribute::recorded_executor(directory, &origins),
                                  run.options, on_result);
  if (origins.spin_versions.size() > 1 && !run.quiet) {
    console.note(fmt::format("the results are of different versions of Spin: {}",
                             fmt::join(origins.spin_versions, "; ")));
  }
  return report;
}

promela::Report verify_elsewhere(const VerifyRun& run, const promela::OnResult& on_result,
                                 Console& console) {
  const auto plan = plan_of(run);
  Workplace place;
  auto failure = place.open(run.command);
  if (!failure) failure = fill(run, plan, place.path());
  if (failure) return {{}, std::move(failure)};
  const std::string clear = run.terminal ? "\r\x1b[K" : "";
  distribute::EngineOptions options;
  options.directory = place.path();
  options.retries = run.command.retries;
  options.cancel = run.options.cancel;
  options.on_note = [&](const std::string& text) {
    if (run.quiet) return;
    console.err(clear);
    console.note(text);
  };
  if (run.terminal) {
    options.on_progress = [&, last = std::size_t{0}](std::size_t done, std::size_t all) mutable {
      if (done == last && done != 0) return;
      last = done;
      console.err(fmt::format("{}{} of {} done", clear, done, count(all, "job")));
    };
  }
  auto report = promela::run_plan(plan, engine_of(run, std::move(options)), run.options, on_result);
  console.err(clear);
  return report;
}

}  // namespace spl::driver
