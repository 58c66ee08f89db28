// Verdicts remembered: outcomes of jobs in files, so that an unchanged policy is not searched
// again.
//
// A file holds the whole key of its job beside the outcome, and is used only if that is the same
// text: no collision of hashes can give a wrong verdict. Whatever cannot be read, or is not what it
// should be, counts as not there and is replaced. Files appear by renaming, so any number of
// processes may share a directory. Who can write there can forge "proved": the directory belongs to
// one user.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "spl/promela/job.hpp"

namespace spl::promela {

/// Thread-safe.
class VerdictCache {
 public:
  static constexpr std::uint64_t kDefaultLimit = std::uint64_t{256} << 20U;

  /// `directory` is made when it is first needed. `limit`: bytes of all files together.
  VerdictCache(std::string directory, std::string spin_version, std::uint64_t limit = kDefaultLimit)
      : directory_(std::move(directory)), spin_version_(std::move(spin_version)), limit_(limit) {}
  VerdictCache(const VerdictCache&) = delete;
  VerdictCache& operator=(const VerdictCache&) = delete;
  /// Removes what was used longest ago, past the limit, if anything was added.
  ~VerdictCache();

  /// The outcome of this job with this spin, marked as `cached`.
  [[nodiscard]] std::optional<Outcome> get(const Job& job) const;
  /// Keeps a complete outcome; others are not kept. Failing to write is no error.
  void put(const Job& job, const Outcome& outcome);

 private:
  [[nodiscard]] std::string key(const Job& job) const;
  [[nodiscard]] std::string path(const std::string& key) const;
  void trim() const;

  std::string directory_;
  std::string spin_version_;
  std::uint64_t limit_;
  std::atomic<bool> added_{false};
};

}  // namespace spl::promela
