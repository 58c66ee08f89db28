// A drawing read back from its DOT, with boxes called by what they say.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "spl/graph.hpp"
#include "support.hpp"

namespace spl::test {

/// "<b>A</b>&#160;&lt;" -> "A <"
inline std::string plain(std::string html) {
  html = std::regex_replace(html, std::regex("<br[^>]*>|</tr>"), "\n");
  html = std::regex_replace(html, std::regex("<[^>]*>|&#160;"), " ");
  for (const auto& [code, sign] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    html = std::regex_replace(html, std::regex(code), sign);
  }
  html = std::regex_replace(html, std::regex(" *\n[ \n]*"), "; ");
  html = std::regex_replace(html, std::regex(" +"), " ");
  return std::regex_replace(html, std::regex("^[ ;]+|[ ;]+$"), "");
}

class Drawn {
 public:
  explicit Drawn(const std::string& text, GraphStyle style = merged()) : p_(compile(text)) {
    draw(style);
  }
  /// With the way of a trace: names separated by blanks.
  Drawn(const std::string& text, const std::string& trace, GraphStyle style = merged())
      : p_(compile(text)) {
    std::vector<GraphStep> steps;
    std::istringstream names(trace);
    for (std::string name; names >> name;) {
      steps.push_back({p_->statecall(name), static_cast<std::uint32_t>(steps.size() + 1)});
    }
    run = follow_trace(*p_->program, steps);
    style.run = &run;
    draw(style);
  }

  static GraphStyle merged() {
    GraphStyle style;
    style.merge = true;
    return style;
  }

  /// What a box says: statecalls, lines, effects.
  [[nodiscard]] std::set<std::string> boxes() const {
    std::set<std::string> all;
    for (const auto& [id, text] : said_) all.insert(text);
    return all;
  }
  /// "A -> B: label", "(taken)" at the end of those that a trace takes.
  [[nodiscard]] std::set<std::string> arrows() const { return arrows_; }
  /// The attributes of the node whose text has this.
  [[nodiscard]] std::string attributes(const std::string& text) const {
    for (const auto& [id, said] : said_) {
      if (said.find(text) != std::string::npos) return lines_.at(id);
    }
    return "no such box: " + text;
  }
  [[nodiscard]] const std::string& dot() const { return drawing.dot; }
  [[nodiscard]] const Program& program() const { return *p_->program; }

  GraphRun run;
  GraphDrawing drawing;

 private:
  void draw(const GraphStyle& style) {
    std::vector<AutomatonId> all;
    for (const auto& a : p_->program->automata) all.push_back(a.id);
    drawing = draw_graph(*p_->program, all, p_->sources, style);
    const std::regex node(R"re(^ *("[^"]+") \[shape=(\w+)(.*)\];$)re");
    const std::regex edge(R"re(^ *("[^"]+") -> ("[^"]+") \[(.*)\];$)re");
    std::istringstream lines(drawing.dot);
    std::vector<std::smatch> found;
    for (std::string line; std::getline(lines, line);) {
      std::smatch m;
      if (std::regex_match(line, m, node)) {
        said_[m[1]] = text_of(m[2], m[3]);
        lines_[m[1]] = line;
      } else if (std::regex_match(line, m, edge)) {
        edges_.push_back({m[1], m[2], m[3]});
      }
    }
    for (const auto& [from, to, attributes] : edges_) {
      std::smatch m;
      std::string label;
      if (std::regex_search(attributes, m, std::regex(R"(, label=<(.*?)>(, labeltooltip|$))"))) {
        label = ": " + plain(m[1]);
      }
      const bool taken = attributes.find("penwidth=3") != std::string::npos;
      arrows_.insert(name(from) + " -> " + name(to) + label + (taken ? " (taken)" : ""));
    }
  }

  [[nodiscard]] static std::string text_of(const std::string& shape, const std::string& rest) {
    if (shape == "circle") return rest.find("width=0.18") == std::string::npos ? "." : "start";
    if (shape == "doublecircle") return rest.find("▶") == std::string::npos ? "end" : "▶ end";
    if (shape == "octagon") return "abort";
    if (shape == "plaintext") return "resume";
    std::smatch m;
    std::regex_search(rest, m, std::regex("label=<(.*)>, tooltip"));
    return plain(m[1]);
  }
  /// The first word of a box.
  [[nodiscard]] std::string name(const std::string& id) const {
    const auto& text = said_.at(id);
    return text.substr(0, text.find(' '));
  }

  struct Edge {
    std::string from, to, attributes;
  };
  std::unique_ptr<Compiled> p_;
  std::map<std::string, std::string> said_;
  std::map<std::string, std::string> lines_;
  std::vector<Edge> edges_;
  std::set<std::string> arrows_;
};

}  // namespace spl::test
