// Running spin, a C compiler, and the verifier they make.
//
// A search is tried with the fast compiler and a small stack first, for a few seconds. Only where
// that does not suffice is the verifier compiled with optimisation and given all there is. `absent`
// needs the verifier's own word that the search was complete: no errors, nothing cut short.
#include "spin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "spin_output.hpp"

namespace spl::promela {
namespace {

constexpr std::uint64_t kFirstDepth = 200'000;
constexpr std::uint64_t kDeepDepth = 4'000'000;
constexpr std::uint64_t kDepthFactor = 8;
constexpr unsigned kFirstHashBits = 18;
constexpr unsigned kMostHashBits = 23;
constexpr std::uint64_t kFastSeconds = 5;  // of processor time: a busy machine decides nothing

ToolFailure failed(const std::string& tool, const ProcessResult& result) {
  ToolFailure failure;
  if (result.status == ProcessResult::Status::not_started) {
    failure.kind = ToolFailure::Kind::environment;
    failure.message = fmt::format("cannot run '{}': {}", tool, result.error);
    return failure;
  }
  failure.kind = ToolFailure::Kind::failed_tool;
  failure.message = result.status == ProcessResult::Status::signalled
                        ? fmt::format("'{}' was ended by signal {}", tool, result.code)
                        : fmt::format("'{}' failed with exit status {}", tool, result.code);
  failure.output = last_lines(result.errors.empty() ? result.output : result.errors);
  return failure;
}

bool ok(const ProcessResult& r) {
  return r.status == ProcessResult::Status::exited && r.code == 0;
}

bool given_up(const ProcessResult& r) {
  return r.status == ProcessResult::Status::timed_out ||
         r.status == ProcessResult::Status::cancelled;
}

std::string given_up_why(const ProcessResult& r, const VerifyOptions& options) {
  if (r.status == ProcessResult::Status::cancelled) return "interrupted";
  return fmt::format("not done after {:.1f} s",
                     std::chrono::duration<double>(options.timeout).count());
}

unsigned hash_bits(std::uint64_t memory_mb) {
  if (memory_mb == 0) return kMostHashBits;
  unsigned bits = kFirstHashBits;  // slots of 8 bytes; an eighth of the memory at most
  while (bits < kMostHashBits && (std::uint64_t{8} << (bits + 1)) <= (memory_mb << 20U) / 8) ++bits;
  return bits;
}

}  // namespace

std::variant<Tools, ToolFailure> find_tools(const VerifyOptions& options) {
  Tools tools{find_program(options.spin), find_program(options.fast_compiler),
              find_program(options.compiler)};
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::missing_tool;
  if (tools.spin.empty()) {
    failure.message = fmt::format("cannot find the model checker '{}'", options.spin);
    failure.hint = "install Spin (Debian package 'spin') or name it with an option";
    return failure;
  }
  if (tools.fast.empty() && tools.slow.empty()) {
    failure.message = fmt::format("cannot find a C compiler: neither '{}' nor '{}'",
                                  options.fast_compiler, options.compiler);
    failure.hint = "install a C compiler (Debian package 'tcc' or 'gcc')";
    return failure;
  }
  if (tools.fast.empty()) tools.fast = tools.slow;
  if (tools.slow.empty()) tools.slow = tools.fast;
  return tools;
}

SpinSession::SpinSession(const Tools& tools, const VerifyOptions& options)
    : tools_(tools), options_(options) {
  if (options.timeout.count() > 0) deadline_ = Clock::now() + options.timeout;
}

ProcessRequest SpinSession::request(std::vector<std::string> command) const {
  return {std::move(command), directory_.path(), deadline_, 0, 0, options_.cancel};
}

ProcessResult SpinSession::run(std::vector<std::string> command) const {
  return run_process(request(std::move(command)));
}

std::optional<ToolFailure> SpinSession::generate(const std::string& model) {
  if (directory_.path().empty() || !directory_.write("model.pml", model)) {
    ToolFailure failure;
    failure.kind = ToolFailure::Kind::environment;
    failure.message = directory_.error();
    failure.hint = "TMPDIR can name another directory for temporary files";
    return failure;
  }
  const auto result = run({tools_.spin, "-a", "model.pml"});
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
  // One process whose every move is visible: partial order reduction has nothing to reduce, and
  // `next` would not survive it.
  std::vector<std::string> flags{"-DNOREDUCE", "-DNOFAIR", "-DVECTORSZ=65536"};
  if (by_prefix) flags.insert(flags.end(), {"-DSAFETY", "-DBFS"});
  if (options_.memory_mb != 0) flags.push_back(fmt::format("-DMEMLIM={}", options_.memory_mb));
  auto slow_flags = flags;
  slow_flags.emplace_back("-O1");
  if (!attempt.fast) return compile_with(tools_.slow, slow_flags);
  auto failure = compile_with(tools_.fast, flags);
  if (failure && tools_.slow != tools_.fast) failure = compile_with(tools_.slow, slow_flags);
  return failure;
}

ProcessResult SpinSession::run_verifier(const Attempt& attempt, const std::string& name,
                                        bool by_prefix) const {
  std::vector<std::string> command{directory_.path() + "/pan", fmt::format("-m{}", attempt.depth),
                                   fmt::format("-w{}", attempt.hash_bits)};
  if (!by_prefix) command.emplace_back("-a");
  if (!name.empty()) command.insert(command.end(), {"-N", name});
  auto r = request(std::move(command));
  r.cpu_seconds = attempt.cpu_seconds;
  // The verifier keeps to -DMEMLIM by itself; this is for what it does not count.
  if (options_.memory_mb != 0) r.address_space_mb = options_.memory_mb + 256;
  return run_process(r);
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
    outcome.why = given_up_why(result, options_);
    return Progress::done;
  }
  if (result.status == ProcessResult::Status::cpu_used_up) return Progress::slower;
  if (said.out_of_memory) {
    outcome.why = fmt::format("more than {} MB of memory needed", options_.memory_mb);
    return Progress::done;
  }
  if (said.depth_exceeded) {
    outcome.why = "the search goes deeper than its stack";
    return Progress::deeper;
  }
  if (!ok(result)) return failed("the verifier", result);
  if (!said.complete) {
    outcome.why = "the verifier stopped early";
    return Progress::done;
  }
  outcome.kind = SearchOutcome::Kind::absent;
  return Progress::done;
}

std::variant<SearchOutcome, ToolFailure> SpinSession::search(const std::string& name,
                                                             bool by_prefix) {
  Attempt attempt{true, kFirstDepth, kFirstHashBits, kFastSeconds};
  SearchOutcome outcome;
  for (;;) {
    if (options_.cancel != nullptr && options_.cancel->load()) {
      outcome.why = "interrupted";
      return outcome;
    }
    if (deadline_ && Clock::now() >= *deadline_) {
      outcome.why = fmt::format("not done after {:.1f} s",
                                std::chrono::duration<double>(options_.timeout).count());
      return outcome;
    }
    if (auto failure = compile(attempt, by_prefix)) return *failure;
    if (compiled_.empty()) continue;  // given up while compiling: said above
    const auto progress = judge(run_verifier(attempt, name, by_prefix), outcome);
    if (const auto* failure = std::get_if<ToolFailure>(&progress)) return *failure;
    if (std::get<Progress>(progress) == Progress::done) break;
    attempt.depth = attempt.fast ? kDeepDepth : attempt.depth * kDepthFactor;
    attempt.fast = false;
    attempt.hash_bits = hash_bits(options_.memory_mb);
    attempt.cpu_seconds = 0;
  }
  if (outcome.kind == SearchOutcome::Kind::found) {
    if (auto failure = read_trail(outcome)) return *failure;
  }
  return outcome;
}

std::optional<ToolFailure> SpinSession::read_trail(SearchOutcome& outcome) {
  const auto result = run({tools_.spin, "-t", "-T", "model.pml"});
  if (given_up(result)) {
    outcome.kind = SearchOutcome::Kind::unfinished;
    outcome.why = given_up_why(result, options_);
    return std::nullopt;
  }
  if (!ok(result)) return failed("spin -t", result);
  read_trail_output(result.output, outcome.trail, outcome.loop);
  return std::nullopt;
}

std::variant<std::vector<std::string>, ToolFailure> SpinSession::simulate(std::uint32_t seed,
                                                                          std::uint32_t steps) {
  const auto result =
      run({tools_.spin, fmt::format("-n{}", seed), fmt::format("-u{}", steps), "-T", "model.pml"});
  if (!ok(result)) return failed("spin", result);
  std::vector<std::string> lines;
  std::optional<std::size_t> loop;
  read_trail_output(result.output, lines, loop);
  return lines;
}

}  // namespace spl::promela
