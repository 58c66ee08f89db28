// Running jobs on other machines: by GNU parallel over ssh, and by Slurm.
//
// Both work in a job directory (job_directory.hpp). A job whose machine goes away, whose verifier
// is killed or whose result comes back damaged is run again, elsewhere if possible, a few times;
// then it is delivered as not finished, with the reason. What was found is never anybody's word but
// a result that is complete (worker.hpp). Cancelling ends what runs elsewhere, too. All functions
// here report through the sink: what makes a whole engine impossible (no such program, no host that
// can be used) as a ToolFailure.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "spl/promela/job.hpp"

namespace spl::distribute {

struct EngineOptions {
  std::string directory;  // absolute; written by write_jobs() for these very jobs
  unsigned retries = 2;   // of a job that was lost
  const std::atomic<bool>* cancel = nullptr;
  /// One line each, as things happen: a host that is left out, a job that is tried again. Called
  /// from the thread that runs the executor.
  std::function<void(const std::string&)> on_note;
  /// How many jobs have been decided, how many there are.
  std::function<void(std::size_t, std::size_t)> on_progress;
};

struct ParallelOptions {
  std::string hosts;           // a file as GNU parallel's --sshloginfile
  std::string ssh = "ssh";     // and its first arguments
  unsigned jobs_per_host = 0;  // 0: one a core
  std::string program = "parallel";
};

struct SlurmOptions {
  std::vector<std::string> sbatch_arguments;  // before the script's name
};

[[nodiscard]] promela::Executor parallel_executor(EngineOptions options, ParallelOptions parallel);
/// The directory must be on a file system that this machine and the nodes share.
[[nodiscard]] promela::Executor slurm_executor(EngineOptions options, SlurmOptions slurm);

}  // namespace spl::distribute
