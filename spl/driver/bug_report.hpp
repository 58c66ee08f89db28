// What a user can send in when splc contradicts itself.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "driver/compilation.hpp"
#include "spl/promela/verify.hpp"

namespace spl::driver {

/// A contradiction, and what is known of it.
struct BugReport {
  std::string what;                              // one line
  std::string said;                              // by each engine; may be empty
  const promela::CheckResult* result = nullptr;  // the result concerned, if there is one
  const Property* property = nullptr;            // its property; null: the whole model is kept
  std::string run;                               // as replay reads it; may be empty
  std::vector<std::string> trail;                // what the model printed
};

struct BugReportError {
  std::string directory;
  std::string reason;
};

/// Writes a directory of that name that was not there before ("splc-bug-report",
/// "splc-bug-report-2", ...) below the current one or, where that cannot be written, below the one
/// for temporary files: README.txt, the policy with all it imports, model.pml, trail.txt and
/// run.trace. Its path, or why there is none.
[[nodiscard]] std::variant<std::string, BugReportError> write_bug_report(const Compilation& c,
                                                                         const BugReport& report,
                                                                         const std::string& spin,
                                                                         std::size_t state_bound);

}  // namespace spl::driver
