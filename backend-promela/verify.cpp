// verify(): all checks of a policy, several at a time.
#include "spl/promela/verify.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "check.hpp"

namespace spl::promela {
namespace {

using Check = std::function<CheckOutcome()>;

/// Runs checks on a few threads; results keep the order of the checks.
class Runner {
 public:
  Runner(std::vector<Check> checks, const VerifyOptions& options, const OnResult& on_result)
      : checks_(std::move(checks)),
        results_(checks_.size()),
        options_(options),
        on_result_(on_result) {}

  Report run() {
    auto jobs = options_.jobs != 0 ? options_.jobs : std::thread::hardware_concurrency();
    jobs = std::clamp<unsigned>(jobs, 1,
                                static_cast<unsigned>(std::max<std::size_t>(checks_.size(), 1)));
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
      work();
    }
    Report report;
    for (auto& some : results_) {
      for (auto& r : some) report.results.push_back(std::move(r));
    }
    report.failure = std::move(failure_);
    return report;
  }

 private:
  void work() {
    for (;;) {
      std::size_t mine = 0;
      {
        const std::scoped_lock lock(mutex_);
        if (failure_ || next_ == checks_.size()) return;
        mine = next_++;
      }
      auto outcome = checks_[mine]();
      const std::scoped_lock lock(mutex_);
      if (auto* failure = std::get_if<ToolFailure>(&outcome)) {
        if (!failure_) failure_ = std::move(*failure);
        return;
      }
      results_[mine] = std::move(std::get<std::vector<CheckResult>>(outcome));
      if (!on_result_) continue;
      for (const auto& r : results_[mine]) on_result_(r);
    }
  }

  std::vector<Check> checks_;
  std::vector<std::vector<CheckResult>> results_;
  const VerifyOptions& options_;
  const OnResult& on_result_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::optional<ToolFailure> failure_;
};

}  // namespace

Report verify(const Program& program, const SourceMap& sources,
              std::span<const Property> properties, const VerifyOptions& options,
              const OnResult& on_result) {
  const auto found = find_tools(options);
  if (const auto* failure = std::get_if<ToolFailure>(&found)) return {{}, *failure};
  const auto& tools = std::get<Tools>(found);
  Observations observations(program, options.state_bound);
  const CheckContext context{program, sources, options, tools, observations};
  std::vector<Check> checks;
  if (options.built_in) {
    checks.emplace_back([&context] { return check_stuck(context); });
    checks.emplace_back([&context] { return check_refusals(context); });
    checks.emplace_back([&context] { return check_unreachable(context); });
  }
  for (const auto& property : properties) {
    checks.emplace_back([&context, &property] { return check_property(context, property); });
  }
  return Runner(std::move(checks), options, on_result).run();
}

}  // namespace spl::promela
