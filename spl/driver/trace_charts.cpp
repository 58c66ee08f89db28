// The interpreter goes along with the trace, to say what each step did.
#include "driver/trace_charts.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "driver/explain.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kMaxSteps = 100'000;  // some 60 MB of picture

}  // namespace

TraceCharts::TraceCharts(const Compilation& c, const RunFiles& files, Console& console)
    : c_(c),
      console_(console),
      narrator_(*c.program),
      builder_(*c.program, c.sources),
      writer_(files) {}

void TraceCharts::begin() {
  narrator_.reset();
  static_cast<void>(builder_.finish());
  too_long_ = false;
  refused_ = first_refused_ = 0;
}

void TraceCharts::statecall(std::string_view name, const Interpreter::Verdict& verdict,
                            bool refused) {
  too_long_ = too_long_ || builder_.size() == kMaxSteps;
  if (too_long_) return;
  using Outcome = Interpreter::Outcome;
  if (verdict.outcome == Outcome::ignored) {
    builder_.unknown(name, refused);
  } else if (verdict.outcome != Outcome::too_large) {
    TraceStep step;
    const auto told = narrator_.tick(*c_.program->vocabulary.find(name), step);
    if (told.outcome != verdict.outcome) {
      throw std::logic_error(
          fmt::format("the engine and the interpreter disagree on statecall {}, "
                      "{}",
                      builder_.size() + 1, printable(name)));
    }
    if (verdict.outcome == Outcome::accepted) {
      builder_.accepted(step);
    } else {
      builder_.refused(name, verdict.refusals);
      refused = true;
    }
  }
  if (!refused) return;
  if (refused_++ == 0) first_refused_ = builder_.size();
}

Exit TraceCharts::end(const std::string& name, std::uint64_t number) {
  auto chart = builder_.finish();
  if (too_long_) {
    console_.error(fmt::format("{}: no chart: it would have more than {} steps", name, kMaxSteps));
    return Exit::failure;
  }
  chart.name = name;
  chart.policy = c_.path == "-" ? "<stdin>" : c_.path;
  chart.bad = refused_ != 0;
  chart.verdict = refused_ == 0 ? "accepted"
                  : refused_ == 1
                      ? fmt::format("refused at step {}", first_refused_)
                      : fmt::format("{} refused, the first at step {}", refused_, first_refused_);
  return writer_.write(chart, fmt::format("trace-{}", number), true, console_);
}

}  // namespace spl::driver
