// Jobs on this machine: a few threads, one job each at a time.
#include <algorithm>
#include <mutex>
#include <thread>

#include "spl/promela/job.hpp"

namespace spl::promela {
namespace {

/// Where a job's files go: nowhere that stays, or below the directory that is kept.
std::string directory_of(const Job& job, const VerifyOptions& options) {
  return options.keep.empty() ? std::string{} : options.keep + '/' + job.name;
}

}  // namespace

Executor local_executor(Tools tools, VerifyOptions options) {
  return [tools = std::move(tools), options = std::move(options)](
             std::span<const Job> jobs, std::span<const std::size_t> todo, JobSink& sink) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (auto i = next++; i < todo.size(); i = next++) {
        if (!sink.wanted(todo[i])) continue;
        const auto& job = jobs[todo[i]];
        RunOptions run;
        run.directory = directory_of(job, options);
        run.cancel = options.cancel;
        if (options.on_progress) {
          const SearchProgress nothing_yet;
          options.on_progress(job.name, &nothing_yet);
          run.on_progress = [&](const SearchProgress& p) { options.on_progress(job.name, &p); };
        }
        auto outcome = run_job(job, tools, run);
        if (options.on_progress) options.on_progress(job.name, nullptr);
        sink.deliver(todo[i], std::move(outcome));
      }
    };
    auto threads = options.jobs != 0 ? options.jobs : std::thread::hardware_concurrency();
    threads = std::max<unsigned>(threads, 1);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < std::min<std::size_t>(threads, todo.size()); ++i) {
      helpers.emplace_back(work);
    }
    work();
  };
}

}  // namespace spl::promela
