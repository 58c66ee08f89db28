// The one loop of all engines: collect results, give up what nobody wants, try again what was lost.
//
// Results in the directory are the only truth. What an engine says about its jobs is used to notice
// that a result will not come, never to conclude that it is there.
#include "dispatch.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <thread>

#include "files.hpp"
#include "spl/distribute/job_directory.hpp"

namespace spl::distribute {
namespace {

constexpr auto kStep = std::chrono::milliseconds{100};

class Dispatch {
 public:
  Dispatch(std::span<const promela::Job> jobs, promela::JobSink& sink, Transport& transport,
           const EngineOptions& options)
      : jobs_(jobs), sink_(sink), transport_(transport), options_(options) {}

  void run(std::span<const std::size_t> todo) {
    std::vector<std::string> names;
    for (const auto i : todo) {
      if (!sink_.wanted(i)) continue;
      open_[jobs_[i].name].job = i;
      names.push_back(jobs_[i].name);
    }
    total_ = names.size();
    names_to_start_ = collect(std::move(names));  // a directory that was used before has results
    while (!open_.empty() && !failed_) step();
    transport_.stop();
  }

 private:
  struct Open {
    std::size_t job = 0;
    unsigned losses = 0;
  };

  void step() {
    if (options_.cancel != nullptr && options_.cancel->load()) return give_up("interrupted");
    if (!names_to_start_.empty()) {
      if (auto failure = transport_.submit(names_to_start_)) return fail(std::move(*failure));
      names_to_start_.clear();
    }
    std::this_thread::sleep_for(kStep);
    auto ended = transport_.ended();
    if (auto* failure = std::get_if<promela::ToolFailure>(&ended)) return fail(std::move(*failure));
    collect_all();
    for (const auto& one : std::get<std::vector<Transport::Ended>>(ended)) lost(one);
    drop_unwanted();
    if (options_.on_progress) options_.on_progress(total_ - open_.size(), total_);
  }

  /// Takes the results that are there; returns those of `names` that are still open.
  std::vector<std::string> collect(std::vector<std::string> names) {
    std::erase_if(names, [this](const std::string& name) { return take(name, nullptr); });
    return names;
  }
  void collect_all() {
    std::vector<std::string> names;
    for (const auto& [name, open] : open_) names.push_back(name);
    (void)collect(std::move(names));
  }

  /// True if the job is decided. Else `why` (if it is asked for) says what is wrong.
  bool take(const std::string& name, std::string* why) {
    const auto at = open_.find(name);
    if (at == open_.end()) return true;
    auto result = read_result(options_.directory, jobs_[at->second.job]);
    if (!result) return false;
    if (auto* report = std::get_if<promela::WorkerReport>(&*result)) {
      sink_.deliver(at->second.job, std::move(report->outcome));
      open_.erase(at);
      return true;
    }
    if (why != nullptr) *why = "its result " + std::get<std::string>(*result);
    return false;
  }

  /// An engine says that it runs no more.
  void lost(const Transport::Ended& ended) {
    auto why = ended.why;
    if (take(ended.name, &why)) return;
    // A damaged result would be taken for one that is there already.
    std::error_code ignored;
    std::filesystem::remove(result_path(options_.directory, ended.name), ignored);
    auto& open = open_[ended.name];
    ++open.losses;
    if (!ended.exhausted && open.losses <= options_.retries && sink_.wanted(open.job)) {
      note(fmt::format("{} was lost ({}); trying again", ended.name, why));
      names_to_start_.push_back(ended.name);
      return;
    }
    const auto tries = options_.retries + 1;
    sink_.deliver(
        open.job,
        promela::unfinished(
            jobs_[open.job],
            fmt::format("lost {}: {}", tries == 1 ? "once" : fmt::format("{} times", tries), why)));
    open_.erase(ended.name);
  }

  void drop_unwanted() {
    for (auto at = open_.begin(); at != open_.end();) {
      if (sink_.wanted(at->second.job)) {
        ++at;
        continue;
      }
      transport_.drop(at->first);
      std::erase(names_to_start_, at->first);
      at = open_.erase(at);
    }
  }

  void give_up(const std::string& why) {
    for (const auto& [name, open] : open_) {
      sink_.deliver(open.job, promela::unfinished(jobs_[open.job], why));
    }
    open_.clear();
  }

  void fail(promela::ToolFailure failure) {
    failed_ = true;
    sink_.deliver(open_.begin()->second.job, std::move(failure));
  }

  void note(const std::string& text) const {
    if (options_.on_note) options_.on_note(text);
  }

  std::span<const promela::Job> jobs_;
  promela::JobSink& sink_;
  Transport& transport_;
  const EngineOptions& options_;
  std::map<std::string, Open> open_;  // by name: not decided
  std::vector<std::string> names_to_start_;
  std::size_t total_ = 0;
  bool failed_ = false;
};

}  // namespace

void dispatch(std::span<const promela::Job> jobs, std::span<const std::size_t> todo,
              promela::JobSink& sink, Transport& transport, const EngineOptions& options) {
  Dispatch(jobs, sink, transport, options).run(todo);
}

}  // namespace spl::distribute
