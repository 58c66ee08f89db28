// An automaton as a drawing shows it: silent steps folded into labelled arrows, frames for
// always_allow, during and handle blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spl/automaton.hpp"

namespace spl::graph {

struct FlowEdge {
  enum class Kind : std::uint8_t { step, start, handle };
  Kind kind = Kind::step;
  NodeId from{};      // step
  HandleId handle{};  // handle: which
  NodeId to{};
  std::vector<std::string> labels;  // guards and assignments, in order
};

/// A frame around nodes and other frames.
struct Frame {
  static constexpr std::uint32_t kOutermost = 0xffffffffU;
  enum class Kind : std::uint8_t { allow, during, handle };
  Kind kind = Kind::allow;
  std::uint32_t parent = kOutermost;
  ContextId context = ContextId::none;  // allow, during
  HandleId handle = HandleId::none;     // handle
  std::vector<std::uint32_t> children;
  std::vector<NodeId> nodes;  // directly in it
};

struct FlowGraph {
  std::vector<NodeId> drawn_as;                   // per node: the wait point whose box it is in
  std::vector<std::vector<std::string>> effects;  // per wait point: assignments said in its box
  std::vector<bool> shown;                        // per node of the automaton
  std::vector<FlowEdge> edges;                    // between shown nodes
  std::vector<Frame> frames;                      // contexts first, then handles
  std::vector<std::uint32_t> outer;               // frames without a parent
  std::vector<NodeId> outside;                    // shown nodes in no frame

  /// Also while boxes are being made, when drawn_as may lead from box to box.
  [[nodiscard]] NodeId box_of(NodeId node) const {
    while (drawn_as[raw(node)] != node) node = drawn_as[raw(node)];
    return node;
  }
};

/// With `merge`, wait points and arrows between the same places are one.
[[nodiscard]] FlowGraph flow_graph(const Automaton& automaton, bool merge);

}  // namespace spl::graph
