// Internal: one search by Spin, from the text of a model to a verdict and a trail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/promela/job.hpp"
#include "spl/promela/process.hpp"

namespace spl::promela {

using SearchOutcome = ClaimOutcome;

/// What a session keeps to.
struct SessionOptions {
  std::chrono::milliseconds timeout{0};  // zero: none
  std::uint64_t memory_mb = 0;           // zero: no limit
  Search search;                         // by_prefix is given to search() each time
  RunOptions run;

  SessionOptions() = default;
  explicit SessionOptions(const VerifyOptions& options);
  SessionOptions(const Job& job, const RunOptions& run_options);
};

/// One model's searches. Not thread-safe; one per check.
class SpinSession {
 public:
  SpinSession(const Tools& tools, SessionOptions options);

  /// Runs spin on the model: must come first and succeed.
  [[nodiscard]] std::optional<ToolFailure> generate(const std::string& model);
  /// Looks for a run that a claim accepts. `by_prefix`: the claim accepts by ending; then (but for
  /// a bitstate search) the shortest run is found. `name` chooses a claim where there are several,
  /// else empty.
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

  /// How to search for a claim.
  struct Way {
    std::string claim;
    bool by_prefix = true;
  };

  [[nodiscard]] ToolFailure failed(const std::string& tool, const ProcessResult& result) const;
  [[nodiscard]] std::string given_up_why(const ProcessResult& result) const;
  [[nodiscard]] std::vector<std::string> spin_command(std::vector<std::string> arguments) const;
  [[nodiscard]] ProcessRequest request(std::vector<std::string> command) const;
  [[nodiscard]] ProcessResult run(const ProcessRequest& request);
  [[nodiscard]] ProcessResult run(std::vector<std::string> command) {
    return run(request(std::move(command)));
  }
  void keep_command(const std::vector<std::string>& command);
  void keep_search(const Way& way, const ProcessResult& result);
  [[nodiscard]] std::optional<ToolFailure> compile(const Attempt& attempt, bool by_prefix);
  [[nodiscard]] std::optional<ToolFailure> compile_with(const std::string& compiler,
                                                        const std::vector<std::string>& flags);
  [[nodiscard]] Attempt first_attempt() const;
  void harder(Attempt& attempt) const;
  [[nodiscard]] ProcessResult run_verifier(const Attempt& attempt, const Way& way);
  [[nodiscard]] std::variant<Progress, ToolFailure> judge(const ProcessResult& result,
                                                          SearchOutcome& outcome) const;
  [[nodiscard]] std::optional<ToolFailure> read_trail(SearchOutcome& outcome);

  Tools tools_;
  SessionOptions options_;
  WorkDirectory directory_;
  std::optional<Clock::time_point> deadline_;
  bool preprocess_ = false;  // the model has lines for the preprocessor
  std::string compiled_;     // compiler and flags of the verifier that is there
  std::string commands_;     // those run so far, as a shell script
};

}  // namespace spl::promela
