// A flow graph as DOT, laid out to be read: boxes wait for a statecall, dots choose, frames show
// what is allowed within them.
#include <fmt/format.h>

#include "graph/flow_graph.hpp"
#include "spl/graph.hpp"
#include "spl/json.hpp"

namespace spl {
namespace {

using graph::flow_graph;
using graph::FlowEdge;
using graph::FlowGraph;
using graph::Frame;

constexpr std::size_t kNamesInFrame = 6;  // of an always_allow list; the tooltip has them all
constexpr std::uint32_t kMaxFrameDepth = 64;

/// DOT strings are JSON strings, but for \u escapes; those occur only in odd file names.
std::string quoted(std::string_view text) {
  return json_quote(text);
}

std::string place(const SourceMap& sources, SourceRange range) {
  if (!range.valid()) return {};
  return fmt::format("{}:{}", sources.name(range.file), sources.begin_of(range).line);
}

class Drawing {
 public:
  Drawing(const Program& p, const Automaton& a, const SourceMap& sources, GraphDrawing& out)
      : p_(p), a_(a), sources_(sources), graph_(flow_graph(a)), out_(out.dot), edges_(out.edges) {}

  void run() {
    line(1, fmt::format("subgraph {} {{", quoted("cluster_" + a_.name)));
    line(2, fmt::format("label={}; labeljust=l; color=gray60; style=rounded;", title()));
    line(2, fmt::format("{} [shape=circle, style=filled, fillcolor=black, width=0.18, label=\"\", "
                        "tooltip=\"start\", {}];",
                        id("start"), svg_id("start")));
    for (const auto n : graph_.outside) node(2, n);
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
  [[nodiscard]] std::string id(std::string_view what) const {
    return quoted(fmt::format("{}.{}", a_.name, what));
  }
  [[nodiscard]] std::string id(NodeId n) const { return id(std::to_string(raw(n))); }
  [[nodiscard]] std::string svg_id(std::string_view what) const {
    return fmt::format("id={}", quoted(fmt::format("node.{}.{}", a_.name, what)));
  }

  /// An HTML-like label: names hold nothing that would need escaping there.
  [[nodiscard]] std::string title() const {
    auto text = fmt::format(
        "<<table border=\"0\" cellspacing=\"0\"><tr><td align=\"left\"><font "
        "point-size=\"16\"><b>automaton {}</b></font></td></tr>",
        a_.name);
    for (std::uint32_t i = 0; i < a_.parameters; ++i) {
      const auto& v = a_.variables[i];
      const bool is_bool = v.type == ast::Type::boolean;
      const auto type = is_bool    ? std::string("bool")
                        : v.bounds ? fmt::format("int ({}..{})", v.bounds->low, v.bounds->high)
                                   : std::string("int");
      const auto value = is_bool ? (v.initial != 0 ? "true" : "false") : std::to_string(v.initial);
      text += fmt::format(
          "<tr><td align=\"left\"><font point-size=\"10\" face=\"monospace\">"
          "{} {} = {}</font></td></tr>",
          type, v.name, value);
    }
    return text + "</table>>";
  }

  void node(int level, NodeId n) {
    const auto& node = a_[n];
    const auto where = place(sources_, node.range);
    std::string style;
    switch (node.kind) {
      case Node::Kind::wait:
        style = fmt::format(
            "shape=box, style=\"rounded,filled\", fillcolor=\"#eef4fb\", "
            "label=<{}<br/><font point-size=\"8\" color=\"gray45\">line {}</font>>",
            p_.vocabulary.name(node.statecall), sources_.begin_of(node.range).line);
        break;
      case Node::Kind::silent:
        style = "shape=circle, style=filled, fillcolor=gray50, color=gray50, width=0.1, label=\"\"";
        break;
      case Node::Kind::resume:
        style = "shape=plaintext, fontcolor=gray35, fontsize=9, label=\"back to where it was\"";
        break;
      case Node::Kind::final:
        style =
            "shape=doublecircle, style=filled, fillcolor=white, width=0.3, label=\"end\", "
            "fontsize=9";
        break;
      case Node::Kind::abort:
        style = fmt::format(
            "shape=octagon, style=filled, fillcolor=\"#ffe5e5\", color=red, "
            "fontcolor=red, label=<abort<br/><font point-size=\"8\">line {}</font>>",
            sources_.begin_of(node.range).line);
        break;
    }
    line(level, fmt::format("{} [{}, tooltip={}, {}];", id(n), style, quoted(where),
                            svg_id(std::to_string(raw(n)))));
  }

  void frame(int level, std::uint32_t index, std::uint32_t depth) {
    const auto& f = graph_.frames[index];
    const bool drawn = depth <= kMaxFrameDepth && !(f.nodes.empty() && f.children.empty());
    if (drawn) {
      line(level, fmt::format("subgraph {} {{", frame_id(index)));
      line(level + 1, frame_style(f));
    }
    for (const auto n : f.nodes) node(level + 1, n);
    for (const auto child : f.children) frame(level + 1, child, depth + 1);
    if (drawn) line(level, "}");
  }
  [[nodiscard]] std::string frame_id(std::uint32_t index) const {
    return quoted(fmt::format("cluster_{}.frame{}", a_.name, index));
  }
  [[nodiscard]] std::string frame_style(const Frame& f) const {
    switch (f.kind) {
      case Frame::Kind::allow:
        return allow_style(a_[f.context]);
      case Frame::Kind::during:
        return fmt::format(
            "label=\"during\"; fontsize=10; labeljust=l; style=\"rounded\"; "
            "color=\"#b8860b\"; fontcolor=\"#8b6508\"; tooltip={};",
            quoted(place(sources_, a_[f.context].range)));
      case Frame::Kind::handle:
        return fmt::format(
            "label=\"handle\"; fontsize=10; labeljust=l; style=\"rounded,dashed\"; "
            "color=\"#b8860b\"; fontcolor=\"#8b6508\"; tooltip={};",
            quoted(place(sources_, a_[f.handle].range)));
    }
    return {};
  }
  [[nodiscard]] std::string allow_style(const Context& context) const {
    std::string shown = "always allowed:";
    std::string all;
    for (std::size_t i = 0; i < context.allowed.size(); ++i) {
      const auto& name = p_.vocabulary.name(context.allowed[i]);
      all += (i == 0 ? "" : ", ") + name;
      if (i < kNamesInFrame) shown += (i == 0 ? " " : i % 2 == 0 ? ",\n  " : ", ") + name;
    }
    if (context.allowed.size() > kNamesInFrame) {
      shown += fmt::format(", and {} more", context.allowed.size() - kNamesInFrame);
    }
    return fmt::format(
        "label={}; fontsize=10; labeljust=l; style=\"rounded\"; "
        "color=\"#5a9e6f\"; fontcolor=\"#2e6b41\"; tooltip={};",
        quoted(shown), quoted(place(sources_, context.range) + ": " + all));
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
    std::string label;
    for (const auto& part : e.labels) label += (label.empty() ? "" : "\n") + part;
    auto attributes = fmt::format("id={}", quoted(next_edge_id()));
    const auto add = [&](std::string_view more) { attributes.append(", ").append(more); };
    if (!label.empty()) add("label=" + quoted(label));
    if (a_[e.to].kind == Node::Kind::abort) add("color=red, fontcolor=red");
    std::optional<NodeId> tail;
    if (e.kind == FlowEdge::Kind::step) tail = e.from;
    if (e.kind == FlowEdge::Kind::handle) {
      const auto during = raw(a_[e.handle].during);
      tail = any_node(during);
      if (!tail) return;  // a during that covers no wait point: it cannot fire
      add("style=dashed, color=\"#b8860b\", fontcolor=\"#8b6508\", ltail=" + frame_id(during));
    }
    line(2, fmt::format("{} -> {} [{}];", tail ? id(*tail) : id("start"), id(e.to), attributes));
    std::optional<StatecallId> statecall;
    if (e.kind == FlowEdge::Kind::step && a_[e.from].kind == Node::Kind::wait) {
      statecall = a_[e.from].statecall;
    }
    edges_.push_back({next_edge_id(), a_.id, tail, e.to, statecall});
    ++edge_count_;
  }
  [[nodiscard]] std::string next_edge_id() const {
    return fmt::format("edge.{}.{}", a_.name, edge_count_);
  }

  const Program& p_;
  const Automaton& a_;
  const SourceMap& sources_;
  FlowGraph graph_;
  std::string& out_;
  std::vector<GraphEdge>& edges_;
  std::size_t edge_count_ = 0;
};

}  // namespace

GraphDrawing draw_graph(const Program& program, const std::vector<AutomatonId>& automata,
                        const SourceMap& sources) {
  GraphDrawing drawing;
  drawing.dot =
      "digraph policy {\n"
      "  rankdir=LR; compound=true; nodesep=0.18; ranksep=0.5;\n"
      "  fontname=\"sans-serif\";\n"
      "  node [fontname=\"sans-serif\", fontsize=11, margin=\"0.12,0.05\"];\n"
      "  edge [fontname=\"monospace\", fontsize=9, arrowsize=0.7, color=gray25];\n";
  for (const auto id : automata) {
    Drawing(program, program.automata[index(id)], sources, drawing).run();
  }
  drawing.dot += "}\n";
  return drawing;
}

}  // namespace spl
