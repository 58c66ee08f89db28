// read_mealy(): the part of the DOT language that learned machines are written in. Nodes, edges
// (chains too), attributes and defaults are read; of the attributes only `label` of edges counts.
// A subgraph is read as if its statements stood by themselves; as the end of an edge it is an
// error. Any bytes are fine as input; what is no graph is an error with its place.
#include <algorithm>
#include <map>

#include "passes/dot_lexer.hpp"
#include "spl/mealy.hpp"

namespace spl {
namespace {

struct DotEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::optional<std::string> label;
  SourceRange range;  // of the label, or of the node it leaves
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

/// The graph as it is written: nodes in the order they are first named, edges.
class GraphReader {
 public:
  GraphReader(FileId file, const SourceMap& sources) : lexer_(file, sources.text(file)) {
    advance();
  }

  bool read() {
    if (is_keyword("strict")) advance();
    if (!is_keyword("digraph")) {
      return fail(is_keyword("graph") ? "a machine is a directed graph, this one is not"
                                      : "this is no graph in the language of GraphViz",
                  "it should start with: digraph NAME {");
    }
    advance();
    if (token_.kind == DotToken::Kind::id) advance();
    if (!take('{', "the graph's name, if it has one, should be followed by {")) return false;
    for (std::size_t depth = 1; depth != 0;) {
      if (is('}')) {
        advance();
        --depth;
      } else if (opens_subgraph()) {
        ++depth;
      } else if (error_ || !statement()) {
        return false;
      }
    }
    if (token_.kind != DotToken::Kind::end) {
      return fail("nothing should follow the graph's last }", "a machine is one graph");
    }
    return !failed();
  }

  [[nodiscard]] TextError error() const { return lexer_.error() ? *lexer_.error() : *error_; }

  std::vector<std::string> nodes;
  std::vector<SourceRange> places;  // of nodes
  std::vector<DotEdge> edges;

 private:
  void advance() { token_ = lexer_.next(); }
  [[nodiscard]] bool failed() const { return error_ || lexer_.error(); }
  [[nodiscard]] bool is(char c) const {
    return token_.kind == DotToken::Kind::punctuation && token_.text[0] == c;
  }
  [[nodiscard]] bool is_keyword(std::string_view word) const {
    return token_.kind == DotToken::Kind::id && !token_.quoted && lower(token_.text) == word;
  }

  bool fail(std::string message, std::string hint) {
    if (!failed()) {
      if (token_.kind == DotToken::Kind::end) message += "; the text ends here";
      error_ = TextError{token_.range, std::move(message), std::move(hint)};
    }
    return false;
  }

  bool take(char c, const char* otherwise) {
    if (!is(c)) return fail(otherwise, "");
    advance();
    return true;
  }

  /// Reads the head of a subgraph, its brace included. May fail, and then is false, too.
  bool opens_subgraph() {
    if (is_keyword("subgraph")) {
      advance();
      if (token_.kind == DotToken::Kind::id) advance();
      return take('{', "a subgraph should have a { here");
    }
    if (!is('{')) return false;
    advance();
    return true;
  }

  bool statement() {
    if (is(';') || is(',')) {
      advance();
      return true;
    }
    if (is_keyword("graph") || is_keyword("node") || is_keyword("edge")) {
      advance();
      std::optional<std::string> unused;
      SourceRange place;
      return attributes(unused, place);
    }
    if (token_.kind != DotToken::Kind::id) {
      return fail("expected a node, an edge or an attribute",
                  "for example: s0 -> s1 [label=\"IN / OUT\"]");
    }
    const auto name = token_;
    advance();
    if (is('=')) {
      advance();
      return value().has_value();
    }
    return node_or_edge(name);
  }

  bool node_or_edge(const DotToken& name) {
    std::vector<std::uint32_t> chain{node(name)};
    if (!port()) return false;
    while (token_.kind == DotToken::Kind::arrow) {
      if (token_.text != "->") return fail("an edge of a directed graph is written ->", "");
      advance();
      if (token_.kind != DotToken::Kind::id || is_keyword("subgraph")) {
        return fail("expected the name of a node after ->", "");
      }
      chain.push_back(node(token_));
      advance();
      if (!port()) return false;
    }
    std::optional<std::string> label;
    SourceRange place = name.range;
    if (!attributes(label, place)) return false;
    for (std::size_t i = 1; i < chain.size(); ++i) {
      edges.push_back({chain[i - 1], chain[i], label, place});
    }
    return true;
  }

  /// Where at a node an edge ends: of no interest.
  bool port() {
    while (is(':')) {
      advance();
      if (!value()) return false;
    }
    return true;
  }

  /// Any number of [name=value, ...]; the last label is kept.
  bool attributes(std::optional<std::string>& label, SourceRange& place) {
    while (is('[')) {
      advance();
      while (!is(']')) {
        if (is(',') || is(';')) {
          advance();
          continue;
        }
        const auto name = value();
        if (!name) return false;
        if (!is('=')) continue;  // an attribute without a value
        advance();
        const auto at = token_.range;
        const auto what = value();
        if (!what) return false;
        if (*name != "label") continue;
        label = *what;
        place = at;
      }
      advance();
    }
    return !failed();
  }

  std::optional<std::string> value() {
    if (token_.kind != DotToken::Kind::id) {
      fail("expected a name or a value", "a value with blanks or other characters needs quotes");
      return std::nullopt;
    }
    auto text = token_.text;
    advance();
    return text;
  }

  std::uint32_t node(const DotToken& name) {
    const auto [at, is_new] =
        numbers_.try_emplace(name.text, static_cast<std::uint32_t>(nodes.size()));
    if (is_new) {
      nodes.push_back(name.text);
      places.push_back(name.range);
    }
    return at->second;
  }

  DotLexer lexer_;
  DotToken token_;
  std::optional<TextError> error_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

/// The machine in a graph: which nodes are states, which is the first, what the labels say.
class Machine {
 public:
  explicit Machine(const GraphReader& graph) : graph_(graph), marker_(graph.nodes.size(), false) {}

  std::variant<MealyMachine, std::vector<TextError>> make(std::optional<std::string_view> start) {
    find_markers();
    number_states();
    for (const auto& edge : graph_.edges) {
      if (errors_.size() >= kMaxMealyErrors) break;
      if (!marker_[edge.from]) add(edge);
    }
    find_start(start);
    if (!errors_.empty()) return std::move(errors_);
    return std::move(machine_);
  }

 private:
  /// A node that is no state, but points to the first one: nothing leads to it, and what leaves it
  /// has no label.
  void find_markers() {
    std::vector<bool> entered(graph_.nodes.size(), false);
    std::vector<bool> labelled(graph_.nodes.size(), false);
    for (const auto& edge : graph_.edges) {
      entered[edge.to] = true;
      if (edge.label && !trimmed(*edge.label).empty()) labelled[edge.from] = true;
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) marker_[n] = !entered[n] && !labelled[n];
    for (const auto& edge : graph_.edges) {
      if (marker_[edge.from] && !marked_) marked_ = edge.to;
    }
  }

  void number_states() {
    states_.resize(graph_.nodes.size());
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (marker_[n]) continue;
      states_[n] = static_cast<std::uint32_t>(machine_.states.size());
      machine_.states.push_back(graph_.nodes[n]);
    }
  }

  void find_start(std::optional<std::string_view> start) {
    if (start) {
      const auto at = std::ranges::find(machine_.states, *start);
      if (at == machine_.states.end()) {
        errors_.push_back({{}, "the machine has no state '" + std::string(*start) + "'", ""});
        return;
      }
      machine_.initial = static_cast<std::uint32_t>(at - machine_.states.begin());
    } else if (marked_) {
      machine_.initial = states_[*marked_];
    }
    if (machine_.transitions.empty() && errors_.empty()) {
      errors_.push_back({{}, "no edge of the graph has a label: this is no machine", ""});
    }
  }

  void add(const DotEdge& edge) {
    const std::string_view label = edge.label ? trimmed(*edge.label) : "";
    const auto wide = label.find(" / ");
    const auto slash = wide == std::string_view::npos ? label.find('/') : wide + 1;
    const auto input = trimmed(label.substr(0, slash));
    if (slash == std::string_view::npos || input.empty()) {
      errors_.push_back(
          {edge.range,
           label.empty()
               ? "the edge from '" + graph_.nodes[edge.from] + "' has no label"
               : "the label '" + std::string(label) + "' is not of the form INPUT / OUTPUT",
           "a transition is written: s0 -> s1 [label=\"INPUT / OUTPUT\"]"});
      return;
    }
    machine_.transitions.push_back({states_[edge.from], states_[edge.to], std::string(input),
                                    std::string(trimmed(label.substr(slash + 1))), edge.range});
  }

  const GraphReader& graph_;
  std::vector<bool> marker_;
  std::vector<std::uint32_t> states_;  // per node: its number among the states
  std::optional<std::uint32_t> marked_;
  MealyMachine machine_;
  std::vector<TextError> errors_;
};

}  // namespace

std::variant<MealyMachine, std::vector<TextError>> read_mealy(
    FileId file, const SourceMap& sources, std::optional<std::string_view> start) {
  GraphReader graph(file, sources);
  if (!graph.read()) return std::vector<TextError>{graph.error()};
  return Machine(graph).make(start);
}

}  // namespace spl
