// Internal: jobs carried by Slurm.
#pragma once

#include <map>

#include "dispatch.hpp"
#include "spl/promela/process.hpp"

namespace spl::distribute {

/// Each submit() is a job array, or several where there are many jobs. What has become of its tasks
/// is asked of squeue; accounting is not needed.
class SlurmTransport : public Transport {
 public:
  SlurmTransport(EngineOptions options, SlurmOptions slurm);
  /// Limits that the tasks ask Slurm for.
  void set_limits(std::chrono::milliseconds longest_job, std::uint64_t memory_mb);

  [[nodiscard]] std::optional<promela::ToolFailure> submit(
      const std::vector<std::string>& names) override;
  [[nodiscard]] std::variant<std::vector<Ended>, promela::ToolFailure> ended() override;
  void drop(const std::string& name) override;
  void stop() override;

 private:
  /// "12_3": array and task.
  using TaskId = std::string;
  struct Task {
    std::string name;
    int missing = 0;  // how often squeue did not know it, or called it completed
  };

  [[nodiscard]] std::optional<promela::ToolFailure> prepare();
  [[nodiscard]] std::optional<promela::ToolFailure> submit_array(
      std::span<const std::string> names);
  [[nodiscard]] std::optional<std::map<TaskId, std::string>> ask(std::string& why);
  [[nodiscard]] std::optional<std::string> judge(const TaskId& id, Task& task,
                                                 const std::map<TaskId, std::string>& states);
  [[nodiscard]] std::string said(const TaskId& id) const;
  void cancel(std::vector<std::string> what);

  EngineOptions options_;
  SlurmOptions slurm_;
  std::uint64_t minutes_ = 0;
  std::uint64_t memory_mb_ = 0;
  std::string sbatch_;
  std::string squeue_;
  std::string scancel_;
  unsigned arrays_ = 0;
  std::map<TaskId, Task> tasks_;  // that have not ended
  promela::Clock::time_point asked_;
  promela::Clock::time_point answered_;
};

}  // namespace spl::distribute
