// One job, run here.
#include "spin.hpp"

namespace spl::promela {

std::variant<Outcome, ToolFailure> run_job(const Job& job, const Tools& tools,
                                           const RunOptions& options) {
  const auto start = Clock::now();
  SpinSession session(tools, SessionOptions(job, options));
  if (auto failure = session.generate(job.model)) return *failure;
  Outcome outcome;
  std::string stopped;  // why the search for one claim was given up: so it is for the others
  for (const auto& claim : job.claims) {
    if (!stopped.empty()) {
      outcome.claims.emplace_back().why = stopped;
      continue;
    }
    // The only claim of a model need not be named.
    auto searched =
        session.search(job.claims.size() == 1 ? std::string{} : claim, job.search.by_prefix);
    if (auto* failure = std::get_if<ToolFailure>(&searched)) return std::move(*failure);
    auto& one = outcome.claims.emplace_back(std::move(std::get<ClaimOutcome>(searched)));
    if (one.kind == ClaimOutcome::Kind::unfinished) stopped = one.why;
  }
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

}  // namespace spl::promela
