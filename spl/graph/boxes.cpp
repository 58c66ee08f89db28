#include "graph/boxes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/labels.hpp"

namespace spl::graph {
namespace {

constexpr std::size_t kNameColumns = 48;
constexpr std::size_t kEffectColumns = 44;

}  // namespace

std::string place(const SourceMap& sources, SourceRange range) {
  if (!range.valid()) return {};
  return fmt::format("{}:{}", sources.name(range.file), sources.begin_of(range).line);
}

Boxes::Boxes(const Picture& picture, std::set<Sign>& signs)
    : p_(picture.program),
      a_(picture.automaton),
      sources_(picture.sources),
      style_(picture.style),
      graph_(picture.graph),
      taken_(picture.taken),
      signs_(signs),
      members_(picture.automaton.nodes.size()) {
  for (std::uint32_t i = 0; i < a_.nodes.size(); ++i) {
    members_[raw(graph_.drawn_as[i])].push_back(NodeId{i});
  }
  if (style_.run == nullptr) return;
  for (const auto& refusal : style_.run->refusals) {
    if (refusal.automaton == a_.id) refusal_ = &refusal;
  }
}

std::string Boxes::refusal_note() const {
  if (refusal_ == nullptr) return {};
  signs_.insert(Sign::refused);
  const auto& step = *style_.run->refused;
  auto why = std::string(to_string(refusal_->refusal.reason));
  if (refusal_->refusal.where.valid()) why += ", " + place(sources_, refusal_->refusal.where);
  return fmt::format(
      "<tr><td align=\"left\"><font color=\"{}\"><b>✗ step {}, {}, is refused: {}</b></font></td>"
      "</tr>",
      hex(Colour::bad), step.number, p_.vocabulary.name(step.statecall), html(why));
}

bool Boxes::consumed(NodeId n) const {
  return taken_.consumed.contains(n);
}

bool Boxes::is_here(NodeId n) const {
  return std::any_of(members(n).begin(), members(n).end(),
                     [&](NodeId m) { return taken_.ends.contains(m); });
}

bool Boxes::refuses(NodeId n) const {
  return refusal_ != nullptr && is_here(n);
}

std::string Boxes::tooltip(NodeId n) const {
  if (a_[n].kind != Node::Kind::wait) return place(sources_, a_[n].range);
  std::string text;
  for (const auto m : members(n)) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", place(sources_, a_[m].range),
                        p_.vocabulary.name(a_[m].statecall));
    for (const auto& effect : graph_.effects[raw(m)]) text += "; " + effect;
  }
  return text;
}

/// A statecall, its line, its steps, and what it does.
std::string Boxes::row(NodeId n) {
  auto name = wrapped_html(p_.vocabulary.name(a_[n].statecall), kNameColumns);
  if (consumed(n)) {
    name = fmt::format("<b>{}</b>", name);
    const auto& steps = taken_.consumed.at(n);
    if (members(graph_.drawn_as[raw(n)]).size() > 1 && steps.count != 0) {
      name +=
          fmt::format("  <font color=\"{}\"><b>{}</b></font>", hex(Colour::taken), steps.text());
    }
  }
  auto out = fmt::format(
      "<tr><td align=\"left\">{}</td><td align=\"right\"><font point-size=\"{}\" "
      "color=\"{}\">&#160;&#160;{}</font></td></tr>",
      name, kSmallSize, hex(Colour::dim), sources_.begin_of(a_[n].range).line);
  for (const auto& effect : graph_.effects[raw(n)]) {
    signs_.insert(Sign::effect);
    out += fmt::format(
        "<tr><td align=\"left\" colspan=\"2\"><font face=\"{}\" point-size=\"{}\">  {}</font></td>"
        "</tr>",
        kMono, kSmallSize, wrapped_html(effect, kEffectColumns));
  }
  return out;
}

/// "The trace ends here", and what is refused there.
std::string Boxes::end_mark(NodeId n) const {
  if (!is_here(n)) return {};
  if (!refuses(n)) {
    signs_.insert(Sign::here);
    return fmt::format(
        "<tr><td align=\"left\" colspan=\"2\"><b><font color=\"{}\" point-size=\"10\">▶ the trace "
        "ends here</font></b></td></tr>",
        hex(Colour::taken));
  }
  signs_.insert(Sign::refused);
  return fmt::format(
      "<tr><td align=\"left\" colspan=\"2\"><b><font color=\"{}\" point-size=\"10\">✗ {} refused"
      "</font></b></td></tr>",
      hex(Colour::bad), p_.vocabulary.name(style_.run->refused->statecall));
}

std::string Boxes::wait_box(NodeId n) {
  const auto& all = members(n);
  signs_.insert(all.size() > 1 ? Sign::several : Sign::wait);
  const bool taken = std::any_of(all.begin(), all.end(), [&](NodeId m) { return consumed(m); });
  const auto most = style_.names == 0 || all.size() <= style_.names + 1 ? all.size() : style_.names;
  std::string rows;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < most || consumed(all[i])) {
      rows += row(all[i]);
    } else {
      ++left_out;
    }
  }
  if (left_out != 0) {
    rows += fmt::format(
        "<tr><td align=\"left\" colspan=\"2\"><font color=\"{}\"><i>and {} more</i></font></td>"
        "</tr>",
        hex(Colour::dim), left_out);
  }
  const auto fill = refuses(n)   ? Colour::bad_box
                    : is_here(n) ? Colour::end_box
                    : taken      ? Colour::taken_box
                                 : Colour::box;
  const auto border = refuses(n)            ? Colour::bad
                      : taken || is_here(n) ? Colour::taken
                                            : Colour::box_line;
  return fmt::format(
      "shape=box, style=\"rounded,filled{}\", fillcolor=\"{}\", color=\"{}\"{}, label=<<table "
      "border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"1\">{}{}</table>>",
      refuses(n) ? ",dashed" : "", hex(fill), hex(border),
      taken || is_here(n) ? ", penwidth=2.5" : "", rows, end_mark(n));
}

std::string Boxes::node(NodeId n) {
  const auto& node = a_[n];
  std::string style;
  switch (node.kind) {
    case Node::Kind::wait:
      style = wait_box(n);
      break;
    case Node::Kind::silent:
      signs_.insert(Sign::choice);
      style = fmt::format(
          "shape=circle, style=filled, fillcolor=\"{0}\", color=\"{0}\", width=0.1, label=\"\"",
          hex(Colour::dot));
      break;
    case Node::Kind::resume:
      signs_.insert(Sign::resume);
      style = fmt::format(
          "shape=plaintext, fontcolor=\"{}\", fontsize={}, label=<<i>back to where it was</i>>",
          hex(Colour::dim), kSmallSize);
      break;
    case Node::Kind::final:
      signs_.insert(Sign::end);
      style = fmt::format(
          "shape=doublecircle, style=filled, fillcolor=\"{}\", color=\"{}\", width=0.3, "
          "fontsize={}, label={}",
          hex(is_here(n) ? Colour::end_box : Colour::paper),
          hex(is_here(n) ? Colour::taken : Colour::box_line), kSmallSize,
          is_here(n) ? "<<b>▶ end</b>>, penwidth=2.5" : "\"end\"");
      if (is_here(n)) signs_.insert(Sign::here);
      break;
    case Node::Kind::abort:
      signs_.insert(Sign::abort);
      style = fmt::format(
          "shape=octagon, style=filled, fillcolor=\"{0}\", color=\"{1}\", fontcolor=\"{1}\", "
          "label=<abort<br/><font point-size=\"{2}\">line {3}</font>>",
          hex(Colour::bad_box), hex(Colour::bad), kSmallSize, sources_.begin_of(node.range).line);
      break;
  }
  return fmt::format("{} [{}, tooltip={}, id={}];", quoted(fmt::format("{}.{}", a_.name, raw(n))),
                     style, quoted(tooltip(n)), quoted(fmt::format("node.{}.{}", a_.name, raw(n))));
}

}  // namespace spl::graph
