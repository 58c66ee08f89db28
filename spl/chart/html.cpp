// A chart as a page of its own. Its security policy forbids scripts and any loading, so that not
// even a mistake in here could make a policy's text do anything.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "chart/text.hpp"
#include "spl/chart.hpp"

namespace spl {
namespace {

constexpr std::size_t kSteps = 12;  // named beside a line of the policy

constexpr const char* kPageStyle = R"(
:root { color-scheme: light dark; --text: #1b1f24; --paper: #fff; --dim: #57606a; --line: #d0d7de;
  --soft: #f6f8fa; --bad: #b3261e; --good: #006b54; --link: #0a5ca8; --loop: #fdf3d8;
  --used: #e3f1fb; --mark: #ffe3a3; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --paper: #0d1117; --dim: #9da7b3;
  --line: #30363d; --soft: #161b22; --bad: #ff8b7e; --good: #4fd1a8; --link: #56b4e9;
  --loop: #2b2410; --used: #10283b; --mark: #5a4300; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 110rem; background: var(--paper);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; overflow-wrap: anywhere; }
code, table, .chart { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: 13px; }
.claim { overflow-wrap: anywhere; margin: .2rem 0; }
.bad { color: var(--bad); } .good { color: var(--good); } .dim { color: var(--dim); }
.chart { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px; }
.chart svg { display: block; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th { text-align: left; color: var(--dim); font-weight: normal; position: sticky; top: 0;
  background: var(--paper); }
td, th { padding: .15rem .8rem; vertical-align: top; }
.steps td { border-top: 1px solid var(--line); }
.number { text-align: right; color: var(--dim); }
.loop td { background: var(--loop); }
.refused td { color: var(--bad); font-weight: bold; }
.ignored td { color: var(--dim); }
.source td { white-space: pre; padding-top: 0; padding-bottom: 0; }
.used { background: var(--used); }
:target { background: var(--mark); }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
)";

class HtmlPrinter {
 public:
  explicit HtmlPrinter(const Chart& chart) : chart_(chart) {}

  std::string print() {
    head();
    put("<h2 id=\"chart\">Chart</h2>\n<div class=\"chart\" tabindex=\"0\">\n{}</div>\n",
        chart_svg(chart_));
    steps();
    policy();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void head() {
    const auto name = chart::xml(chart_.name);
    const auto verdict = chart::xml(chart_.verdict);
    put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{}: {}</title>\n<style>{}</style>\n</head>\n<body>\n",
        name, verdict, kPageStyle);
    put("<h1>{} <span class=\"{}\">{}</span></h1>\n", name, chart_.bad ? "bad" : "good", verdict);
    if (!chart_.claim.empty()) {
      put("<p class=\"claim\"><code>{}</code></p>\n", chart::xml(chart_.claim));
    }
    if (!chart_.why.empty()) put("<p class=\"claim\">{}</p>\n", chart::xml(chart_.why));
    put("<p class=\"claim dim\">{} step{} of <code>{}</code> · <a href=\"#chart\">chart</a> · "
        "<a href=\"#steps\">steps</a> · <a href=\"#policy\">policy</a></p>\n",
        chart_.steps.size(), chart_.steps.size() == 1 ? "" : "s", chart::xml(chart_.policy));
  }

  void remark(const char* row_class, const std::string& text) {
    put("<tr class=\"{}\"><td></td><td></td><td colspan=\"3\">{}</td></tr>\n", row_class, text);
  }

  void steps() {
    out_ +=
        "<h2 id=\"steps\">Steps</h2>\n<div class=\"wide\"><table class=\"steps\">\n<thead><tr>"
        "<th>step</th><th></th><th>statecall</th><th>policy "
        "line</th><th>changes</th></tr></thead>\n"
        "<tbody>\n";
    const auto loop = chart_.loop_start.value_or(chart_.steps.size() + 1);
    if (chart_.steps.empty()) remark("", "at the very start, before any statecall");
    for (std::size_t i = 0; i < chart_.steps.size(); ++i) {
      if (i == loop) remark("loop", "from here on, for ever:");
      step(i, i >= loop);
    }
    if (loop < chart_.steps.size()) {
      remark("loop", fmt::format("and again from <a href=\"#s{0}\">step {0}</a>", loop + 1));
    }
    if (loop == chart_.steps.size()) remark("", "and then nothing more is accepted");
    out_ += "</tbody>\n</table></div>\n";
  }

  void step(std::size_t i, bool repeated) {
    const auto& s = chart_.steps[i];
    const bool refused = s.kind == Chart::Step::Kind::refused;
    const char* row = refused                                ? "refused"
                      : s.kind == Chart::Step::Kind::ignored ? "ignored"
                      : repeated                             ? "loop"
                                                             : "";
    const char* way = s.direction == Direction::received ? "received"
                      : s.direction == Direction::sent   ? "sent"
                                                         : "";
    put("<tr id=\"s{0}\" class=\"{1}\"><td class=\"number\">{0}</td><td class=\"dim\">{2}</td>"
        "<td>{3}{4}</td><td>",
        i + 1, row, way, chart::xml(s.statecall), refused ? " ✗ refused" : "");
    for (std::size_t k = 0; k < s.lines.size(); ++k) {
      put("{}<a href=\"#p{}\">{}</a>", k == 0 ? "" : "<br>", s.lines[k],
          chart::xml(chart_.lines[s.lines[k]].label));
    }
    out_ += "</td><td>";
    for (std::size_t k = 0; k < s.notes.size(); ++k) {
      put("{}{}", k == 0 ? "" : "<br>", chart::xml(s.notes[k]));
    }
    out_ += "</td></tr>\n";
  }

  void policy() {
    out_ += "<h2 id=\"policy\">Policy</h2>\n";
    if (chart_.lines.empty()) out_ += "<p class=\"dim\">No step names a line of it.</p>\n";
    for (std::size_t i = 0; i < chart_.lines.size(); ++i) {
      const auto& line = chart_.lines[i];
      const bool first = i == 0 || chart_.lines[i - 1].file != line.file;
      if (first) {
        put("{}<h3>{}</h3>\n<div class=\"wide\"><table class=\"source\">\n",
            i == 0 ? "" : "</table></div>\n", chart::xml(line.file));
      } else if (chart_.lines[i - 1].number + 1 != line.number) {
        out_ += "<tr><td class=\"number\">⋮</td><td></td><td></td></tr>\n";
      }
      put("<tr id=\"p{}\"{}><td class=\"number\">{}</td><td>{}</td><td class=\"dim\">", i,
          line.steps.empty() ? "" : " class=\"used\"", line.number, chart::xml(line.text));
      for (std::size_t k = 0; k < std::min(line.steps.size(), kSteps); ++k) {
        const auto step = line.steps[k];
        const bool refused = chart_.steps[step].kind == Chart::Step::Kind::refused;
        put("{0}<a href=\"#s{1}\">{1}</a>{2}", k == 0 ? "step " : ", ", step + 1,
            refused ? " (refused)" : "");
      }
      if (line.steps.size() > kSteps) put(" and {} more", line.steps.size() - kSteps);
      out_ += "</td></tr>\n";
    }
    if (!chart_.lines.empty()) out_ += "</table></div>\n";
  }

  const Chart& chart_;
  std::string out_;
};

}  // namespace

std::string chart_html(const Chart& chart) {
  return HtmlPrinter(chart).print();
}

}  // namespace spl
