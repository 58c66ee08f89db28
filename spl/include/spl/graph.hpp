// The control flow of automata as DOT, to be drawn by Graphviz's dot: folded to what a person wants
// to see, and with ids by which the parts of the drawing are found again in its SVG.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"
#include "spl/source.hpp"

namespace spl {

/// An arrow of a drawing. In the SVG it is the group whose id is `id`: "edge.AUTOMATON.K", K from 0
/// within each automaton. A node N of an automaton is the group "node.AUTOMATON.N"; the dot that an
/// automaton starts from is "node.AUTOMATON.start".
struct GraphEdge {
  std::string id;
  AutomatonId automaton{};
  /// nullopt: from the start. An arrow into a handle block begins at some node that its during
  /// covers; it can be taken from all of them.
  std::optional<NodeId> from;
  NodeId to{};
  /// What is consumed by going this way: that of the wait point it leaves. nullopt: nothing.
  std::optional<StatecallId> statecall;
};

struct GraphDrawing {
  std::string dot;  // one digraph
  /// By automaton as asked for, then by K. The arrow out of a box of several wait points is listed
  /// once for each of them, with the same id and the box's node as `from`.
  std::vector<GraphEdge> edges;
  /// Per automaton of the program and node: the node whose group shows it, itself unless wait
  /// points were merged. Empty for automata that are not drawn.
  std::vector<std::vector<NodeId>> drawn_as;
};

/// One statecall of a trace and its number in it, from 1; those that no automaton mentions are
/// counted, but not followed.
struct GraphStep {
  StatecallId statecall{};
  std::uint32_t number = 0;
};

/// Where a trace leads. Made by follow_trace().
struct GraphRun {
  /// Of one automaton: the steps that it ticked by, and its configurations before the first of
  /// them and after each.
  struct Moves {
    std::vector<GraphStep> steps;
    std::vector<ConfigurationSet> sets;
  };
  std::vector<Moves> automata;
  std::size_t accepted = 0;  // so many steps
  std::optional<GraphStep> refused;
  std::vector<Interpreter::AutomatonRefusal> refusals;  // by whom, and where they waited
  /// The trace was not followed to its end: a closure, or what would have to be kept, is too large.
  bool too_large = false;
};
/// Follows a trace up to the first step that is refused.
[[nodiscard]] GraphRun follow_trace(const Program& program, std::span<const GraphStep> steps);

struct GraphStyle {
  enum class Theme : std::uint8_t { light, dark };
  enum class Direction : std::uint8_t { automatic, right, down };
  Theme theme = Theme::light;
  Direction direction = Direction::automatic;  // automatic: what seems to need the smaller page
  /// Wait points between the same places become one box, arrows between the same places one arrow.
  /// All wait points of a box are waited at together.
  bool merge = false;
  bool legend = false;            // of what occurs
  std::size_t names = 0;          // of long lists of statecalls show so many; 0: all
  const GraphRun* run = nullptr;  // drawn as taken; must be of the same program
};

/// Draws some automata of a program, in this order. Deterministic; equal arguments give equal
/// texts. Silent nodes that say nothing are left out, so not every node of an automaton is in the
/// drawing; every wait point that a run can come to is.
[[nodiscard]] GraphDrawing draw_graph(const Program& program,
                                      const std::vector<AutomatonId>& automata,
                                      const SourceMap& sources, const GraphStyle& style = {});

/// Rules for what Graphviz makes of a drawing in the light theme: text that stays readable on
/// lines, and the dark theme for readers who prefer it. They apply below `.spl-graph`.
[[nodiscard]] std::string graph_css();
/// Puts these rules, and the class they ask for, into an SVG by Graphviz. What does not look like
/// one is returned as it is.
[[nodiscard]] std::string style_graph_svg(std::string svg);

}  // namespace spl
