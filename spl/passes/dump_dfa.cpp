// `splc dump --stage=dfa`: deterministic automata as text, JSON and DOT.
//
// The JSON is stable: {"version":1,"automata":[{"name","alphabet":[statecall...],"states":[
// {"id","finished","waiting":["file:line:column"...],"dead":{reason}?,"transitions":[{"statecall",
// "target"}...],"refused":[{"statecall","reason","where"}...]}...]}...]}. State 0 is the initial
// one; a statecall of the alphabet in neither list is refused because nothing accepts it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "spl/dfa.hpp"
#include "spl/json.hpp"

namespace spl {
namespace {

const Automaton& automaton_of(const Program& program, const Dfa& dfa) {
  return program.automata[raw(dfa.automaton)];
}

/// The places where a state waits, each once, in the order of the text: expansions of one function
/// give several wait points at one place.
std::vector<SourceRange> places_of(const Automaton& a, const Dfa::State& state) {
  std::vector<SourceRange> places;
  for (const auto node : state.waiting) places.push_back(a[node].range);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

/// "3, 5, other.spl:2": line numbers of the automaton's own file need no name.
std::string lines_of(const Automaton& a, const Dfa::State& state, const SourceMap& sources) {
  std::string text;
  std::string last;
  for (const auto& place : places_of(a, state)) {
    if (!place.valid()) continue;
    const auto line = sources.begin_of(place).line;
    auto here = place.file == a.range.file ? std::to_string(line)
                                           : fmt::format("{}:{}", sources.name(place.file), line);
    if (here == last) continue;
    text += (text.empty() ? "" : ", ") + here;
    last = std::move(here);
  }
  return text.empty() ? "-" : text;
}

void text_state(std::string& out, const Program& p, const Automaton& a, const Dfa::State& state,
                std::size_t id, const SourceMap& sources) {
  out += fmt::format("  s{}{} waits at line {}\n", id, state.finished ? " finished" : "",
                     lines_of(a, state, sources));
  if (state.dead) {
    out += fmt::format("        refuses everything: {} at {}\n", to_string(state.dead->reason),
                       sources.describe(state.dead->where));
  }
  for (const auto& t : state.transitions) {
    out += fmt::format("        {} -> s{}\n", p.vocabulary.name(t.statecall), t.target);
  }
  for (const auto& r : state.refused) {
    out += fmt::format("        {} refused: {} at {}\n", p.vocabulary.name(r.statecall),
                       to_string(r.refusal.reason), sources.describe(r.refusal.where));
  }
}

void json_state(JsonWriter& json, const Program& p, const Automaton& a, const Dfa::State& state,
                std::size_t id, const SourceMap& sources) {
  json.begin_object().field("id", id).field("finished", state.finished);
  json.key("waiting").begin_array();
  for (const auto& place : places_of(a, state)) json.value(sources.describe(place));
  json.end_array();
  if (state.dead) {
    json.key("dead").begin_object().field("reason", to_string(state.dead->reason));
    json.field("where", sources.describe(state.dead->where)).end_object();
  }
  json.key("transitions").begin_array();
  for (const auto& t : state.transitions) {
    json.begin_object().field("statecall", p.vocabulary.name(t.statecall));
    json.field("target", t.target).end_object();
  }
  json.end_array().key("refused").begin_array();
  for (const auto& r : state.refused) {
    json.begin_object().field("statecall", p.vocabulary.name(r.statecall));
    json.field("reason", to_string(r.refusal.reason));
    json.field("where", sources.describe(r.refusal.where)).end_object();
  }
  json.end_array().end_object();
}

/// Parallel moves become one arrow with one statecall a line; a long list is cut for reading.
void dot_moves(std::string& out, const Program& p, const Automaton& a, const Dfa::State& state,
               std::size_t id) {
  constexpr std::size_t kShown = 12;
  std::map<std::uint32_t, std::vector<StatecallId>> by_target;
  for (const auto& t : state.transitions) by_target[t.target].push_back(t.statecall);
  for (const auto& [target, statecalls] : by_target) {
    std::string label;
    for (std::size_t i = 0; i < std::min(kShown, statecalls.size()); ++i) {
      label += (i == 0 ? "" : "\\n") + p.vocabulary.name(statecalls[i]);
    }
    if (statecalls.size() > kShown) {
      label += fmt::format("\\nand {} more", statecalls.size() - kShown);
    }
    out += fmt::format("    {}_s{} -> {}_s{} [label=\"{}\"];\n", a.name, id, a.name, target, label);
  }
  for (const auto& r : state.refused) {
    out += fmt::format(
        "    {0}_s{1} -> {0}_refused [label=\"{2}\", color=red, fontcolor=red, tooltip=\"{3}\"];\n",
        a.name, id, p.vocabulary.name(r.statecall), to_string(r.refusal.reason));
  }
}

void dot_automaton(std::string& out, const Program& p, const Dfa& dfa, const SourceMap& sources) {
  const auto& a = automaton_of(p, dfa);
  out += fmt::format("  subgraph cluster_{0} {{\n    label=\"{0}\";\n", a.name);
  out += fmt::format("    {0}_start [shape=point];\n    {0}_start -> {0}_s0;\n", a.name);
  bool refuses = false;
  for (std::size_t i = 0; i < dfa.states.size(); ++i) {
    const auto& state = dfa.states[i];
    refuses = refuses || !state.refused.empty();
    const char* style = state.dead       ? "octagon, color=red"
                        : state.finished ? "doublecircle"
                                         : "circle";
    out += fmt::format("    {}_s{} [label=\"{}\", tooltip={}, shape={}];\n", a.name, i, i,
                       json_quote("waits at line " + lines_of(a, state, sources)), style);
  }
  if (refuses) {
    out += fmt::format(
        "    {}_refused [label=\"refused\", shape=octagon, color=red, fontcolor=red];\n", a.name);
  }
  for (std::size_t i = 0; i < dfa.states.size(); ++i) dot_moves(out, p, a, dfa.states[i], i);
  out += "  }\n";
}

}  // namespace

std::string dump_text(const Program& program, std::span<const Dfa> dfas, const SourceMap& sources) {
  std::string out;
  for (const auto& dfa : dfas) {
    const auto& a = automaton_of(program, dfa);
    std::size_t moves = 0;
    for (const auto& state : dfa.states) moves += state.transitions.size();
    out += fmt::format("automaton {}: {} states, {} moves, starts at s0\n", a.name,
                       dfa.states.size(), moves);
    out += "  alphabet";
    for (const auto s : dfa.alphabet) out += " " + program.vocabulary.name(s);
    out += '\n';
    for (std::size_t i = 0; i < dfa.states.size(); ++i) {
      text_state(out, program, a, dfa.states[i], i, sources);
    }
  }
  return out;
}

std::string dump_json(const Program& program, std::span<const Dfa> dfas, const SourceMap& sources) {
  JsonWriter json;
  json.begin_object().field("version", 1).key("automata").begin_array();
  for (const auto& dfa : dfas) {
    const auto& a = automaton_of(program, dfa);
    json.begin_object().field("name", a.name).key("alphabet").begin_array();
    for (const auto s : dfa.alphabet) json.value(program.vocabulary.name(s));
    json.end_array().key("states").begin_array();
    for (std::size_t i = 0; i < dfa.states.size(); ++i) {
      json_state(json, program, a, dfa.states[i], i, sources);
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string dump_dot(const Program& program, std::span<const Dfa> dfas, const SourceMap& sources) {
  std::string out = "digraph policy {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n";
  for (const auto& dfa : dfas) dot_automaton(out, program, dfa, sources);
  return out + "}\n";
}

}  // namespace spl
