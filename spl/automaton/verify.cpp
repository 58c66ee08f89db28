// verify(): the invariants of spl/automaton.hpp, checked between passes in tests and debug builds.
#include <fmt/format.h>

#include <algorithm>

#include "spl/automaton.hpp"

namespace spl {
namespace {

class Verifier {
 public:
  explicit Verifier(const Automaton& automaton) : a_(automaton) {}

  std::string run() {
    const auto count = static_cast<std::uint32_t>(a_.nodes.size());
    if (raw(a_.start) >= count || raw(a_.final_node) >= count) return "start or final node missing";
    if (a_.parameters > a_.variables.size()) return "more parameters than variables";
    for (std::uint32_t i = 0; i < count && problem_.empty(); ++i) node(NodeId{i});
    for (std::uint32_t i = 0; i < a_.edges.size() && problem_.empty(); ++i) edge(EdgeId{i});
    for (std::uint32_t i = 0; i < a_.exprs.size() && problem_.empty(); ++i) expression(ExprId{i});
    for (std::uint32_t i = 0; i < a_.contexts.size() && problem_.empty(); ++i) {
      context(ContextId{i});
    }
    for (std::uint32_t i = 0; i < a_.handles.size() && problem_.empty(); ++i) {
      const auto& h = a_.handles[i];
      require(raw(h.during) < a_.contexts.size() && a_[h.during].is_during, "handle", i,
              "belongs to no during");
      require(raw(h.entry) < count, "handle", i, "has no entry");
    }
    if (!std::is_sorted(a_.alphabet.begin(), a_.alphabet.end())) return "alphabet not sorted";
    return problem_;
  }

 private:
  void require(bool condition, const char* what, std::uint32_t number, const char* text) {
    if (!condition && problem_.empty()) {
      problem_ = fmt::format("{}: {} {} {}", a_.name, what, number, text);
    }
  }

  void node(NodeId id) {
    const auto& n = a_[id];
    const auto i = raw(id);
    require(std::size_t{n.first_edge} + n.edge_count <= a_.edges.size(), "node", i,
            "has edges out of bounds");
    require(n.context == ContextId::none || raw(n.context) < a_.contexts.size(), "node", i,
            "has an unknown context");
    require(n.handle == HandleId::none || raw(n.handle) < a_.handles.size(), "node", i,
            "has an unknown handle");
    require((n.kind == Node::Kind::silent) == (n.edge_count != 0), "node", i,
            "has edges that do not fit its kind");
    require((n.kind == Node::Kind::final) == (id == a_.final_node), "node", i,
            "and the final point disagree");
    if (n.kind == Node::Kind::wait) {
      require(raw(n.next) < a_.nodes.size(), "node", i, "has no next");
      require(a_.in_alphabet(n.statecall), "node", i, "waits outside the alphabet");
    }
    if (n.kind == Node::Kind::resume) {
      require(n.context != ContextId::none && a_[n.context].is_during, "node", i,
              "resumes no during");
    }
  }

  void edge(EdgeId id) {
    const auto& e = a_[id];
    const auto i = raw(id);
    require(raw(e.target) < a_.nodes.size(), "edge", i, "has no target");
    if (const auto* g = std::get_if<Guard>(&e.action)) {
      require(raw(g->condition) < a_.exprs.size(), "edge", i, "has no guard expression");
    }
    if (const auto* s = std::get_if<Assign>(&e.action)) {
      require(raw(s->value) < a_.exprs.size() && raw(s->target) < a_.variables.size(), "edge", i,
              "assigns nothing");
    }
    if (const auto* r = std::get_if<Reset>(&e.action)) {
      require(raw(r->begin) <= raw(r->end) && raw(r->end) <= a_.variables.size() &&
                  (raw(r->begin) >= a_.parameters || r->begin == r->end),
              "edge", i, "resets slots out of bounds");
    }
  }

  void expression(ExprId id) {
    const auto& e = a_[id];
    const bool binary = e.op == ExprNode::Op::binary;
    const bool unary = e.op == ExprNode::Op::negate || e.op == ExprNode::Op::logical_not;
    if (binary || unary) {
      require(raw(e.left) < raw(id) && (!binary || raw(e.right) < raw(id)), "expression", raw(id),
              "refers forward");
    }
    if (e.op == ExprNode::Op::variable) {
      require(raw(e.variable) < a_.variables.size(), "expression", raw(id), "has no variable");
    }
  }

  void context(ContextId id) {
    const auto& c = a_[id];
    require(c.parent == ContextId::none || raw(c.parent) < a_.contexts.size(), "context", raw(id),
            "has an unknown parent");
    if (!c.is_during) return;
    require(raw(c.resume) < a_.variables.size(), "context", raw(id), "has no resume slot");
    for (const auto n : c.resume_points) {
      require(raw(n) < a_.nodes.size() && a_[n].kind == Node::Kind::wait, "context", raw(id),
              "resumes at something else than a wait point");
    }
  }

  const Automaton& a_;
  std::string problem_;
};

}  // namespace

std::string verify(const Automaton& automaton) {
  return Verifier(automaton).run();
}

}  // namespace spl
