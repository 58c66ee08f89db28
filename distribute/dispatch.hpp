// Internal: seeing a set of jobs through, whatever carries them elsewhere.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/distribute/engines.hpp"

namespace spl::distribute {

/// Carries jobs of a directory to where they are run, and their results back. Used by one thread.
class Transport {
 public:
  /// A job that is not running any more. Whether it has a result is for the directory to say.
  struct Ended {
    std::string name;
    std::string why;         // it has no result, as far as known; one line
    bool exhausted = false;  // it was tried again already as often as it may be
  };

  virtual ~Transport() = default;
  /// Starts jobs; those that run go on running.
  [[nodiscard]] virtual std::optional<promela::ToolFailure> submit(
      const std::vector<std::string>& names) = 0;
  /// Those that have ended since the last call.
  [[nodiscard]] virtual std::variant<std::vector<Ended>, promela::ToolFailure> ended() = 0;
  /// A job that nobody waits for any more: may be stopped.
  virtual void drop(const std::string& name) = 0;
  /// Stops all that runs, and leaves nothing behind where it ran. Blocks; called at every end.
  virtual void stop() = 0;
};

/// Has the jobs run and delivers each outcome as soon as its result is there.
void dispatch(std::span<const promela::Job> jobs, std::span<const std::size_t> todo,
              promela::JobSink& sink, Transport& transport, const EngineOptions& options);

}  // namespace spl::distribute
