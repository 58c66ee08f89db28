// A chart as a trace that `splc replay` reads: the statecalls, and all the rest in comments. The
// refused statecall stands there like the others, so that replay refuses it for the same reason.
#include <algorithm>

#include "chart/text.hpp"
#include "spl/chart.hpp"

namespace spl {
namespace {

std::string comment_of(const Chart& chart, const Chart::Step& step) {
  std::string text;
  for (const auto line : step.lines) {
    text += (text.empty() ? "" : ", ") + chart::clean(chart.lines[line].label);
  }
  for (std::size_t i = 0; i < step.notes.size(); ++i) {
    text += (i == 0 ? "  " : ", ") + chart::clean(step.notes[i]);
  }
  return text;
}

}  // namespace

std::string chart_trace(const Chart& chart) {
  std::string out = "# " + chart::clean(chart.name) + ": " + chart::clean(chart.verdict) + "\n";
  for (const auto* text : {&chart.claim, &chart.why}) {
    if (!text->empty()) out += "#   " + chart::clean(*text) + "\n";
  }
  out += "# A run of " + chart::clean(chart.policy) + "; splc replay reads this file.\n";
  if (chart.steps.empty()) out += "# At the very start, before any statecall.\n";
  std::size_t width = 0;
  for (const auto& step : chart.steps) {
    // One long name shall not push all comments away.
    if (step.statecall.size() <= 60) width = std::max(width, step.statecall.size());
  }
  const auto loop = chart.loop_start.value_or(chart.steps.size() + 1);
  for (std::size_t i = 0; i < chart.steps.size(); ++i) {
    const auto& step = chart.steps[i];
    if (i == loop) out += "# From here on, for ever:\n";
    out += step.statecall;
    const auto comment = comment_of(chart, step);
    if (!comment.empty()) {
      if (step.statecall.size() < width) out.append(width - step.statecall.size(), ' ');
      out += "  # " + comment;
    }
    out += '\n';
  }
  if (loop < chart.steps.size()) {
    out +=
        "# And again from the line below \"for ever\" (step " + std::to_string(loop + 1) + ").\n";
  }
  if (loop == chart.steps.size()) out += "# And then nothing more is accepted.\n";
  return out;
}

}  // namespace spl
