// A job for a machine that has no splc: a shell script that does what run_job() does, with nothing
// but Spin and a C compiler, and the reading of what it leaves.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "spl/promela/job.hpp"

namespace spl::promela {

/// 32 hexadecimal digits. Equal texts have equal digests; it finds mistakes and keeps nobody out.
[[nodiscard]] std::string text_digest(std::string_view text);

/// The digest that names everything the job's outcome depends on (key_of()), no matter
/// what its limits are.
[[nodiscard]] std::string job_digest(const Job& job);

/// A script for a POSIX shell, to be called "run.sh" and put beside the job's model, "model.pml".
/// Wherever it is run it leaves one file there, "result", complete or not at all, and exits with 0;
/// else it says why on standard error and exits with another status. It works in a directory of its
/// own beside itself, removed at the end unless it is killed outright; two runs at the same time do
/// not disturb each other. A result that is there already is left alone.
[[nodiscard]] std::string worker_script(const Job& job);

/// What a script has found out, and where.
struct WorkerReport {
  Outcome outcome;
  std::string host;
  std::string spin_version;  // as `spin -V` prints it
};

/// Reads a result. Any bytes are accepted as input: they give either a report, or (one line) why
/// nothing follows from them: cut off, changed, of another job. A claim is `absent` only if the
/// verifier itself says that its search came to the end.
[[nodiscard]] std::variant<WorkerReport, std::string> read_worker_result(const Job& job,
                                                                         std::string_view text);

}  // namespace spl::promela
