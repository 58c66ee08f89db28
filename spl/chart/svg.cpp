// A chart as SVG. The colours are those of Okabe and Ito, which tell apart for all kinds of sight;
// what is refused is dashed and crossed out as well, what is repeated has a frame.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "chart/layout.hpp"
#include "chart/text.hpp"

namespace spl {
namespace {

using chart::kFont;
using chart::kLine;

// Plain rules only: some viewers know no variables.
constexpr const char* kChartStyle = R"(
.spl-chart { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.spl-chart text { fill: #1b1f24; white-space: pre; }
.spl-chart .paper { fill: #ffffff; }
.spl-chart .title { font-size: 17px; font-weight: bold; }
.spl-chart .dim, .spl-chart .number { fill: #57606a; }
.spl-chart .middle { text-anchor: middle; }
.spl-chart .number { text-anchor: end; }
.spl-chart .life { stroke: #8c959f; stroke-dasharray: 2 4; fill: none; }
.spl-chart .head { fill: #eaeef2; stroke: #57606a; }
.spl-chart .box { fill: #f6f8fa; stroke: #57606a; }
.spl-chart .arrow { stroke: #0072b2; stroke-width: 1.6; fill: none; }
.spl-chart .point { fill: #0072b2; stroke: none; }
.spl-chart .loop { fill: #fdf3d8; stroke: #b07800; stroke-width: 1.4; }
.spl-chart .repeat { fill: #7a5200; }
.spl-chart .ignored { stroke: #8c959f; stroke-dasharray: 5 4; }
.spl-chart .bad { fill: #b3261e; font-weight: bold; }
.spl-chart .reason { fill: #b3261e; }
.spl-chart .cross { stroke: #b3261e; stroke-width: 2.4; fill: none; }
.spl-chart .refused { stroke: #b3261e; stroke-dasharray: 6 4; }
.spl-chart .good { fill: #006b54; font-weight: bold; }
@media (prefers-color-scheme: dark) {
.spl-chart text { fill: #e6edf3; }
.spl-chart .paper { fill: #0d1117; }
.spl-chart .dim, .spl-chart .number { fill: #9da7b3; }
.spl-chart .life { stroke: #6e7681; }
.spl-chart .head { fill: #21262d; stroke: #9da7b3; }
.spl-chart .box { fill: #161b22; stroke: #9da7b3; }
.spl-chart .arrow { stroke: #56b4e9; }
.spl-chart .point { fill: #56b4e9; }
.spl-chart .loop { fill: #2b2410; stroke: #e69f00; }
.spl-chart .repeat { fill: #f0c14b; }
.spl-chart .ignored { stroke: #6e7681; }
.spl-chart .bad, .spl-chart .reason { fill: #ff8b7e; }
.spl-chart .cross, .spl-chart .refused { stroke: #ff8b7e; }
.spl-chart .good { fill: #4fd1a8; }
}
)";

class SvgPrinter {
 public:
  explicit SvgPrinter(const Chart& chart) : chart_(chart), at_(chart::lay_out(chart)) {}

  std::string print() {
    begin();
    header();
    lifelines();
    loop_frame();
    for (const auto y : at_.heads) head(y);
    for (std::size_t i = 0; i < chart_.steps.size(); ++i) row(chart_.steps[i], at_.rows[i], i);
    ending();
    legend();
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void text(double x, double y, const char* classes, std::string_view content) {
    put("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, classes,
        chart::xml(content));
  }

  void lines(double x, double y, const char* classes, const std::vector<std::string>& content) {
    for (const auto& line : content) {
      text(x, y, classes, line);
      y += kLine;
    }
  }

  void begin() {
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"spl-chart\" role=\"img\" "
        "aria-labelledby=\"spl-chart-title spl-chart-about\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\">\n",
        at_.width, at_.height);
    put("<title id=\"spl-chart-title\">{}: {}</title>\n", chart::xml(chart_.name),
        chart::xml(chart_.verdict));
    put("<desc id=\"spl-chart-about\">Message sequence chart of {} step{} of {}. {} {}</desc>\n",
        chart_.steps.size(), chart_.steps.size() == 1 ? "" : "s", chart::xml(chart_.policy),
        chart::xml(chart_.claim), chart::xml(chart_.why));
    put("<style>{}</style>\n<rect class=\"paper\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n",
        kChartStyle, at_.width, at_.height);
  }

  void header() {
    put("<text x=\"16\" y=\"34\"><tspan class=\"title\">{}</tspan>  "
        "<tspan class=\"title {}\">{}</tspan></text>\n",
        chart::xml(chart_.name), chart_.bad ? "bad" : "good", chart::xml(chart_.verdict));
    lines(16, 34 + 22, "dim", at_.header);
  }

  void lifelines() {
    const auto top = at_.head_top + 32;
    if (at_.peer) lifeline(at_.peer_x, top, at_.rows_end);
    lifeline(at_.program_x, top, at_.rows_end);
  }
  void lifeline(double x, double top, double bottom) {
    put("<path class=\"life\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>\n", x, top, bottom);
  }

  void head(double y) {
    if (at_.peer) lane(at_.peer_x, y, "peer");
    lane(at_.program_x, y, "program");
    text(at_.where_x, y + 20, "dim", "policy line");
    text(at_.notes_x, y + 20, "dim", "changes");
  }
  void lane(double x, double y, const char* name) {
    const auto width = chart::kColumn * static_cast<double>(std::string_view(name).size()) + 22;
    put("<rect class=\"head\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"26\" "
        "rx=\"4\"/>\n",
        x - width / 2, y + 2, width);
    text(x, y + 20, "middle", name);
  }

  /// Behind the steps that are repeated.
  void loop_frame() {
    if (at_.loop_label == 0) return;
    put("<rect class=\"loop\" x=\"6\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"6\"/>\n",
        at_.loop_label, at_.width - 12, at_.loop_end - at_.loop_label);
    text(at_.number_end + 12, at_.loop_label + 17, "repeat", "from here on, for ever:");
    text(at_.number_end + 12, at_.loop_end - 7, "repeat",
         fmt::format("and again from step {}", *chart_.loop_start + 1));
    // Lanes go on in front of the frame.
    for (const auto x : {at_.peer_x, at_.program_x}) {
      if (x > 0) lifeline(x, at_.loop_label + 26, at_.loop_end - 22);
    }
  }

  void row(const Chart::Step& step, const chart::Row& row, std::size_t number) {
    const bool refused = step.kind == Chart::Step::Kind::refused;
    out_ += "<g>";
    std::string tip;
    for (const auto line : step.lines) {
      const auto& source = chart_.lines[line];
      tip += fmt::format("{}{}:{}: {}", tip.empty() ? "" : "\n", chart::xml(source.file),
                         source.number, chart::xml(source.text));
    }
    if (!tip.empty()) put("<title>{}</title>", tip);
    out_ += '\n';
    text(at_.number_end, row.top + 15, "number", std::to_string(number + 1));
    if (step.direction == Direction::local) {
      box(step, row);
    } else {
      arrow(step, row);
    }
    lines(at_.where_x, row.top + 15, "", row.where);
    lines(at_.notes_x, row.top + 15, refused ? "reason" : "", row.notes);
    out_ += "</g>\n";
  }

  const char* kind_class(const Chart::Step& step) const {
    return step.kind == Chart::Step::Kind::refused   ? " refused"
           : step.kind == Chart::Step::Kind::ignored ? " ignored"
                                                     : "";
  }
  const char* label_class(const Chart::Step& step) const {
    return step.kind == Chart::Step::Kind::refused ? "middle reason" : "middle";
  }

  void box(const Chart::Step& step, const chart::Row& row) {
    std::size_t widest = 0;
    for (const auto& line : row.label) widest = std::max(widest, chart::columns(line));
    const auto width = chart::kColumn * static_cast<double>(widest) + 16;
    const auto height = kLine * static_cast<double>(row.label.size()) + 6;
    put("<rect class=\"box{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"9\"/>\n",
        kind_class(step), at_.program_x - width / 2, row.top, width, height);
    lines(at_.program_x, row.top + 15, label_class(step), row.label);
  }

  void arrow(const Chart::Step& step, const chart::Row& row) {
    const bool refused = step.kind == Chart::Step::Kind::refused;
    const bool sent = step.direction == Direction::sent;
    const auto middle = (at_.peer_x + at_.program_x) / 2;
    const auto y = row.top + kLine * static_cast<double>(row.label.size()) + 6;
    lines(middle, row.top + 15, label_class(step), row.label);
    const auto from = sent ? at_.program_x : at_.peer_x;
    // What is refused does not arrive; what the program may not send does not leave.
    auto to = sent ? at_.peer_x : at_.program_x;
    if (refused) to = sent ? middle : at_.program_x - 16;
    const auto ahead = sent ? -1.0 : 1.0;
    put("<path class=\"arrow{}\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", kind_class(step), from, y,
        refused ? to : to - 8 * ahead);
    if (refused) {
      put("<path class=\"cross\" d=\"M{0:.1f} {2:.1f}L{1:.1f} {3:.1f}M{0:.1f} {3:.1f}L{1:.1f} "
          "{2:.1f}\"/>\n",
          to - 6, to + 6, y - 6, y + 6);
    } else {
      put("<path class=\"point\" d=\"M{0:.1f} {1:.1f}l{2:.1f} -5v10z\"/>\n", to, y, -10 * ahead);
    }
  }

  void ending() {
    const auto y = at_.rows_end + kLine;
    if (chart_.steps.empty()) text(at_.number_end + 12, y, "", "at the very start");
    if (chart_.loop_start && *chart_.loop_start == chart_.steps.size()) {
      put("<path class=\"cross\" d=\"M{:.1f} {:.1f}h24\"/>\n", at_.program_x - 12, at_.rows_end);
      text(at_.program_x + 20, y, "repeat", "and then nothing more is accepted");
    }
  }

  void legend() {
    if (at_.legend.empty()) return;
    auto y = at_.legend_top + 12;
    out_ += "<g class=\"legend\">\n";
    text(16, y, "dim", "Legend");
    for (const auto sign : at_.legend) {
      y += chart::kLegendLine;
      legend_sign(sign, y - 5);
      text(76, y, "dim", meaning(sign));
    }
    out_ += "</g>\n";
  }

  /// From x = 16 to 64, around this height.
  void legend_sign(chart::Sign sign, double y) {
    using chart::Sign;
    switch (sign) {
      case Sign::received:
      case Sign::sent: {
        const bool sent = sign == Sign::sent;
        put("<path class=\"arrow\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", sent ? 64.0 : 16.0, y,
            sent ? 24.0 : 56.0);
        put("<path class=\"point\" d=\"M{0:.1f} {1:.1f}l{2:.1f} -5v10z\"/>\n", sent ? 16.0 : 64.0,
            y, sent ? 10.0 : -10.0);
        return;
      }
      case Sign::local:
        put("<rect class=\"box\" x=\"16\" y=\"{:.1f}\" width=\"48\" height=\"16\" rx=\"8\"/>\n",
            y - 8);
        return;
      case Sign::ignored:
        put("<path class=\"arrow ignored\" d=\"M16 {:.1f}H64\"/>\n", y);
        return;
      case Sign::refused:
        put("<path class=\"arrow refused\" d=\"M16 {0:.1f}H50\"/>\n<path class=\"cross\" "
            "d=\"M48 {1:.1f}L60 {2:.1f}M48 {2:.1f}L60 {1:.1f}\"/>\n",
            y, y - 6, y + 6);
        return;
      case Sign::loop:
        put("<rect class=\"loop\" x=\"16\" y=\"{:.1f}\" width=\"48\" height=\"16\" rx=\"4\"/>\n",
            y - 8);
        return;
    }
  }

  static const char* meaning(chart::Sign sign) {
    switch (sign) {
      case chart::Sign::received:
        return "received from the peer";
      case chart::Sign::sent:
        return "sent to the peer";
      case chart::Sign::local:
        return "an event of the program itself";
      case chart::Sign::ignored:
        return "dashed and grey: ignored, no automaton mentions it";
      case chart::Sign::refused:
        return "dashed and crossed out: refused";
      case chart::Sign::loop:
        return "framed: repeated for ever";
    }
    return "";
  }

  const Chart& chart_;
  chart::Layout at_;
  std::string out_;
};

}  // namespace

std::string chart_svg(const Chart& chart) {
  return SvgPrinter(chart).print();
}

}  // namespace spl
