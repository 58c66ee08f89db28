// A flow graph as DOT, laid out to be read: boxes wait for a statecall, dots choose, frames show
// what is allowed within them.
#include <fmt/format.h>

#include <algorithm>

#include "graph/boxes.hpp"
#include "graph/direction.hpp"
#include "graph/flow_graph.hpp"
#include "graph/labels.hpp"
#include "graph/legend.hpp"
#include "graph/palette.hpp"
#include "graph/taken.hpp"
#include "spl/graph.hpp"

namespace spl {
namespace graph {
namespace {

constexpr std::size_t kLabelColumns = 40;
constexpr std::size_t kTitleColumns = 90;
constexpr std::size_t kFrameColumns = 60;
constexpr std::size_t kLabelLines = 8;  // of an arrow
constexpr std::uint32_t kMaxFrameDepth = 64;

/// Graphviz puts labels close to their lines.
std::string padded(const std::string& line) {
  return "&#160;" + html(line) + "&#160;";
}

class Drawing {
 public:
  Drawing(const Picture& picture, GraphDrawing& out, std::set<Sign>& signs)
      : p_(picture.program),
        a_(picture.automaton),
        sources_(picture.sources),
        style_(picture.style),
        graph_(picture.graph),
        taken_(picture.taken),
        boxes_(picture, signs),
        out_(out.dot),
        edges_(out.edges),
        signs_(signs) {}

  void run() {
    line(1, fmt::format("subgraph {} {{", quoted("cluster_" + a_.name)));
    line(2, fmt::format("label={}; labeljust=l; color=\"{}\"; style=rounded;", title(),
                        hex(Colour::automaton)));
    line(2, fmt::format("{} [shape=circle, style=filled, fillcolor=\"{}\", color=\"{}\", "
                        "width=0.18, label=\"\", tooltip=\"start\", id={}];",
                        id("start"), hex(Colour::ink), hex(Colour::ink),
                        quoted("node." + a_.name + ".start")));
    signs_.insert(Sign::start);
    for (const auto n : graph_.outside) line(2, boxes_.node(n));
    for (const auto f : graph_.outer) frame(2, f, 1);
    for (const auto& e : graph_.edges) edge(e);
    line(1, "}");
  }

 private:
  void line(int level, std::string_view text) {
    out_.append(static_cast<std::size_t>(level) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }
  [[nodiscard]] const char* hex(Colour c) const { return shade(c, style_.theme); }
  [[nodiscard]] std::string id(std::string_view what) const {
    return quoted(fmt::format("{}.{}", a_.name, what));
  }
  [[nodiscard]] std::string id(NodeId n) const { return id(std::to_string(raw(n))); }

  [[nodiscard]] std::string title() const {
    std::string parameters;
    for (std::uint32_t i = 0; i < a_.parameters; ++i) {
      const auto& v = a_.variables[i];
      const bool is_bool = v.type == ast::Type::boolean;
      const auto type = is_bool    ? std::string("bool")
                        : v.bounds ? fmt::format("int ({}..{})", v.bounds->low, v.bounds->high)
                                   : std::string("int");
      const auto value = is_bool ? (v.initial != 0 ? "true" : "false") : std::to_string(v.initial);
      parameters += fmt::format("{}{} {} = {}", i == 0 ? "" : ", ", type, v.name, value);
    }
    auto text = fmt::format(
        "<<table border=\"0\" cellspacing=\"0\"><tr><td align=\"left\"><font "
        "point-size=\"16\"><b>automaton {}</b></font></td></tr>",
        a_.name);
    if (!parameters.empty()) {
      for (const auto& part : wrapped(parameters, kTitleColumns)) {
        text += fmt::format(
            "<tr><td align=\"left\"><font point-size=\"10\" face=\"{}\">{}</font></td></tr>", kMono,
            html(part));
      }
    }
    return text + boxes_.refusal_note() + "</table>>";
  }

  void frame(int level, std::uint32_t index, std::uint32_t depth) {
    const auto& f = graph_.frames[index];
    const bool drawn = depth <= kMaxFrameDepth && !(f.nodes.empty() && f.children.empty());
    if (drawn) {
      line(level, fmt::format("subgraph {} {{", frame_id(index)));
      line(level + 1, frame_style(f));
    }
    for (const auto n : f.nodes) line(level + 1, boxes_.node(n));
    for (const auto child : f.children) frame(level + 1, child, depth + 1);
    if (drawn) line(level, "}");
  }
  [[nodiscard]] std::string frame_id(std::uint32_t index) const {
    return quoted(fmt::format("cluster_{}.frame{}", a_.name, index));
  }
  [[nodiscard]] std::string frame_style(const Frame& f) {
    const auto interrupting = [&](const char* name, const char* style, SourceRange range) {
      return fmt::format(
          "label=\"{}\"; fontsize=10; labeljust=l; style=\"{}\"; color=\"{}\"; fontcolor=\"{}\"; "
          "tooltip={};",
          name, style, hex(Colour::during), hex(Colour::during_text),
          quoted(place(sources_, range)));
    };
    switch (f.kind) {
      case Frame::Kind::allow:
        return allow_style(f.context);
      case Frame::Kind::during:
        signs_.insert(Sign::during);
        return interrupting("during", "rounded", a_[f.context].range);
      case Frame::Kind::handle:
        signs_.insert(Sign::handle);
        return interrupting("handle", "rounded,dashed", a_[f.handle].range);
    }
    return {};
  }
  [[nodiscard]] std::string allow_style(ContextId id) {
    signs_.insert(Sign::allow);
    const auto& context = a_[id];
    const auto most = style_.names == 0 ? context.allowed.size() : style_.names;
    std::string shown = "always allowed: ";
    std::string all;
    for (std::size_t i = 0; i < context.allowed.size(); ++i) {
      const auto& name = p_.vocabulary.name(context.allowed[i]);
      all += (i == 0 ? "" : ", ") + name;
      if (i < most) shown += (i == 0 ? "" : ", ") + name;
    }
    if (context.allowed.size() > most) {
      shown += fmt::format(", and {} more", context.allowed.size() - most);
    }
    std::string label;
    for (const auto& part : wrapped(shown, kFrameColumns))
      label += html(part) + "<br align=\"left\"/>";
    const auto at = taken_.allowed.find(id);
    if (at != taken_.allowed.end()) {
      label += fmt::format("<font color=\"{}\"><b>at {}</b></font><br align=\"left\"/>",
                           hex(Colour::taken), at->second.text());
    }
    return fmt::format(
        "label=<{}>; fontsize=10; labeljust=l; style=\"rounded,dotted\"; color=\"{}\"; "
        "fontcolor=\"{}\"; tooltip={};",
        label, hex(Colour::allow), hex(Colour::allow_text),
        quoted(place(sources_, context.range) + ": " + all));
  }

  /// Some shown node in a frame or the frames within it.
  [[nodiscard]] std::optional<NodeId> any_node(std::uint32_t index) const {
    std::vector<std::uint32_t> work{index};
    while (!work.empty()) {
      const auto& f = graph_.frames[work.back()];
      work.pop_back();
      if (!f.nodes.empty()) return f.nodes.front();
      work.insert(work.end(), f.children.rbegin(), f.children.rend());
    }
    return std::nullopt;
  }

  void edge(const FlowEdge& e) {
    const auto name = fmt::format("edge.{}.{}", a_.name, edge_count_);
    auto attributes = fmt::format("id={}", quoted(name));
    std::optional<NodeId> tail;
    if (e.kind == FlowEdge::Kind::step) tail = e.from;
    if (e.kind == FlowEdge::Kind::handle) {
      const auto during = raw(a_[e.handle].during);
      tail = any_node(during);
      if (!tail) return;  // a during that covers no wait point: it cannot fire
      attributes += ", ltail=" + frame_id(during);
    }
    const auto from = e.kind == FlowEdge::Kind::step     ? raw(e.from)
                      : e.kind == FlowEdge::Kind::handle ? raw(e.handle)
                                                         : 0;
    const auto way = taken_.ways.find({e.kind, from, e.to});
    const auto* steps = way == taken_.ways.end() ? nullptr : &way->second;
    attributes += arrow_style(e, steps != nullptr);
    attributes += arrow_label(e, steps);
    line(2, fmt::format("{} -> {} [{}];", tail ? id(*tail) : id("start"), id(e.to), attributes));
    list(e, name, tail);
    ++edge_count_;
  }

  [[nodiscard]] std::string arrow_style(const FlowEdge& e, bool taken) {
    const bool bad = a_[e.to].kind == Node::Kind::abort;
    const bool interrupts = e.kind == FlowEdge::Kind::handle;
    std::string out = interrupts ? ", style=dashed" : "";
    if (taken) {
      signs_.insert(Sign::taken);
      return out + fmt::format(", penwidth=3, color=\"{}\"", hex(Colour::taken));
    }
    if (bad || interrupts) {
      out += fmt::format(", color=\"{}\"", hex(bad ? Colour::bad : Colour::during));
    }
    return out;
  }

  /// Numbers only where a statecall is consumed: what follows it silently belongs to it.
  [[nodiscard]] std::string arrow_label(const FlowEdge& e, const StepList* steps) {
    std::vector<std::string> lines;
    std::string all;
    for (const auto& part : e.labels) {
      signs_.insert(part.find('[') == std::string::npos ? Sign::effect : Sign::guard);
      all += (all.empty() ? "" : "\n") + part;
      for (auto& piece : wrapped(part, kLabelColumns)) lines.push_back(std::move(piece));
    }
    std::string label;
    const bool consumes = e.kind == FlowEdge::Kind::step && a_[e.from].kind == Node::Kind::wait;
    if (steps != nullptr && consumes && steps->count != 0) {
      label += fmt::format(
          "<font color=\"{}\" face=\"{}\" point-size=\"{}\"><b>&#160;{}&#160;</b></font>",
          hex(Colour::taken), kSans, kNameSize, steps->text());
    }
    const auto most = lines.size() <= kLabelLines ? lines.size() : kLabelLines - 1;
    for (std::size_t i = 0; i < most; ++i) {
      label += (label.empty() ? "" : "<br/>") + padded(lines[i]);
    }
    if (most < lines.size()) label += fmt::format("<br/>and {} lines more", lines.size() - most);
    if (label.empty()) return {};
    auto out = fmt::format(", label=<{}>", label);
    if (!all.empty()) out += fmt::format(", labeltooltip={0}, edgetooltip={0}", quoted(all));
    return out;
  }

  /// For those who look it up.
  void list(const FlowEdge& e, const std::string& name, std::optional<NodeId> tail) {
    if (e.kind != FlowEdge::Kind::step || a_[e.from].kind != Node::Kind::wait) {
      edges_.push_back({name, a_.id, tail, e.to, std::nullopt});
      return;
    }
    for (const auto member : boxes_.members(e.from)) {
      edges_.push_back({name, a_.id, tail, e.to, a_[member].statecall});
    }
  }

  const Program& p_;
  const Automaton& a_;
  const SourceMap& sources_;
  const GraphStyle& style_;
  const FlowGraph& graph_;
  const Taken& taken_;
  Boxes boxes_;
  std::string& out_;
  std::vector<GraphEdge>& edges_;
  std::set<Sign>& signs_;
  std::size_t edge_count_ = 0;
};

std::string head(bool down, const GraphStyle& style) {
  const auto hex = [&](Colour c) { return shade(c, style.theme); };
  return fmt::format(
      "digraph policy {{\n"
      "  rankdir={}; compound=true; nodesep=0.2; ranksep={}; bgcolor=\"{}\";\n"
      "  fontname=\"{}\"; fontcolor=\"{}\";\n"
      "  node [fontname=\"{}\", fontsize={}, margin=\"0.1,0.05\", color=\"{}\", "
      "fontcolor=\"{}\"];\n"
      "  edge [fontname=\"{}\", fontsize={}, arrowsize=0.7, color=\"{}\", fontcolor=\"{}\"];\n",
      down ? "TB" : "LR", down ? "0.35" : "0.45", hex(Colour::paper), kSans, hex(Colour::ink),
      kSans, kNameSize, hex(Colour::box_line), hex(Colour::ink), kMono, kSmallSize,
      hex(Colour::arrow), hex(Colour::ink));
}

}  // namespace
}  // namespace graph

GraphDrawing draw_graph(const Program& program, const std::vector<AutomatonId>& automata,
                        const SourceMap& sources, const GraphStyle& style) {
  GraphDrawing drawing;
  drawing.drawn_as.resize(program.automata.size());
  std::set<graph::Sign> signs;
  std::vector<graph::FlowGraph> graphs;
  for (const auto id : automata) {
    graphs.push_back(graph::flow_graph(program.automata[index(id)], style.merge));
  }
  drawing.dot = graph::head(graph::goes_down(program, automata, graphs, style), style);
  for (std::size_t i = 0; i < automata.size(); ++i) {
    const auto id = index(automata[i]);
    const auto& automaton = program.automata[id];
    graph::Taken taken;
    if (style.run != nullptr) {
      taken = graph::taken_by(automaton, graphs[i], style.run->automata[id]);
    }
    const graph::Picture picture{program, automaton, sources, style, graphs[i], taken};
    graph::Drawing(picture, drawing, signs).run();
    drawing.drawn_as[id] = std::move(graphs[i].drawn_as);
  }
  if (style.legend) {
    drawing.dot +=
        fmt::format("  label={}; labelloc=b; labeljust=l;\n", graph::legend(signs, style.theme));
  }
  drawing.dot += "}\n";
  return drawing;
}

}  // namespace spl
