// Running spin, a C compiler, and the verifier they make.
//
// A search is tried with the fast compiler and a small stack first, for a few seconds. Only where
// that does not suffice is the verifier compiled with optimisation and given all there is. `absent`
// needs the verifier's own word that the search was complete: no errors, nothing cut short.
#include "spin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "recipe.hpp"
#include "spin_output.hpp"

namespace spl::promela {
namespace {

constexpr unsigned kFirstHashBits = 18;
constexpr unsigned kFirstBitstateBits = 24;  // 2 MB
constexpr std::uint64_t kFastSeconds = 5;    // of processor time: a busy machine decides nothing

bool ok(const ProcessResult& r) {
  return r.status == ProcessResult::Status::exited && r.code == 0;
}

bool given_up(const ProcessResult& r) {
  return r.status == ProcessResult::Status::timed_out ||
         r.status == ProcessResult::Status::cancelled;
}

}  // namespace

SessionOptions::SessionOptions(const VerifyOptions& options)
    : timeout(options.timeout), memory_mb(options.memory_mb) {
  run.cancel = options.cancel;
}

SessionOptions::SessionOptions(const Job& job, const RunOptions& run_options)
    : timeout(job.timeout), memory_mb(job.memory_mb), search(job.search), run(run_options) {}

SpinSession::SpinSession(const Tools& tools, SessionOptions options)
    : tools_(tools), options_(std::move(options)), directory_(options_.run.directory) {
  if (options_.timeout.count() > 0) deadline_ = Clock::now() + options_.timeout;
}

ToolFailure SpinSession::failed(const std::string& tool, const ProcessResult& result) const {
  ToolFailure failure;
  if (result.status == ProcessResult::Status::not_started) {
    failure.kind = ToolFailure::Kind::environment;
    failure.message = fmt::format("cannot run '{}': {}", tool, result.error);
    return failure;
  }
  failure.kind = ToolFailure::Kind::failed_tool;
  failure.message = describe_failure(tool, result);
  failure.output = last_lines(result.errors.empty() ? result.output : result.errors);
  if (directory_.full()) {
    failure.kind = ToolFailure::Kind::environment;
    failure.message += fmt::format("; no space is left in '{}'", directory_.path());
    failure.hint = directory_.kept() ? "" : "TMPDIR can name another directory for temporary files";
  }
  return failure;
}

std::string SpinSession::given_up_why(const ProcessResult& result) const {
  return result.status == ProcessResult::Status::cancelled ? "interrupted"
                                                           : too_late(options_.timeout);
}

std::vector<std::string> SpinSession::spin_command(std::vector<std::string> arguments) const {
  std::vector<std::string> command{tools_.spin};
  // Spin's default is to start a C compiler as preprocessor, which takes longer than all it does.
  if (!preprocess_) command.emplace_back("-Pcat");
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.emplace_back("model.pml");
  return command;
}

ProcessRequest SpinSession::request(std::vector<std::string> command) const {
  ProcessRequest r;
  r.command = std::move(command);
  r.directory = directory_.path();
  r.deadline = deadline_;
  r.cancel = options_.run.cancel;
  if (options_.run.on_progress) {
    r.on_output = [this](std::string_view) { options_.run.on_progress({}); };
  }
  return r;
}

ProcessResult SpinSession::run(const ProcessRequest& r) {
  if (directory_.kept()) keep_command(r.command);
  return run_process(r);
}

void SpinSession::keep_command(const std::vector<std::string>& command) {
  if (commands_.empty()) commands_ = "#!/bin/sh\n# What splc ran here, in this order.\n";
  commands_ += shell_words(command) + '\n';
  (void)directory_.write("commands.sh", commands_);  // a full disk is noticed by the tool itself
}

/// What the verifier said, and its trail, under the claim's name: the next claim's replace them.
void SpinSession::keep_search(const Way& way, const ProcessResult& result) {
  if (!directory_.kept()) return;
  const auto name = way.claim.empty() ? std::string("pan") : way.claim;
  (void)directory_.write(name + ".out", result.output + result.errors);
  std::error_code error;
  const auto trail = directory_.path() + "/model.pml.trail";
  if (way.claim.empty() || !std::filesystem::exists(trail, error)) return;
  std::filesystem::copy_file(trail, directory_.path() + '/' + name + ".trail",
                             std::filesystem::copy_options::overwrite_existing, error);
}

std::optional<ToolFailure> SpinSession::generate(const std::string& model) {
  if (directory_.path().empty() || !directory_.write("model.pml", model)) {
    ToolFailure failure;
    failure.kind = ToolFailure::Kind::environment;
    failure.message = directory_.error();
    failure.hint = directory_.kept() ? "" : "TMPDIR can name another directory for temporary files";
    return failure;
  }
  preprocess_ = wants_preprocessor(model, options_.search);
  auto arguments = options_.search.spin_arguments;
  arguments.emplace_back("-a");
  std::error_code error;
  std::filesystem::remove(directory_.path() + "/pan.c", error);  // of an earlier run, if it is kept
  const auto result = run(spin_command(std::move(arguments)));
  // spin's exit status alone does not tell: it is 0 after some errors.
  const bool wrote = std::ifstream(directory_.path() + "/pan.c").good();
  if (given_up(result) ||
      (ok(result) && wrote && result.output.find("Error:") == std::string::npos))
    return std::nullopt;
  auto failure = failed("spin", result);
  if (failure.output.empty()) failure.output = last_lines(result.output);
  return failure;
}

std::optional<ToolFailure> SpinSession::compile_with(const std::string& compiler,
                                                     const std::vector<std::string>& flags) {
  std::vector<std::string> command{compiler, "-w", "-o", "pan"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.emplace_back("pan.c");
  std::string key;
  for (const auto& word : command) key += word + '\n';
  if (key == compiled_) return std::nullopt;
  const auto result = run(std::move(command));
  if (given_up(result)) return std::nullopt;
  if (!ok(result)) return failed(compiler, result);
  compiled_ = key;
  return std::nullopt;
}

std::optional<ToolFailure> SpinSession::compile(const Attempt& attempt, bool by_prefix) {
  const auto& extra = options_.search.compiler_arguments;
  auto flags = compiler_flags(options_.search, by_prefix, options_.memory_mb);
  auto slow_flags = flags;
  slow_flags.emplace_back("-O1");
  flags.insert(flags.end(), extra.begin(), extra.end());
  slow_flags.insert(slow_flags.end(), extra.begin(), extra.end());
  if (!attempt.fast) return compile_with(tools_.slow, slow_flags);
  auto failure = compile_with(tools_.fast, flags);
  if (failure && tools_.slow != tools_.fast) failure = compile_with(tools_.slow, slow_flags);
  return failure;
}

SpinSession::Attempt SpinSession::first_attempt() const {
  Attempt attempt{true, kFirstDepth, kFirstHashBits, kFastSeconds};
  if (!options_.search.bitstate) return attempt;
  attempt.hash_bits =
      options_.search.hash_bits != 0 ? options_.search.hash_bits : kFirstBitstateBits;
  return attempt;
}

void SpinSession::harder(Attempt& attempt) const {
  attempt.depth = attempt.fast ? kDeepDepth : attempt.depth * kDepthFactor;
  attempt.fast = false;
  attempt.cpu_seconds = 0;
  attempt.hash_bits = large_hash_bits(options_.search, options_.memory_mb);
}

ProcessResult SpinSession::run_verifier(const Attempt& attempt, const Way& way) {
  std::vector<std::string> command{"./pan", fmt::format("-m{}", attempt.depth)};
  const auto more =
      verifier_arguments(options_.search, way.by_prefix, attempt.hash_bits, way.claim);
  command.insert(command.end(), more.begin(), more.end());
  auto r = request(std::move(command));
  r.cpu_seconds = attempt.cpu_seconds;
  r.address_space_mb = address_space_mb(options_.memory_mb);
  if (options_.run.on_progress) {
    r.on_output = [&](std::string_view text) {
      options_.run.on_progress({way.claim, read_progress(text).value_or(SearchStatistics{})});
    };
  }
  std::error_code error;
  std::filesystem::remove(directory_.path() + "/model.pml.trail", error);  // an earlier claim's
  auto result = run(r);
  keep_search(way, result);
  return result;
}

std::variant<SpinSession::Progress, ToolFailure> SpinSession::judge(const ProcessResult& result,
                                                                    SearchOutcome& outcome) const {
  const auto said = read_verifier_output(result.output + result.errors);
  outcome.statistics = said.statistics;
  if (said.errors > 0) {
    outcome.kind = SearchOutcome::Kind::found;
    return Progress::done;
  }
  outcome.kind = SearchOutcome::Kind::unfinished;
  if (given_up(result)) {
    outcome.why = given_up_why(result);
    return Progress::done;
  }
  if (result.status == ProcessResult::Status::cpu_used_up) return Progress::slower;
  outcome.why = why_open(said, options_.memory_mb);
  if (said.out_of_memory) return Progress::done;
  if (said.depth_exceeded) return Progress::deeper;
  if (!ok(result)) return failed("the verifier", result);
  if (!outcome.why.empty()) return Progress::done;
  outcome.kind = SearchOutcome::Kind::absent;
  return Progress::done;
}

std::variant<SearchOutcome, ToolFailure> SpinSession::search(const std::string& name,
                                                             bool by_prefix) {
  const Way way{name, by_prefix};
  auto attempt = first_attempt();
  SearchOutcome outcome;
  for (;;) {
    if (options_.run.cancel != nullptr && options_.run.cancel->load()) {
      outcome.why = "interrupted";
      return outcome;
    }
    if (deadline_ && Clock::now() >= *deadline_) {
      outcome.why = too_late(options_.timeout);
      return outcome;
    }
    if (auto failure = compile(attempt, by_prefix)) return *failure;
    if (compiled_.empty()) continue;  // given up while compiling: said above
    const auto progress = judge(run_verifier(attempt, way), outcome);
    if (const auto* failure = std::get_if<ToolFailure>(&progress)) return *failure;
    if (std::get<Progress>(progress) == Progress::done) break;
    harder(attempt);
  }
  if (outcome.kind == SearchOutcome::Kind::found) {
    if (auto failure = read_trail(outcome)) return *failure;
  }
  return outcome;
}

std::optional<ToolFailure> SpinSession::read_trail(SearchOutcome& outcome) {
  const auto result = run(spin_command({"-t", "-T"}));
  if (given_up(result)) {
    outcome.kind = SearchOutcome::Kind::unfinished;
    outcome.why = given_up_why(result);
    return std::nullopt;
  }
  if (!ok(result)) return failed("spin -t", result);
  read_trail_output(result.output, outcome.trail, outcome.loop);
  return std::nullopt;
}

std::variant<std::vector<std::string>, ToolFailure> SpinSession::simulate(std::uint32_t seed,
                                                                          std::uint32_t steps) {
  const auto result =
      run(spin_command({fmt::format("-n{}", seed), fmt::format("-u{}", steps), "-T"}));
  if (!ok(result)) return failed("spin", result);
  std::vector<std::string> lines;
  std::optional<std::size_t> loop;
  read_trail_output(result.output, lines, loop);
  return lines;
}

}  // namespace spl::promela
