// Job directories: written whole or not at all, read with suspicion.
#include "spl/distribute/job_directory.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "files.hpp"
#include "manifest.hpp"
#include "spl/json.hpp"

namespace spl::distribute {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = std::size_t{64} << 20U;

std::string describe_job(const promela::Job& job) {
  JsonWriter json;
  json.begin_object().field("name", job.name).field("digest", promela::job_digest(job));
  json.key("claims").begin_array();
  for (const auto& claim : job.claims) json.value(claim);
  json.end_array().field("search", job.search.by_prefix ? "prefix" : "cycle");
  json.field("bitstate", job.search.bitstate);
  if (job.search.bitstate) {
    json.field("hash_bits", job.search.hash_bits);
    json.field("hash_functions", job.search.hash_functions);
    json.field("hash_seed", job.search.hash_seed);
  }
  json.field("timeout_ms", job.timeout.count()).field("memory_mb", job.memory_mb);
  return json.end_object().take() + "\n";
}

std::optional<std::string> write_job(const std::string& directory, const promela::Job& job) {
  const auto path = directory + '/' + job_path(job.name);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return error.message();
  if (auto why = write_text(path + "/model.pml", job.model)) return why;
  if (auto why = write_text(path + "/job.json", describe_job(job))) return why;
  return write_text(path + "/run.sh", promela::worker_script(job), true);
}

std::optional<std::string> write_all(const std::string& directory,
                                     std::span<const promela::Job> jobs, const Manifest& manifest) {
  std::error_code error;
  fs::create_directories(directory + "/jobs", error);
  if (error) return error.message();
  for (const auto& job : jobs) {
    if (auto why = write_job(directory, job)) return why;
  }
  const auto path = directory + "/manifest.json";
  if (auto why = write_text(path + ".part", write_manifest(manifest))) return why;
  fs::rename(path + ".part", path, error);
  return error ? std::optional(error.message()) : std::nullopt;
}

}  // namespace

std::vector<Manifest::Entry> entries_of(std::span<const promela::Job> jobs) {
  std::vector<Manifest::Entry> entries;
  for (const auto& job : jobs) entries.push_back({job.name, promela::job_digest(job)});
  return entries;
}

std::optional<promela::ToolFailure> write_jobs(const std::string& directory,
                                               std::span<const promela::Job> jobs,
                                               Manifest manifest) {
  std::error_code error;
  const bool existed = fs::exists(directory, error);
  if (existed &&
      (!fs::is_directory(directory, error) || !fs::is_empty(directory, error) || error)) {
    return environment(fmt::format("'{}' is not an empty directory", directory),
                       "jobs are written to a directory of their own: name a new one");
  }
  manifest.jobs = entries_of(jobs);
  const auto why = write_all(directory, jobs, manifest);
  if (!why) return std::nullopt;
  std::error_code ignored;  // what went wrong first is told
  if (existed) {
    for (const auto* name : {"jobs", "manifest.json", "manifest.json.part"}) {
      fs::remove_all(directory + '/' + name, ignored);
    }
  } else {
    fs::remove_all(directory, ignored);
  }
  return environment(fmt::format("cannot write the jobs to '{}': {}", directory, *why));
}

std::string job_path(const std::string& name) {
  return "jobs/" + name;
}

std::string result_path(const std::string& directory, const std::string& name) {
  return directory + '/' + job_path(name) + "/result";
}

std::optional<std::variant<promela::WorkerReport, std::string>> read_result(
    const std::string& directory, const promela::Job& job) {
  const auto path = result_path(directory, job.name);
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  const auto text = read_text(path, kLongestFile);
  if (!text) return std::string("cannot be read");
  return promela::read_worker_result(job, *text);
}

promela::Executor recorded_executor(std::string directory, Origins* origins) {
  return [directory = std::move(directory), origins](std::span<const promela::Job> jobs,
                                                     std::span<const std::size_t> todo,
                                                     promela::JobSink& sink) {
    std::set<std::string> hosts;
    std::set<std::string> versions;
    for (const auto i : todo) {
      auto result = read_result(directory, jobs[i]);
      if (!result) {
        const auto where = directory + '/' + job_path(jobs[i].name);
        sink.deliver(
            i, promela::unfinished(jobs[i], fmt::format("no result: run '{}/run.sh'", where)));
      } else if (const auto* why = std::get_if<std::string>(&*result)) {
        sink.deliver(i, promela::unfinished(
                            jobs[i], fmt::format("result lost: '{}' {}",
                                                 result_path(directory, jobs[i].name), *why)));
      } else {
        auto& report = std::get<promela::WorkerReport>(*result);
        hosts.insert(report.host);
        versions.insert(report.spin_version);
        sink.deliver(i, std::move(report.outcome));
      }
    }
    if (origins == nullptr) return;
    origins->hosts.assign(hosts.begin(), hosts.end());
    origins->spin_versions.assign(versions.begin(), versions.end());
  };
}

}  // namespace spl::distribute
