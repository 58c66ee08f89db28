// Graphviz writes colours as attributes, which any rule of a style sheet overrides.
#include <fmt/format.h>

#include <iterator>

#include "graph/palette.hpp"

namespace spl {

std::string graph_css() {
  using graph::Colour;
  const auto paper = graph::shade(Colour::paper, GraphStyle::Theme::light);
  auto out = fmt::format(
      ".spl-graph .edge text, .spl-graph .cluster text {{ paint-order: stroke; stroke: {}; "
      "stroke-width: 3px; stroke-linejoin: round; }}\n"
      "@media (prefers-color-scheme: dark) {{\n",
      paper);
  for (const auto& [light, dark] : graph::kColours) {
    fmt::format_to(std::back_inserter(out),
                   ".spl-graph [fill=\"{0}\"] {{ fill: {1}; }}\n"
                   ".spl-graph [stroke=\"{0}\"] {{ stroke: {1}; }}\n",
                   light, dark);
  }
  fmt::format_to(std::back_inserter(out),
                 ".spl-graph .edge text, .spl-graph .cluster text {{ stroke: {}; }}\n}}\n",
                 graph::shade(Colour::paper, GraphStyle::Theme::dark));
  return out;
}

std::string style_graph_svg(std::string svg) {
  const auto root = svg.find("<svg ");
  if (root == std::string::npos) return svg;
  const auto end = svg.find('>', root);
  if (end == std::string::npos) return svg;
  svg.insert(end + 1, "\n<style>\n" + graph_css() + "</style>");
  svg.insert(root + 4, " class=\"spl-graph\"");
  return svg;
}

}  // namespace spl
