// Internal: jobs carried by GNU parallel.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "dispatch.hpp"
#include "spl/promela/process.hpp"

namespace spl::distribute {

/// Each submit() is one GNU parallel, which copies job directories to the hosts, runs run.sh there,
/// and copies results back. It tries lost jobs again by itself, on another host if there is one.
class ParallelTransport : public Transport {
 public:
  ParallelTransport(EngineOptions options, ParallelOptions parallel,
                    std::chrono::milliseconds longest_job);
  ~ParallelTransport() override { stop_batches(); }
  ParallelTransport(const ParallelTransport&) = delete;
  ParallelTransport& operator=(const ParallelTransport&) = delete;

  [[nodiscard]] std::optional<promela::ToolFailure> submit(
      const std::vector<std::string>& names) override;
  [[nodiscard]] std::variant<std::vector<Ended>, promela::ToolFailure> ended() override;
  void drop(const std::string& name) override;
  void stop() override;

 private:
  /// One GNU parallel and the thread that waits for it.
  struct Batch {
    std::vector<std::string> names;
    std::string files;  // its files' names begin so
    std::atomic<bool> cancel{false};
    std::atomic<bool> done{false};
    promela::ProcessResult result;
    std::size_t said = 0;  // bytes of its messages that have been passed on
    std::jthread thread;   // last: it uses the others
  };

  [[nodiscard]] std::optional<promela::ToolFailure> prepare();
  [[nodiscard]] std::optional<promela::ToolFailure> probe();
  [[nodiscard]] std::vector<std::string> on_all_hosts(const std::string& command) const;
  [[nodiscard]] std::string script(const Batch& batch) const;
  void pass_on(Batch& batch);
  void conclude(Batch& batch, std::vector<Ended>& ended);
  void stop_batches();

  EngineOptions options_;
  ParallelOptions parallel_;
  std::chrono::milliseconds longest_job_;
  std::string program_;  // path; empty until prepared
  std::string hosts_;    // a file: those that can be used
  std::string remote_;   // directory on the hosts, below the home directory
  std::vector<std::unique_ptr<Batch>> batches_;
  std::map<std::string, std::string> last_words_;  // by job
  std::set<std::string> noted_;
  bool used_hosts_ = false;
};

}  // namespace spl::distribute
