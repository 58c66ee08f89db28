// `splc graph`: lower, fold to what a person wants to see, print as DOT, and let Graphviz draw it.
#include "spl/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/files.hpp"
#include "driver/graph_trace.hpp"
#include "driver/graphviz.hpp"
#include "driver/text_file.hpp"
#include "driver/trace_options.hpp"

namespace spl::driver {
namespace {

const char* name_of(GraphFormat format) {
  switch (format) {
    case GraphFormat::svg:
      return "svg";
    case GraphFormat::png:
      return "png";
    case GraphFormat::pdf:
      return "pdf";
    case GraphFormat::automatic:
    case GraphFormat::dot:
      break;
  }
  return "dot";
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return path.ends_with('/') || std::filesystem::is_directory(path, error);
}

GraphFormat format_of(const GraphOptions& options) {
  if (options.format != GraphFormat::automatic) return options.format;
  for (const auto format : {GraphFormat::svg, GraphFormat::png, GraphFormat::pdf}) {
    if (options.output.ends_with(std::string(".") + name_of(format))) return format;
  }
  return is_directory(options.output) ? GraphFormat::svg : GraphFormat::dot;
}

/// The automata asked for; nullopt, and a message, if there is no such one.
std::optional<std::vector<AutomatonId>> selected(const GraphOptions& options, const Compilation& c,
                                                 Console& console) {
  std::vector<AutomatonId> ids;
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < c.program->automata.size(); ++i) {
    names.push_back(c.program->automata[i].name);
    if (options.automata.empty()) ids.push_back(AutomatonId{i});
  }
  for (const auto& name : options.automata) {
    const auto id = c.checked->find_automaton(name);
    if (!id) {
      const auto near = nearest_name(name, names);
      console.error(fmt::format("{} has no automaton '{}'", c.path, name),
                    near.empty() ? fmt::format("it has: {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean '{}'?", near));
      return std::nullopt;
    }
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

/// One picture to be made.
struct Sheet {
  std::vector<AutomatonId> automata;
  std::string output;
};

/// All automata on one, or each on its own; nullopt after an error, which is shown.
std::optional<std::vector<Sheet>> sheets(const GraphOptions& options, GraphFormat format,
                                         const std::vector<AutomatonId>& automata,
                                         const Program& program, Console& console) {
  auto pattern = options.output;
  if (is_directory(pattern)) {
    if (const auto why = make_directories(pattern)) {
      console.error(fmt::format("cannot make directory '{}': {}", pattern, *why));
      return std::nullopt;
    }
    if (!pattern.ends_with('/')) pattern += '/';
    pattern += fmt::format("%a.{}", name_of(format));
  }
  constexpr std::string_view kMark = "%a";
  if (pattern.find(kMark) == std::string::npos) return {{Sheet{automata, pattern}}};
  std::vector<Sheet> each;
  for (const auto id : automata) {
    const auto& name = program.automata[index(id)].name;
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
      const bool mark = pattern.compare(at, kMark.size(), kMark) == 0;
      path += mark ? name : pattern.substr(at, 1);
      at += mark ? kMark.size() : 1;
    }
    each.push_back({{id}, path});
  }
  return each;
}

/// The first number in `attribute="..."` of an SVG's root; 0 if there is none.
double extent(std::string_view svg, std::string_view attribute) {
  const auto at = svg.find(attribute);
  if (at == std::string_view::npos) return 0;
  return std::strtod(std::string(svg.substr(at + attribute.size(), 16)).c_str(), nullptr) * 4 / 3;
}

void tell_size(std::string_view svg, const Sheet& sheet, Console& console) {
  constexpr double kLarge = 5000;  // pixels
  const auto root = svg.substr(std::min(svg.find("<svg "), svg.size()));
  const auto width = extent(root, "width=\"");
  const auto height = extent(root, "height=\"");
  if (std::max(width, height) < kLarge || sheet.automata.size() < 2) return;
  console.note(fmt::format(
      "{} is {:.0f} by {:.0f} pixels; -o '%a.svg' makes a picture of each of its {} automata",
      sheet.output, width, height, sheet.automata.size()));
}

Exit make(const Sheet& sheet, const std::string& dot, GraphFormat format,
          const GraphOptions& options, bool quiet, Console& console) {
  if (format == GraphFormat::dot) return deliver(sheet.output, dot, console);
  const GraphvizAdvice advice{"--format=dot does without",
                              sheet.automata.size() == 1
                                  ? "--format=dot prints what it was to draw"
                                  : "-o '%a.svg' draws each automaton by itself"};
  auto picture = run_graphviz(options.graphviz, name_of(format), dot, advice);
  if (const auto* error = std::get_if<GraphvizError>(&picture)) {
    console.error(error->reason, error->hint);
    return Exit::failure;
  }
  auto text = std::get<std::string>(std::move(picture));
  if (format == GraphFormat::svg) {
    if (!quiet) tell_size(text, sheet, console);
    text = style_graph_svg(std::move(text));
  }
  return deliver(sheet.output, text, console);
}

/// False after an error, which is shown: options that do not go together.
bool options_fit(const GraphOptions& options, Console& console) {
  const auto& form = options.form;
  if (options.highlight.empty() && (form.format != TraceFormat::automatic || form.role ||
                                    !form.map.empty() || form.side || options.nth != 0)) {
    console.error(
        "--trace-format, --role, --map, --side and --nth are about the trace of --highlight");
    return false;
  }
  return trace_form_fits(form, "--trace-format", console) &&
         one_standard_input({options.policy, options.highlight, form.map}, console);
}

}  // namespace

Exit run_graph(const GraphOptions& options, const CommonOptions& common, Console& console) {
  if (!options_fit(options, console)) return Exit::failure;
  Compilation c(options.policy, Until::lowered, common);
  TraceFiles files(c, options.form, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  const auto automata = selected(options, c, console);
  if (!automata) return Exit::failure;
  GraphStyle style;
  style.theme = options.theme;
  style.direction = options.direction;
  style.merge = !options.separate;
  style.legend = !options.no_legend;
  style.names = options.names;
  std::optional<GraphRun> run;
  if (!options.highlight.empty()) {
    run = highlighted_run(options, c, files, common.quiet, console);
    if (!run) return Exit::failure;
    style.run = &*run;
  }
  const auto format = format_of(options);
  const auto all = sheets(options, format, *automata, *c.program, console);
  if (!all) return Exit::failure;
  auto exit = Exit::ok;
  for (const auto& sheet : *all) {
    const auto dot = draw_graph(*c.program, sheet.automata, c.sources, style).dot;
    exit = make(sheet, dot, format, options, common.quiet, console);
    if (exit != Exit::ok) break;
  }
  return exit;
}

}  // namespace spl::driver
