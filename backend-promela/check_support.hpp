// Internal: small things that the checks share.
#pragma once

#include "check.hpp"

namespace spl::promela {

/// Wall clock since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A check that needs no job.
[[nodiscard]] PlannedCheck decided(std::vector<CheckResult> results);
/// not_finished, because there is no model.
[[nodiscard]] CheckResult not_possible(CheckResult result, const ModelError& error);
/// The job, or with `bitstate` its variants.
[[nodiscard]] std::vector<Job> jobs_for(const VerifyOptions& options, std::string name,
                                        std::string model, std::vector<std::string> claims,
                                        bool by_prefix);

/// What all variants together say of one claim: the first that found something counts, then one
/// that came to its end.
struct Finding {
  ClaimOutcome outcome;
  std::string caveat;  // absent: why that proves nothing; "" if it does
  double seconds = 0;  // of all variants
  bool cached = false;
};
[[nodiscard]] Finding find(const std::vector<Search>& searches,
                           std::span<const Outcome* const> outcomes, std::size_t claim);
/// Statistics, seconds, exhaustive and, where nothing was found, the verdict and why.
void take(const Finding& finding, Verdict absent_is, double planning, CheckResult& result);

}  // namespace spl::promela
