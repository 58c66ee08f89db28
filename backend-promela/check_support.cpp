// What checks have in common: their jobs, and the verdict where nothing was found.
#include "check_support.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl::promela {
namespace {

constexpr unsigned kSeeds = 500;  // those the verifier knows

/// Variant `i` of a bitstate search. Other orders of moves would differ more, but the verifier's
/// -t_reverse takes `else` before it knows that nothing else can be done: it finds runs that are
/// none.
void vary(Search& search, unsigned i) {
  search.hash_seed = i % kSeeds;
  search.hash_functions = 3 - i % 2;
}

}  // namespace

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

PlannedCheck decided(std::vector<CheckResult> results) {
  PlannedCheck check;
  check.conclude = [results = std::move(results)](auto) { return results; };
  return check;
}

CheckResult not_possible(CheckResult result, const ModelError& error) {
  result.verdict = Verdict::not_finished;
  result.why = error.hint.empty() ? error.message : error.message + "; " + error.hint;
  return result;
}

std::vector<Job> jobs_for(const VerifyOptions& options, std::string name, std::string model,
                          std::vector<std::string> claims, bool by_prefix) {
  Job job;
  job.name = std::move(name);
  job.model = std::move(model);
  job.claims = std::move(claims);
  job.search.by_prefix = by_prefix;
  job.search.bitstate = options.bitstate;
  job.search.spin_arguments = options.spin_arguments;
  job.search.compiler_arguments = options.compiler_arguments;
  job.search.verifier_arguments = options.verifier_arguments;
  job.timeout = options.timeout;
  job.memory_mb = options.memory_mb;
  if (!options.bitstate || options.variants <= 1) return {std::move(job)};
  std::vector<Job> variants;
  for (unsigned i = 0; i < options.variants; ++i) {
    auto& variant = variants.emplace_back(job);
    variant.name = fmt::format("{}.{}", job.name, i + 1);
    vary(variant.search, i);
  }
  return variants;
}

Finding find(const std::vector<Search>& searches, std::span<const Outcome* const> outcomes,
             std::size_t claim) {
  Finding best;
  best.outcome.why = "its job was lost";
  bool any = false;
  const auto rank = [](ClaimOutcome::Kind k) {
    return k == ClaimOutcome::Kind::found ? 2 : k == ClaimOutcome::Kind::absent ? 1 : 0;
  };
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == nullptr) continue;
    const auto& one = outcomes[i]->claims[claim];
    best.seconds += outcomes[i]->seconds;
    const auto caveat = one.kind == ClaimOutcome::Kind::absent ? searches[i].caveat() : "";
    const bool better =
        !any || rank(one.kind) > rank(best.outcome.kind) ||
        (rank(one.kind) == rank(best.outcome.kind) && (one.kind != ClaimOutcome::Kind::found) &&
         one.statistics.states > best.outcome.statistics.states);
    if (!better) continue;
    any = true;
    best.outcome = one;
    best.caveat = caveat;
    best.cached = outcomes[i]->cached;
  }
  return best;
}

void take(const Finding& finding, Verdict absent_is, double planning, CheckResult& result) {
  const auto& from = finding.outcome.statistics;
  result.states = from.states;
  result.transitions = from.transitions;
  result.depth = from.depth;
  result.memory_mb = from.memory_mb;
  result.hash_factor = from.hash_factor;
  result.seconds = finding.cached ? planning : planning + finding.seconds;
  result.cached = finding.cached;
  switch (finding.outcome.kind) {
    case ClaimOutcome::Kind::found:
      return;
    case ClaimOutcome::Kind::unfinished:
      result.verdict = Verdict::not_finished;
      result.why = finding.outcome.why;
      return;
    case ClaimOutcome::Kind::absent:
      result.exhaustive = finding.caveat.empty();
      result.verdict = result.exhaustive ? absent_is : Verdict::not_refuted;
      result.why = finding.caveat;
      return;
  }
}

}  // namespace spl::promela
