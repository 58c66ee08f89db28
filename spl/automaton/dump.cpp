// `splc dump --stage=automaton`: control-flow automata as text, JSON and DOT.
#include <fmt/format.h>

#include "spl/automaton.hpp"
#include "spl/json.hpp"

namespace spl {
namespace {

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::silent:
      return "silent";
    case Node::Kind::wait:
      return "wait";
    case Node::Kind::resume:
      return "resume";
    case Node::Kind::final:
      return "final";
    case Node::Kind::abort:
      return "abort";
  }
  return "";
}

std::string line_of(const SourceMap& sources, SourceRange range) {
  return range.valid() ? std::to_string(sources.begin_of(range).line) : "-";
}

std::string type_of(const Variable& v) {
  if (v.kind == Variable::Kind::counter) return "counter";
  if (v.kind == Variable::Kind::resume) return "resume point";
  if (v.kind == Variable::Kind::local) return "local";
  if (v.type == ast::Type::boolean) return "bool";
  return v.bounds ? fmt::format("int({}..{})", v.bounds->low, v.bounds->high) : "int";
}

std::string names_of(const Program& p, const std::vector<StatecallId>& ids) {
  std::string text;
  for (const auto s : ids) text += (text.empty() ? "" : " ") + p.vocabulary.name(s);
  return text;
}

void dump_node(std::string& out, const Program& p, const Automaton& a, const SourceMap& sources,
               std::uint32_t i) {
  const auto& n = a.nodes[i];
  out += fmt::format("  n{:<4} line {:<4} {}", i, line_of(sources, n.range), kind_name(n.kind));
  if (n.kind == Node::Kind::wait) {
    out += fmt::format(" {} -> n{}", p.vocabulary.name(n.statecall), raw(n.next));
    if (n.context != ContextId::none) out += fmt::format(" in c{}", raw(n.context));
  }
  if (n.kind == Node::Kind::resume) out += fmt::format(" c{}", raw(n.context));
  out += '\n';
  for (std::uint32_t e = 0; e < n.edge_count; ++e) {
    const auto& edge = a.edges[n.first_edge + e];
    const auto action = to_string(a, edge.action);
    out += fmt::format("        {}{}-> n{}\n", action, action.empty() ? "" : " ", raw(edge.target));
  }
}

void dump_context(std::string& out, const Program& p, const Automaton& a, std::uint32_t i) {
  const auto& c = a.contexts[i];
  out += fmt::format("  c{}", i);
  if (c.parent != ContextId::none) out += fmt::format(" within c{}", raw(c.parent));
  if (!c.is_during) {
    out += fmt::format(": always_allow {}\n", names_of(p, c.allowed));
    return;
  }
  out += ": during, handles at";
  for (const auto h : c.handles) out += fmt::format(" n{}", raw(a[h].entry));
  out += '\n';
}

std::string dot_label(const Program& p, const Automaton& a, const Node& n, std::uint32_t i) {
  if (n.kind == Node::Kind::wait) return p.vocabulary.name(n.statecall);
  (void)a;
  return fmt::format("n{}", i);
}

const char* dot_style(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::wait:
      return "shape=box";
    case Node::Kind::final:
      return "shape=doublecircle";
    case Node::Kind::abort:
      return "shape=octagon, color=red, fontcolor=red";
    case Node::Kind::resume:
      return "shape=circle, style=dashed";
    case Node::Kind::silent:
      break;
  }
  return "shape=point";
}

void dot_edges(std::string& out, const Program& p, const Automaton& a, std::uint32_t i) {
  const auto& n = a.nodes[i];
  const auto from = fmt::format("{}_n{}", a.name, i);
  const auto to = [&](NodeId id) { return fmt::format("{}_n{}", a.name, raw(id)); };
  for (std::uint32_t e = 0; e < n.edge_count; ++e) {
    const auto& edge = a.edges[n.first_edge + e];
    out += fmt::format("    {} -> {} [label={}];\n", from, to(edge.target),
                       json_quote(to_string(a, edge.action)));
  }
  if (n.kind == Node::Kind::wait) out += fmt::format("    {} -> {};\n", from, to(n.next));
  for (auto c = n.kind == Node::Kind::wait ? n.context : ContextId::none; c != ContextId::none;
       c = a[c].parent) {
    if (!a[c].allowed.empty()) {
      out += fmt::format("    {} -> {} [label={}];\n", from, from,
                         json_quote(names_of(p, a[c].allowed)));
    }
    for (const auto h : a[c].handles) {
      out += fmt::format("    {} -> {} [style=dashed];\n", from, to(a[h].entry));
    }
  }
}

}  // namespace

std::string dump_text(const Program& p, const SourceMap& sources) {
  std::string out;
  for (const auto& a : p.automata) {
    out += fmt::format("automaton {}: {} nodes, {} edges, starts at n{}\n", a.name, a.nodes.size(),
                       a.edges.size(), raw(a.start));
    out += fmt::format("  alphabet {}\n", names_of(p, a.alphabet));
    for (std::size_t i = 0; i < a.variables.size(); ++i) {
      const auto& v = a.variables[i];
      out += fmt::format("  v{} {}: {} = {}\n", i, v.name, type_of(v), v.initial);
    }
    for (std::uint32_t i = 0; i < a.contexts.size(); ++i) dump_context(out, p, a, i);
    for (std::uint32_t i = 0; i < a.nodes.size(); ++i) dump_node(out, p, a, sources, i);
  }
  return out;
}

std::string dump_json(const Program& p, const SourceMap& sources) {
  JsonWriter json;
  json.begin_object().field("version", 1).key("automata").begin_array();
  for (const auto& a : p.automata) {
    json.begin_object().field("name", a.name).field("start", raw(a.start));
    json.key("alphabet").begin_array();
    for (const auto s : a.alphabet) json.value(p.vocabulary.name(s));
    json.end_array().key("variables").begin_array();
    for (const auto& v : a.variables) {
      json.begin_object().field("name", v.name).field("type", type_of(v));
      json.field("initial", v.initial).end_object();
    }
    json.end_array().key("contexts").begin_array();
    for (const auto& c : a.contexts) {
      json.begin_object().field("kind", c.is_during ? "during" : "always_allow");
      if (c.parent != ContextId::none) json.field("parent", raw(c.parent));
      json.key("allowed").begin_array();
      for (const auto s : c.allowed) json.value(p.vocabulary.name(s));
      json.end_array().key("handles").begin_array();
      for (const auto h : c.handles) json.value(raw(a[h].entry));
      json.end_array().end_object();
    }
    json.end_array().key("nodes").begin_array();
    for (const auto& n : a.nodes) {
      json.begin_object().field("kind", kind_name(n.kind));
      json.field("source", sources.describe(n.range));
      if (n.kind == Node::Kind::wait) {
        json.field("statecall", p.vocabulary.name(n.statecall)).field("next", raw(n.next));
      }
      if (n.context != ContextId::none) json.field("context", raw(n.context));
      json.key("edges").begin_array();
      for (std::uint32_t e = 0; e < n.edge_count; ++e) {
        const auto& edge = a.edges[n.first_edge + e];
        json.begin_object().field("target", raw(edge.target));
        json.field("action", to_string(a, edge.action)).end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string dump_dot(const Program& p, const SourceMap& sources) {
  std::string out = "digraph policy {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n";
  for (const auto& a : p.automata) {
    out += fmt::format("  subgraph cluster_{0} {{\n    label=\"{0}\";\n", a.name);
    for (std::uint32_t i = 0; i < a.nodes.size(); ++i) {
      const auto& n = a.nodes[i];
      out += fmt::format("    {}_n{} [label={}, tooltip={}, {}];\n", a.name, i,
                         json_quote(dot_label(p, a, n, i)),
                         json_quote("line " + line_of(sources, n.range)), dot_style(n.kind));
    }
    for (std::uint32_t i = 0; i < a.nodes.size(); ++i) dot_edges(out, p, a, i);
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace spl
