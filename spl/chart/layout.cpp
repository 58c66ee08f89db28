// Every column is as wide as its widest text, every row as high as its longest; texts too long are
// broken, so that nothing overlaps whatever a policy's names are.
#include "chart/layout.hpp"

#include <algorithm>
#include <set>

#include "chart/text.hpp"

namespace spl::chart {
namespace {

constexpr std::size_t kLabelColumns = 44;
constexpr std::size_t kWhereColumns = 36;
constexpr std::size_t kNoteColumns = 48;
constexpr std::size_t kRowsPerHead = 40;
constexpr double kMargin = 16;
constexpr double kGap = 24;
constexpr double kHeadHeight = 40;
constexpr double kArrow = 20;  // height of an arrow below its label
constexpr double kTitle = 26;

double widest(const std::vector<std::string>& lines) {
  std::size_t most = 0;
  for (const auto& line : lines) most = std::max(most, columns(line));
  return kColumn * static_cast<double>(most);
}

void append(std::vector<std::string>& to, std::vector<std::string> lines) {
  for (auto& line : lines) to.push_back(std::move(line));
}

Row row_of(const Chart& chart, const Chart::Step& step) {
  Row row;
  row.label = wrapped(clean(step.statecall), kLabelColumns);
  if (step.kind == Chart::Step::Kind::refused) row.label.back() += " (refused)";
  for (const auto line : step.lines) {
    append(row.where, wrapped(clean(chart.lines[line].label), kWhereColumns));
  }
  for (const auto& note : step.notes) append(row.notes, wrapped(clean(note), kNoteColumns));
  const bool local = step.direction == Direction::local;
  const auto lines = static_cast<double>(std::max(row.where.size(), row.notes.size()));
  const auto left = static_cast<double>(row.label.size()) * kLine + (local ? 8 : kArrow);
  row.height = std::max(left, lines * kLine + 4) + 8;
  return row;
}

void place_columns(const Chart& chart, Layout& layout) {
  double arrow = 0;
  double local = 80;
  double where = kColumn * 11;  // room for the headings
  double notes = kColumn * 7;
  for (std::size_t i = 0; i < layout.rows.size(); ++i) {
    const auto& row = layout.rows[i];
    auto& label = chart.steps[i].direction == Direction::local ? local : arrow;
    label = std::max(label, widest(row.label) + kGap);
    where = std::max(where, widest(row.where));
    notes = std::max(notes, widest(row.notes));
  }
  const auto digits = static_cast<double>(std::to_string(chart.steps.size()).size());
  layout.number_end = kMargin + kColumn * std::max(digits, 2.0);
  auto x = layout.number_end + kGap;
  if (layout.peer) {
    layout.peer_x = x + 30;
    // A label of the program's own may be wider than the way to the peer.
    x = layout.peer_x + std::max(arrow + kGap, 200.0) - local / 2;
    x = std::max(x, layout.peer_x + 40);
  }
  layout.program_x = x + local / 2;
  layout.where_x = layout.program_x + local / 2 + kGap;
  layout.notes_x = layout.where_x + where + kGap;
  layout.width = layout.notes_x + notes + kMargin;
}

void place_rows(const Chart& chart, Layout& layout) {
  const auto loop = chart.loop_start.value_or(chart.steps.size());
  double y = layout.head_top;
  for (std::size_t i = 0; i < layout.rows.size(); ++i) {
    if (i % kRowsPerHead == 0) {
      layout.heads.push_back(y);
      y += kHeadHeight;
    }
    if (i == loop) {
      layout.loop_label = y;
      y += kLine + 10;
    }
    layout.rows[i].top = y;
    y += layout.rows[i].height;
  }
  if (layout.rows.empty()) {
    layout.heads.push_back(y);
    y += kHeadHeight;
  }
  if (layout.loop_label > 0) {
    layout.loop_end = y + kLine + 6;
    y = layout.loop_end;
  }
  layout.rows_end = y + 8;
  layout.height = layout.rows_end + kLine + 2 * kMargin;
}

std::vector<Sign> signs_of(const Chart& chart) {
  std::set<Sign> signs;
  for (const auto& step : chart.steps) {
    signs.insert(step.direction == Direction::received ? Sign::received
                 : step.direction == Direction::sent   ? Sign::sent
                                                       : Sign::local);
    if (step.kind == Chart::Step::Kind::ignored) signs.insert(Sign::ignored);
    if (step.kind == Chart::Step::Kind::refused) signs.insert(Sign::refused);
  }
  if (chart.loop_start && *chart.loop_start < chart.steps.size()) signs.insert(Sign::loop);
  return {signs.begin(), signs.end()};
}

void place_legend(const Chart& chart, Layout& layout) {
  layout.legend = signs_of(chart);
  if (layout.legend.empty()) return;
  layout.legend_top = layout.height;
  layout.height += kLegendLine * static_cast<double>(layout.legend.size() + 1) + kMargin;
}

}  // namespace

Layout lay_out(const Chart& chart) {
  Layout layout;
  for (const auto& step : chart.steps) {
    layout.peer = layout.peer || step.direction != Direction::local;
    layout.rows.push_back(row_of(chart, step));
  }
  place_columns(chart, layout);
  const auto title =
      kColumn * 1.3 *
      static_cast<double>(columns(clean(chart.name)) + columns(clean(chart.verdict)) + 4);
  layout.width = std::max(layout.width, std::min(title + 2 * kMargin, 1200.0));
  layout.width = std::max(layout.width, 560.0);
  const auto room = static_cast<std::size_t>((layout.width - 2 * kMargin) / kColumn);
  for (const auto* text : {&chart.claim, &chart.why, &chart.policy}) {
    if (!text->empty()) append(layout.header, wrapped(clean(*text), room));
  }
  layout.head_top = kMargin + kTitle + kLine * static_cast<double>(layout.header.size()) + kMargin;
  place_rows(chart, layout);
  place_legend(chart, layout);
  return layout;
}

}  // namespace spl::chart
