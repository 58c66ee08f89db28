// Verification jobs as files, to be run anywhere and concluded from here:
//
//   DIR/manifest.json          what the jobs are of; written last, so that it is there only if all
//   is DIR/jobs/NAME/model.pml    the model DIR/jobs/NAME/job.json     what is asked, for people
//   and tools DIR/jobs/NAME/run.sh       answers it with spin and a C compiler
//   (spl/promela/worker.hpp) DIR/jobs/NAME/result       the answer, once there is one
//
// Nothing in a directory is believed but results: jobs are made again from the policy, and a result
// counts only if it says that it is of the very same job.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "spl/promela/job.hpp"
#include "spl/promela/worker.hpp"

namespace spl::distribute {

/// What a set of jobs was made from: enough to make it again, given the policy.
struct Manifest {
  std::string splc_version;
  std::string policy;                   // its path, for people
  std::string policy_digest;            // of its text
  std::vector<std::string> properties;  // names; empty: all
  std::vector<std::string> formulas;    // further ones
  /// Of these what make_plan() reads.
  promela::VerifyOptions options;
  struct Entry {
    std::string name;
    std::string digest;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> jobs;
};

[[nodiscard]] std::vector<Manifest::Entry> entries_of(std::span<const promela::Job> jobs);

/// Makes the directory, if need be, and all that is in it. One that has something in it already is
/// refused. After a failure what was written is removed again. `manifest.jobs` is filled in here.
[[nodiscard]] std::optional<promela::ToolFailure> write_jobs(const std::string& directory,
                                                             std::span<const promela::Job> jobs,
                                                             Manifest manifest);

/// Reads DIR/manifest.json; any bytes are accepted as input.
[[nodiscard]] std::variant<Manifest, promela::ToolFailure> read_manifest(
    const std::string& directory);

/// Where a job's files are, relative to the directory, and where its result is.
[[nodiscard]] std::string job_path(const std::string& name);
[[nodiscard]] std::string result_path(const std::string& directory, const std::string& name);

/// The result of a job; nullopt if there is none, a line that says what is wrong with it if nothing
/// follows from it.
[[nodiscard]] std::optional<std::variant<promela::WorkerReport, std::string>> read_result(
    const std::string& directory, const promela::Job& job);

/// What is worth telling of the machines that results came from; may be empty.
struct Origins {
  std::vector<std::string> hosts;          // sorted
  std::vector<std::string> spin_versions;  // sorted
};

/// Delivers what has come of the jobs of a directory; where nothing has, that.
[[nodiscard]] promela::Executor recorded_executor(std::string directory, Origins* origins);

}  // namespace spl::distribute
