// Internal: where the parts of a chart's picture go, decided before anything is drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "spl/chart.hpp"

namespace spl::chart {

// Of the text, in pixels. The font is of fixed width, so that widths are known without one.
inline constexpr double kFont = 13;
inline constexpr double kColumn = 7.9;  // a little more than the widest usual font needs
inline constexpr double kLine = 17;
inline constexpr double kLegendLine = 24;

/// One step. All lines are cleaned, but not escaped.
struct Row {
  std::vector<std::string> label;  // the statecall
  std::vector<std::string> where;  // lines of the policy
  std::vector<std::string> notes;
  double top = 0;
  double height = 0;
};

/// What a sign of the chart means; of those that occur, in this order.
enum class Sign : std::uint8_t { received, sent, local, ignored, refused, loop };

struct Layout {
  bool peer = false;  // some statecall crosses over: there is a lane for the peer
  double width = 0;
  double height = 0;
  double number_end = 0;  // step numbers end here
  double peer_x = 0;
  double program_x = 0;
  double where_x = 0;
  double notes_x = 0;
  std::vector<std::string> header;  // claim, why, policy
  double head_top = 0;              // of the lanes' names
  std::vector<double> heads;        // all places where the lanes are named (again)
  double rows_end = 0;              // of the lanes
  double loop_label = 0;            // top of the line above the first repeated step; 0: none
  double loop_end = 0;              // bottom of what is repeated
  std::vector<Row> rows;
  double legend_top = 0;
  std::vector<Sign> legend;  // a line each; empty: no step, nothing to explain
};

[[nodiscard]] Layout lay_out(const Chart& chart);

}  // namespace spl::chart
