// GNU parallel over ssh.
#include "parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "command.hpp"
#include "files.hpp"
#include "hosts.hpp"
#include "spl/distribute/job_directory.hpp"

namespace spl::distribute {
namespace {

constexpr std::size_t kLongestLog = std::size_t{16} << 20U;
constexpr auto kProbeLimit = std::chrono::seconds{60};
constexpr auto kCleanLimit = std::chrono::seconds{30};
constexpr auto kStopGrace = std::chrono::seconds{10};
/// Beyond a job's own limit, for copying and for a machine that is busy.
constexpr auto kCopySlack = std::chrono::seconds{120};

/// Nobody types passwords here, and hosts that are gone are to be noticed. What the user's own ssh
/// command says comes first and counts.
constexpr auto kSshOptions =
    " -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3";

std::string random_name() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + '\'';
}

/// Ends what still runs there (the names of work directories end in the process), then removes all.
std::string clean_command(const std::string& remote) {
  return fmt::format(
      "cd {0} 2>/dev/null || exit 0; "
      "for w in jobs/*/work.*; do [ -d \"$w\" ] && kill \"${{w##*.}}\"; done 2>/dev/null; "
      "cd; rm -rf {0}; rmdir .splc 2>/dev/null; exit 0",
      remote);
}

}  // namespace

ParallelTransport::ParallelTransport(EngineOptions options, ParallelOptions parallel,
                                     std::chrono::milliseconds longest_job)
    : options_(std::move(options)),
      parallel_(std::move(parallel)),
      longest_job_(longest_job),
      remote_(".splc/" + random_name()) {
  const auto first_word = parallel_.ssh.substr(0, parallel_.ssh.find(' '));
  if (first_word.substr(first_word.rfind('/') + 1) == "ssh") parallel_.ssh += kSshOptions;
}

std::vector<std::string> ParallelTransport::on_all_hosts(const std::string& command) const {
  return {program_,      "--plain",
          "--nonall",    "--sshloginfile",
          hosts_,        "--ssh",
          parallel_.ssh, "--tag",
          "--joblog",    options_.directory + "/engine/hosts.log",
          command};
}

std::optional<promela::ToolFailure> ParallelTransport::prepare() {
  if (!program_.empty()) return std::nullopt;
  const auto rsync = find_engine_program("rsync", "rsync");
  if (const auto* failure = std::get_if<promela::ToolFailure>(&rsync)) return *failure;
  auto found = find_engine_program(parallel_.program, "parallel");
  if (auto* failure = std::get_if<promela::ToolFailure>(&found)) return *failure;
  const auto version = run_briefly("/", {std::get<std::string>(found), "--version"}, kProbeLimit);
  if (!version.output.starts_with("GNU parallel")) {
    return environment(fmt::format("'{}' is not GNU parallel", std::get<std::string>(found)),
                       "the Debian package 'parallel' is; 'moreutils' has another of that name");
  }
  std::error_code error;
  std::filesystem::create_directories(options_.directory + "/engine", error);
  auto hosts = read_hosts(parallel_.hosts);
  if (auto* failure = std::get_if<promela::ToolFailure>(&hosts)) return *failure;
  hosts_ = options_.directory + "/engine/hosts";
  program_ = std::get<std::string>(found);
  const auto& lines = std::get<std::vector<std::string>>(hosts);
  if (const auto why = write_text(hosts_, fmt::format("{}\n", fmt::join(lines, "\n")))) {
    return environment(fmt::format("cannot write '{}': {}", hosts_, *why));
  }
  return probe();
}

/// Looks which hosts have what it takes, and leaves the others out.
std::optional<promela::ToolFailure> ParallelTransport::probe() {
  const std::string command =
      "for t in rsync spin; do command -v $t >/dev/null || { echo \"$t is not installed\"; exit 3; "
      "}; done; for c in cc gcc clang tcc; do command -v $c >/dev/null && exit 0; done; "
      "echo 'no C compiler is installed'; exit 3";
  promela::ProcessRequest request;
  request.command = on_all_hosts(command);
  request.directory = options_.directory;
  request.deadline = promela::Clock::now() + kProbeLimit;
  request.cancel = options_.cancel;
  request.cancel_signal = SIGTERM;
  used_hosts_ = true;
  const auto result = run_process(request);
  const auto log = read_text(options_.directory + "/engine/hosts.log", kLongestLog).value_or("");
  auto state = judge_hosts(read_text(hosts_, kLongestLog).value_or(""), log,
                           result.output + '\n' + result.errors);
  if (options_.cancel != nullptr && options_.cancel->load()) return std::nullopt;
  if (state.usable.empty()) {
    auto failure =
        environment(fmt::format("none of the hosts in '{}' can be used", parallel_.hosts),
                    "each needs ssh without a password, rsync, Spin and a C compiler");
    failure.output = fmt::format("{}", fmt::join(state.reasons, "\n"));
    if (state.reasons.empty()) failure.output = last_line(result.errors);
    return failure;
  }
  for (const auto& reason : state.reasons) {
    if (options_.on_note) options_.on_note("host left out: " + reason);
  }
  if (const auto why = write_text(hosts_, fmt::format("{}\n", fmt::join(state.usable, "\n")))) {
    return environment(fmt::format("cannot write '{}': {}", hosts_, *why));
  }
  return std::nullopt;
}

/// The whole command, as a file, so that it can be looked at and run by hand. What it says goes to
/// files: a child of a GNU parallel that was killed would keep a pipe open.
std::string ParallelTransport::script(const Batch& batch) const {
  auto text = fmt::format("#!/bin/sh\ncd {} || exit 1\nexec {} --plain --sshloginfile {} --ssh {}",
                          quoted(options_.directory), quoted(program_), quoted(hosts_),
                          quoted(parallel_.ssh));
  if (parallel_.jobs_per_host != 0) text += fmt::format(" --jobs {}", parallel_.jobs_per_host);
  if (longest_job_.count() > 0) {
    const auto limit = std::chrono::ceil<std::chrono::seconds>(longest_job_) + kCopySlack;
    text += fmt::format(" --timeout {}", limit.count());
  }
  return text + fmt::format(
                    " \\\n  --workdir {} --retries {} --joblog {}.log --line-buffer --tagstring "
                    "'{{}}' \\\n  --transferfile 'jobs/{{}}/' --return 'jobs/{{}}/result' \\\n"
                    "  'exec sh jobs/{{}}/run.sh' :::: {}.jobs >{}.out 2>&1\n",
                    remote_, options_.retries + 1, batch.files, batch.files, batch.files);
}

std::optional<promela::ToolFailure> ParallelTransport::submit(
    const std::vector<std::string>& names) {
  if (auto failure = prepare()) return failure;
  if (options_.cancel != nullptr && options_.cancel->load()) return std::nullopt;
  auto batch = std::make_unique<Batch>();
  batch->names = names;
  batch->files = fmt::format("engine/parallel-{}", batches_.size() + 1);
  const auto path = options_.directory + '/' + batch->files;
  auto why = write_text(path + ".jobs", fmt::format("{}\n", fmt::join(names, "\n")));
  if (!why) why = write_text(path + ".sh", script(*batch), true);
  if (why) return environment(fmt::format("cannot write '{}.sh': {}", path, *why));
  promela::ProcessRequest request;
  request.command = {"/bin/sh", path + ".sh"};
  request.directory = options_.directory;
  request.cancel = &batch->cancel;
  request.cancel_signal = SIGTERM;  // the second ends its jobs
  request.grace = kStopGrace;
  batch->thread = std::jthread([b = batch.get(), request = std::move(request)] {
    b->result = promela::run_process(request);
    b->done = true;
  });
  batches_.push_back(std::move(batch));
  return std::nullopt;
}

/// Tells what ssh, rsync and run.sh said since the last time, each thing once.
void ParallelTransport::pass_on(Batch& batch) {
  const auto path = options_.directory + '/' + batch.files + ".out";
  const auto text = read_text(path, kLongestLog).value_or("");
  auto fresh = std::string_view(text).substr(std::min(batch.said, text.size()));
  fresh = fresh.substr(0, fresh.rfind('\n') + 1);  // whole lines
  batch.said += fresh.size();
  for (const auto& line : lines_of(fresh)) {
    const auto tab = line.find('\t');
    const auto name = line.substr(0, tab);
    const auto known = std::find(batch.names.begin(), batch.names.end(), name) != batch.names.end();
    const auto words = last_line(known && tab != std::string::npos ? line.substr(tab + 1) : line);
    if (words.empty()) continue;
    if (known) last_words_[name] = words;
    if (noted_.insert(words).second && options_.on_note) options_.on_note(words);
  }
}

void ParallelTransport::conclude(Batch& batch, std::vector<Ended>& ended) {
  // A GNU parallel that came to its own end has tried everything.
  const bool orderly = batch.result.status == promela::ProcessResult::Status::exited;
  std::map<std::size_t, JobLogEntry> log;
  const auto path = options_.directory + '/' + batch.files + ".log";
  for (auto& entry : read_joblog(read_text(path, kLongestLog).value_or(""))) {
    const auto number = entry.number;
    log[number] = std::move(entry);
  }
  for (std::size_t i = 0; i < batch.names.size(); ++i) {
    Ended one{batch.names[i], "GNU parallel was ended", orderly};
    if (const auto at = log.find(i + 1); at != log.end()) {
      one.why = fmt::format("exit status {} on {}", at->second.status, at->second.host);
      if (at->second.signal != 0) one.why = fmt::format("stopped on {}", at->second.host);
    }
    if (const auto at = last_words_.find(one.name); at != last_words_.end()) {
      one.why += ": " + at->second;
    }
    ended.push_back(std::move(one));
  }
}

std::variant<std::vector<Transport::Ended>, promela::ToolFailure> ParallelTransport::ended() {
  std::vector<Ended> ended;
  for (auto& batch : batches_) {
    if (batch->names.empty()) continue;
    const bool done = batch->done;
    pass_on(*batch);
    if (!done) continue;
    conclude(*batch, ended);
    batch->names.clear();
  }
  return ended;
}

void ParallelTransport::drop(const std::string& name) {
  // Run.sh has nothing to do where there is a result.
  (void)write_text(result_path(options_.directory, name), "not wanted\n");
}

void ParallelTransport::stop_batches() {
  for (auto& batch : batches_) batch->cancel = true;
  for (auto& batch : batches_) {
    if (batch->thread.joinable()) batch->thread.join();
  }
}

void ParallelTransport::stop() {
  stop_batches();
  if (!used_hosts_ || program_.empty()) return;
  used_hosts_ = false;
  const auto result =
      run_briefly(options_.directory, on_all_hosts(clean_command(remote_)), kCleanLimit);
  if (!succeeded(result) && options_.on_note) {
    options_.on_note(
        fmt::format("a host could not be cleaned up: ~/{} may be left there", remote_));
  }
}

promela::Executor parallel_executor(EngineOptions options, ParallelOptions parallel) {
  return [options = std::move(options), parallel = std::move(parallel)](
             std::span<const promela::Job> jobs, std::span<const std::size_t> todo,
             promela::JobSink& sink) {
    std::chrono::milliseconds longest{0};
    bool limited = true;
    for (const auto i : todo) {
      limited = limited && jobs[i].timeout.count() > 0;
      longest = std::max(longest, jobs[i].timeout);
    }
    ParallelTransport transport(options, parallel,
                                limited ? longest : std::chrono::milliseconds{0});
    dispatch(jobs, todo, sink, transport, options);
  };
}

}  // namespace spl::distribute
