// `splc graph`: lower, fold to what a person wants to see, print as DOT, and let Graphviz draw it.
#include "spl/graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/subprocess.hpp"

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

GraphFormat format_of(const GraphOptions& options) {
  if (options.format != GraphFormat::automatic) return options.format;
  for (const auto format : {GraphFormat::svg, GraphFormat::png, GraphFormat::pdf}) {
    if (options.output.ends_with(std::string(".") + name_of(format))) return format;
  }
  return GraphFormat::dot;
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

}  // namespace

Exit run_graph(const GraphOptions& options, const CommonOptions& common, Console& console) {
  Compilation c(options.policy, Until::lowered, common);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  const auto automata = selected(options, c, console);
  if (!automata) return Exit::failure;
  const auto dot = draw_graph(*c.program, *automata, c.sources).dot;
  const auto format = format_of(options);
  if (format == GraphFormat::dot) return deliver(options.output, dot, console);
  const auto picture = run_filter({options.dot_program, std::string("-T") + name_of(format)}, dot);
  if (const auto* error = std::get_if<FilterError>(&picture)) {
    console.error(error->reason, error->missing
                                     ? "Graphviz draws the pictures (Debian package graphviz); "
                                       "--format=dot does without"
                                     : "");
    return Exit::failure;
  }
  return deliver(options.output, std::get<std::string>(picture), console);
}

}  // namespace spl::driver
