// `splc verify` past this process: jobs written to a directory, concluded from one, or run by GNU
// parallel or Slurm.
#pragma once

#include <optional>
#include <span>

#include "driver/compilation.hpp"
#include "driver/console.hpp"
#include "driver/exit_code.hpp"
#include "driver/options.hpp"
#include "spl/distribute/job_directory.hpp"
#include "spl/promela/job.hpp"

namespace spl::driver {

/// What verification is made from, as the command line (or a manifest) says.
struct VerifyRun {
  const Compilation& compilation;
  const VerifyCommandOptions& command;
  std::span<const Property> properties;
  promela::VerifyOptions options;
  bool terminal = false;  // somebody watches standard error
  bool quiet = false;     // and wants nothing but errors
};

/// Whether the options of the command line that concern other machines fit together; false after a
/// message.
[[nodiscard]] bool check_job_options(const VerifyCommandOptions& command, Console& console);

/// --jobs-in: reads the manifest, and makes the command ask what it says. nullopt after a message.
[[nodiscard]] std::optional<distribute::Manifest> adopt_manifest(VerifyCommandOptions& command,
                                                                 Console& console);
/// The part of a manifest that is about how to plan.
void adopt_options(const distribute::Manifest& manifest, promela::VerifyOptions& options);

/// --jobs-out.
[[nodiscard]] Exit write_out_jobs(const VerifyRun& run, Console& console);
/// --jobs-in: a failure in the report if the directory is not of this policy.
[[nodiscard]] promela::Report conclude_jobs(const VerifyRun& run,
                                            const distribute::Manifest& manifest,
                                            const promela::OnResult& on_result, Console& console);
/// --engine parallel, --engine slurm.
[[nodiscard]] promela::Report verify_elsewhere(const VerifyRun& run,
                                               const promela::OnResult& on_result,
                                               Console& console);

}  // namespace spl::driver
