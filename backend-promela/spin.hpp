// Internal: one search by Spin, from the text of a model to a verdict and a trail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "process.hpp"
#include "spl/promela/verify.hpp"

namespace spl::promela {

/// The programs, found once. A path is empty where there is none.
struct Tools {
  std::string spin;
  std::string fast;
  std::string slow;
};
[[nodiscard]] std::variant<Tools, ToolFailure> find_tools(const VerifyOptions& options);

struct SearchStatistics {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double memory_mb = 0;
};

struct SearchOutcome {
  enum class Kind : std::uint8_t { absent, found, unfinished };
  Kind kind = Kind::unfinished;
  std::string why;                  // unfinished
  std::vector<std::string> trail;   // found: what the model printed, line by line
  std::optional<std::size_t> loop;  // of an endless run: index in trail where its cycle starts
  SearchStatistics statistics;
};

/// One model's searches. Not thread-safe; one per check.
class SpinSession {
 public:
  SpinSession(const Tools& tools, const VerifyOptions& options);

  /// Runs spin on the model: must come first and succeed.
  [[nodiscard]] std::optional<ToolFailure> generate(const std::string& model);
  /// Looks for a run that a claim accepts. `by_prefix`: the claim accepts by ending; then the
  /// shortest run is found. `name` chooses a claim where there are several, else empty.
  [[nodiscard]] std::variant<SearchOutcome, ToolFailure> search(const std::string& name,
                                                                bool by_prefix);
  /// A random run of the model.
  [[nodiscard]] std::variant<std::vector<std::string>, ToolFailure> simulate(std::uint32_t seed,
                                                                             std::uint32_t steps);

 private:
  struct Attempt {
    bool fast = true;
    std::uint64_t depth = 0;
    unsigned hash_bits = 0;
    std::uint64_t cpu_seconds = 0;
  };
  enum class Progress : std::uint8_t { done, deeper, slower };

  [[nodiscard]] ProcessRequest request(std::vector<std::string> command) const;
  [[nodiscard]] ProcessResult run(std::vector<std::string> command) const;
  [[nodiscard]] std::optional<ToolFailure> compile(const Attempt& attempt, bool by_prefix);
  [[nodiscard]] std::optional<ToolFailure> compile_with(const std::string& compiler,
                                                        const std::vector<std::string>& flags);
  [[nodiscard]] ProcessResult run_verifier(const Attempt& attempt, const std::string& name,
                                           bool by_prefix) const;
  [[nodiscard]] std::variant<Progress, ToolFailure> judge(const ProcessResult& result,
                                                          SearchOutcome& outcome) const;
  [[nodiscard]] std::optional<ToolFailure> read_trail(SearchOutcome& outcome);

  Tools tools_;
  const VerifyOptions& options_;
  TemporaryDirectory directory_;
  std::optional<Clock::time_point> deadline_;
  std::string compiled_;  // compiler and flags of the verifier that is there
};

}  // namespace spl::promela
