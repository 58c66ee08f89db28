// The description of a policy as JSON.
#include <algorithm>
#include <filesystem>

#include "spl/debug/view.hpp"
#include "spl/graph.hpp"
#include "spl/json.hpp"

namespace spl::debug {
namespace {

/// Graphviz takes minutes for more, and nobody could read it.
constexpr std::size_t kMaxArrows = 2'000;

/// Where a person sees that the automaton waits: the statement; at the end, the last brace.
SourceRange place_of(const Automaton& automaton, const ast::Routine& routine, NodeId id) {
  const auto& node = automaton[id];
  if (node.kind != Node::Kind::final) return node.range;
  auto end = routine.range;
  if (end.end > end.begin) end.begin = end.end - 1;
  return end;
}

/// The numbers of a place, within an array.
void write_place(JsonWriter& json, const SourceMap& sources, SourceRange range) {
  const auto begin = sources.begin_of(range);
  const auto end = sources.locate(range.file, range.end);
  json.value(static_cast<std::uint32_t>(range.file)).value(begin.line).value(begin.column);
  json.value(end.line).value(end.column);
}

void write_ids(JsonWriter& json, const std::vector<StatecallId>& ids) {
  json.begin_array();
  for (const auto id : ids) json.value(index(id));
  json.end_array();
}

/// A file's name beside the policy, whose own is the first.
std::string beside(const std::string& name, const std::string& policy) {
  namespace fs = std::filesystem;
  const auto relative = fs::path(name).lexically_relative(fs::path(policy).parent_path());
  return relative.empty() || *relative.begin() == ".." ? fs::path(name).filename().string()
                                                       : relative.generic_string();
}

void write_variables(JsonWriter& json, const Automaton& automaton) {
  json.key("variables").begin_array();
  for (std::uint32_t v = 0; v < automaton.parameters; ++v) {
    const auto& variable = automaton.variables[v];
    const bool is_bool = variable.type == ast::Type::boolean;
    json.begin_object().field("name", variable.name).field("type", is_bool ? "bool" : "int");
    json.key("bounds");
    if (variable.bounds) {
      json.begin_array().value(variable.bounds->low).value(variable.bounds->high).end_array();
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

void write_graph(JsonWriter& json, const PolicyView::Picture& picture,
                 const std::vector<GraphEdge>& edges) {
  const auto optional = [&](const char* key, const auto& value) {
    json.key(key);
    if (value) {
      json.value(*value);
    } else {
      json.null();
    }
  };
  optional("graph", picture.svg);
  optional("graph_missing", picture.svg ? std::nullopt : std::optional(picture.missing));
  json.key("edges").begin_array();
  for (const auto& edge : edges) {
    json.begin_object().field("id", edge.id);
    optional("from", edge.from ? std::optional(raw(*edge.from)) : std::nullopt);
    json.field("to", raw(edge.to));
    optional("statecall", edge.statecall ? std::optional(index(*edge.statecall)) : std::nullopt);
    json.end_object();
  }
  json.end_array();
}

/// Which box shows a node that has none of its own.
void write_boxes(JsonWriter& json, const std::vector<NodeId>& drawn_as) {
  json.key("boxes").begin_array();
  for (std::uint32_t n = 0; n < drawn_as.size(); ++n) {
    if (raw(drawn_as[n]) == n) continue;
    json.begin_array().value(n).value(raw(drawn_as[n])).end_array();
  }
  json.end_array();
}

/// Where the nodes that have boxes stand. What chooses silently is a dot and no box.
void write_places(JsonWriter& json, const SourceMap& sources, const Automaton& automaton,
                  const ast::Routine& routine) {
  json.key("places").begin_array();
  for (std::uint32_t n = 0; n < automaton.nodes.size(); ++n) {
    if (automaton.nodes[n].kind == Node::Kind::silent) continue;
    const auto place = place_of(automaton, routine, NodeId{n});
    if (!place.valid()) continue;
    json.begin_array().value(n);
    write_place(json, sources, place);
    json.end_array();
  }
  json.end_array();
}

/// The element alone, to be put into a page.
PolicyView::Picture svg_element(PolicyView::Picture picture) {
  if (!picture.svg) return picture;
  const auto begin = picture.svg->find("<svg");
  if (begin == std::string::npos) return {std::nullopt, "what dot made is no SVG"};
  picture.svg->erase(0, begin);
  return picture;
}

}  // namespace

std::string PolicyView::json(AutomatonId id, const Situation& situation) const {
  const auto& automaton = program_->automata[index(id)];
  const auto& routine = *policy_->automata[index(id)];
  std::vector<SourceRange> places;
  for (const auto node : situation.nodes) places.push_back(place_of(automaton, routine, node));
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  JsonWriter json;
  json.begin_object().key("places").begin_array();
  for (const auto place : places) {
    json.begin_array();
    write_place(json, *sources_, place);
    json.end_array();
  }
  json.end_array().key("nodes").begin_array();
  for (const auto node : situation.nodes) json.value(raw(node));
  json.end_array().key("values").begin_array();
  for (const auto& values : situation.values) {
    json.begin_array();
    for (const auto value : values) json.value(value);
    json.end_array();
  }
  json.end_array().key("allowed");
  write_ids(json, situation.allowed);
  return json.field("finished", situation.finished).end_object().take();
}

void PolicyView::write_automaton(JsonWriter& json, AutomatonId id, const Painter& draw) const {
  const auto& automaton = program_->automata[index(id)];
  const auto& routine = *policy_->automata[index(id)];
  const auto range = routine.range;
  json.begin_object().field("name", automaton.name);
  json.field("file", static_cast<std::uint32_t>(range.file));
  json.field("first_line", sources_->begin_of(range).line);
  json.field("last_line", sources_->locate(range.file, range.end).line).key("alphabet");
  write_ids(json, automaton.alphabet);
  write_variables(json, automaton);
  GraphStyle style;
  style.merge = true;
  const auto drawing = draw_graph(*program_, {id}, *sources_, style);
  const bool large = drawing.edges.size() > kMaxArrows;
  write_graph(json,
              large ? Picture{std::nullopt, "the automaton is too large to be drawn"}
                    : svg_element(draw(drawing.dot)),
              drawing.edges);
  write_boxes(json, drawing.drawn_as[index(id)]);
  write_places(json, *sources_, automaton, routine);
  json.field("initial", 0).key("situations");
  if (!automata_[index(id)]) {
    json.null();
  } else {
    json.begin_array();
    for (const auto& s : automata_[index(id)]->situations) {
      json.json(PolicyView::json(id, s));
    }
    json.end_array();
  }
  json.end_object();
}

std::string PolicyView::describe(const Naming& naming, const Painter& draw) const {
  const auto& policy_file = sources_->name(FileId{0});
  JsonWriter json;
  json.begin_object().field("format", 1).field("policy", naming.policy).field("path", naming.path);
  json.key("files").begin_array();
  for (std::uint32_t f = 0; f < sources_->size(); ++f) {
    json.begin_object().field("name", beside(sources_->name(FileId{f}), policy_file));
    json.field("text", sources_->text(FileId{f})).end_object();
  }
  json.end_array().key("statecalls").begin_array();
  for (const auto& statecall : program_->vocabulary.all()) json.value(statecall.name);
  json.end_array().key("properties").begin_array();
  for (const auto& property : program_->properties) {
    json.begin_object().field("name", property.name).field("formula", property.text);
    json.field("file", static_cast<std::uint32_t>(property.range.file));
    json.field("line", sources_->begin_of(property.range).line).end_object();
  }
  json.end_array().key("automata").begin_array();
  for (std::uint32_t a = 0; a < automata_.size(); ++a) write_automaton(json, AutomatonId{a}, draw);
  return json.end_array().end_object().take();
}

}  // namespace spl::debug
