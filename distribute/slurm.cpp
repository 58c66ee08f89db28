// Slurm: sbatch to start, squeue to look, scancel to stop.
#include "slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <thread>

#include "command.hpp"
#include "files.hpp"

namespace spl::distribute {
namespace {

constexpr std::size_t kMostTasks = 1000;  // Slurm's own default limit of an array is 1001
constexpr auto kCommandLimit = std::chrono::seconds{60};
constexpr auto kAskEvery = std::chrono::milliseconds{1000};
/// A controller may be restarted; jobs go on meanwhile.
constexpr auto kSilence = std::chrono::minutes{5};
/// Times that a task may look finished before its result is given up: shared file systems are slow.
constexpr int kPatience = 5;
constexpr auto kTaskSlack = std::chrono::minutes{2};
constexpr auto kStopLimit = std::chrono::seconds{15};

constexpr auto kScript =
    "#!/bin/sh\n"
    "# One task of an array: the job of that number in the list.\n"
    "name=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \"$1\")\n"
    "exec sh \"jobs/$name/run.sh\"\n";

bool is_over(std::string_view state) {
  static constexpr std::array<std::string_view, 9> kOver{"FAILED",    "CANCELLED",     "TIMEOUT",
                                                         "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED",
                                                         "BOOT_FAIL", "DEADLINE",      "REVOKED"};
  return std::find(kOver.begin(), kOver.end(), state) != kOver.end();
}

std::string array_of(const std::string& task) {
  return task.substr(0, task.find('_'));
}

}  // namespace

SlurmTransport::SlurmTransport(EngineOptions options, SlurmOptions slurm)
    : options_(std::move(options)), slurm_(std::move(slurm)) {}

void SlurmTransport::set_limits(std::chrono::milliseconds longest_job, std::uint64_t memory_mb) {
  memory_mb_ = memory_mb;
  if (longest_job.count() > 0) {
    const auto all = std::chrono::ceil<std::chrono::minutes>(longest_job) + kTaskSlack;
    minutes_ = static_cast<std::uint64_t>(all.count());
  }
}

std::optional<promela::ToolFailure> SlurmTransport::prepare() {
  if (!sbatch_.empty()) return std::nullopt;
  for (const auto& [name, path] : {std::pair<const char*, std::string*>{"sbatch", &sbatch_},
                                   {"squeue", &squeue_},
                                   {"scancel", &scancel_}}) {
    auto found = find_engine_program(name, "slurm-client");
    if (auto* failure = std::get_if<promela::ToolFailure>(&found)) return std::move(*failure);
    *path = std::get<std::string>(found);
  }
  std::error_code error;
  std::filesystem::create_directories(options_.directory + "/engine", error);
  const auto path = options_.directory + "/engine/task.sh";
  if (const auto why = write_text(path, kScript, true)) {
    return environment(fmt::format("cannot write '{}': {}", path, *why));
  }
  answered_ = promela::Clock::now();
  return std::nullopt;
}

std::optional<promela::ToolFailure> SlurmTransport::submit(const std::vector<std::string>& names) {
  if (auto failure = prepare()) return failure;
  for (std::span<const std::string> rest(names); !rest.empty();) {
    const auto count = std::min(rest.size(), kMostTasks);
    if (auto failure = submit_array(rest.first(count))) return failure;
    rest = rest.subspan(count);
  }
  return std::nullopt;
}

std::optional<promela::ToolFailure> SlurmTransport::submit_array(
    std::span<const std::string> names) {
  const auto list = fmt::format("engine/array-{}.jobs", ++arrays_);
  const auto path = options_.directory + '/' + list;
  if (const auto why = write_text(path, fmt::format("{}\n", fmt::join(names, "\n")))) {
    return environment(fmt::format("cannot write '{}': {}", path, *why));
  }
  std::vector<std::string> command{sbatch_,
                                   "--parsable",
                                   "--job-name=splc",
                                   "--ntasks=1",
                                   fmt::format("--array=0-{}", names.size() - 1),
                                   "--chdir=" + options_.directory,
                                   "--output=engine/task-%A_%a.out"};
  if (minutes_ != 0) command.push_back(fmt::format("--time={}", minutes_));
  if (memory_mb_ != 0) command.push_back(fmt::format("--mem={}M", memory_mb_));
  command.insert(command.end(), slurm_.sbatch_arguments.begin(), slurm_.sbatch_arguments.end());
  command.insert(command.end(), {options_.directory + "/engine/task.sh", list});
  const auto result = run_briefly(options_.directory, std::move(command), kCommandLimit);
  const auto said = result.output.substr(0, result.output.find_first_of(";\n"));
  if (!succeeded(result) || said.empty() ||
      said.find_first_not_of("0123456789") != std::string::npos) {
    auto failure =
        environment("Slurm does not take the jobs: sbatch failed",
                    "is slurmctld running, and do the --sbatch options fit the cluster?");
    failure.output = last_line(result.errors.empty() ? result.error : result.errors);
    return failure;
  }
  for (std::size_t i = 0; i < names.size(); ++i) tasks_[fmt::format("{}_{}", said, i)] = {names[i]};
  return std::nullopt;
}

/// What squeue knows of the arrays: a state for each task, with what it waits for. nullopt if
/// nothing can be known now.
std::optional<std::map<SlurmTransport::TaskId, std::string>> SlurmTransport::ask(std::string& why) {
  std::set<std::string> arrays;
  for (const auto& [id, task] : tasks_) arrays.insert(array_of(id));
  const auto result =
      run_briefly(options_.directory,
                  {squeue_, "--noheader", "--array", "--states=all", "--format=%F_%K %T %r",
                   fmt::format("--jobs={}", fmt::join(arrays, ","))},
                  kCommandLimit);
  std::map<TaskId, std::string> states;
  if (!succeeded(result)) {
    // That is what it says of jobs that ended some time ago.
    if (result.errors.find("Invalid job id") != std::string::npos) return states;
    why = last_line(result.errors);
    return std::nullopt;
  }
  for (const auto& line : lines_of(result.output)) {
    const auto space = line.find(' ');
    if (space != std::string::npos) states[line.substr(0, space)] = line.substr(space + 1);
  }
  return states;
}

/// Why a task will not bring a result any more; nullopt if it still may.
std::optional<std::string> SlurmTransport::judge(const TaskId& id, Task& task,
                                                 const std::map<TaskId, std::string>& states) {
  const auto at = states.find(id);
  const auto all = at == states.end() ? std::string("COMPLETED") : at->second;
  const auto state = all.substr(0, all.find(' '));
  if (is_over(state)) {
    const auto words = said(id);
    return fmt::format("Slurm's task {} is {}{}{}", id, state, words.empty() ? "" : ": ", words);
  }
  if (state == "PENDING" &&
      (all.find("held") != std::string::npos || all.find("Held") != std::string::npos ||
       all.find("NeverSatisfied") != std::string::npos)) {
    cancel({id});
    return fmt::format("Slurm holds task {} back: {}", id, all.substr(state.size() + 1));
  }
  if (state != "COMPLETED") {
    task.missing = 0;
    return std::nullopt;
  }
  if (++task.missing < kPatience) return std::nullopt;
  const auto words = said(id);
  return fmt::format("Slurm's task {} ended without a result{}{}", id, words.empty() ? "" : ": ",
                     words);
}

std::string SlurmTransport::said(const TaskId& id) const {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  const auto path = fmt::format("{}/engine/task-{}.out", options_.directory, id);
  return last_line(read_text(path, kMost).value_or(""));
}

std::variant<std::vector<Transport::Ended>, promela::ToolFailure> SlurmTransport::ended() {
  std::vector<Ended> ended;
  const auto now = promela::Clock::now();
  if (tasks_.empty() || now - asked_ < kAskEvery) return ended;
  std::string why;
  const auto states = ask(why);
  asked_ = promela::Clock::now();
  if (!states) {
    if (asked_ - answered_ < kSilence) return ended;
    auto failure = environment("Slurm does not answer any more: squeue fails");
    failure.output = why;
    return failure;
  }
  answered_ = asked_;
  for (auto at = tasks_.begin(); at != tasks_.end();) {
    if (auto reason = judge(at->first, at->second, *states)) {
      ended.push_back({at->second.name, std::move(*reason), false});
      at = tasks_.erase(at);
    } else {
      ++at;
    }
  }
  return ended;
}

void SlurmTransport::cancel(std::vector<std::string> what) {
  what.insert(what.begin(), {scancel_, "--quiet"});
  (void)run_briefly(options_.directory, std::move(what), kCommandLimit);
}

void SlurmTransport::drop(const std::string& name) {
  std::vector<std::string> ids;
  for (const auto& [id, task] : tasks_) {
    if (task.name == name) ids.push_back(id);
  }
  for (const auto& id : ids) tasks_.erase(id);
  if (!ids.empty()) cancel(std::move(ids));
}

void SlurmTransport::stop() {
  if (tasks_.empty()) return;
  std::set<std::string> arrays;
  for (const auto& [id, task] : tasks_) arrays.insert(array_of(id));
  cancel({arrays.begin(), arrays.end()});
  // They may still write to the directory, which may be about to go.
  for (const auto end = promela::Clock::now() + kStopLimit; promela::Clock::now() < end;) {
    std::string why;
    const auto states = ask(why);
    if (states && std::none_of(states->begin(), states->end(), [](const auto& s) {
          return s.second.starts_with("RUNNING") || s.second.starts_with("COMPLETING") ||
                 s.second.starts_with("PENDING");
        })) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
  tasks_.clear();
}

promela::Executor slurm_executor(EngineOptions options, SlurmOptions slurm) {
  return [options = std::move(options), slurm = std::move(slurm)](
             std::span<const promela::Job> jobs, std::span<const std::size_t> todo,
             promela::JobSink& sink) {
    std::chrono::milliseconds longest{0};
    std::uint64_t memory = 0;
    bool timed = true;
    bool sized = true;
    for (const auto i : todo) {
      timed = timed && jobs[i].timeout.count() > 0;
      sized = sized && jobs[i].memory_mb > 0;
      longest = std::max(longest, jobs[i].timeout);
      memory = std::max(memory, jobs[i].memory_mb);
    }
    constexpr std::uint64_t kTools = 512;  // the compiler, and what the verifier does not count
    SlurmTransport transport(options, slurm);
    transport.set_limits(timed ? longest : std::chrono::milliseconds{0},
                         sized ? memory + kTools : 0);
    dispatch(jobs, todo, sink, transport, options);
  };
}

}  // namespace spl::distribute
