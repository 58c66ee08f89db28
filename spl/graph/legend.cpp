// The legend is the label of the whole graph, so that it takes no part in the layout.
#include "graph/legend.hpp"

#include <fmt/format.h>

#include "graph/palette.hpp"

namespace spl::graph {
namespace {

class Legend {
 public:
  explicit Legend(GraphStyle::Theme theme) : theme_(theme) {}

  std::string print(const std::set<Sign>& signs) {
    constexpr int kColumns = 2;
    auto out = fmt::format(
        "<<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\"><tr>"
        "<td align=\"left\" colspan=\"5\"><b>Legend</b></td></tr>");
    int column = 0;
    for (const auto sign : signs) {
      out += column == 0 ? "<tr>" : "<td width=\"24\"></td>";
      out += fmt::format(
          "<td align=\"right\">{}</td><td align=\"left\"><font point-size=\"{}\">{}</font></td>",
          picture(sign), kSmallSize + 1, meaning(sign));
      if (++column == kColumns) {
        out += "</tr>";
        column = 0;
      }
    }
    if (column != 0) out += "<td colspan=\"3\"></td></tr>";
    return out + "</table>>";
  }

 private:
  [[nodiscard]] const char* hex(Colour c) const { return shade(c, theme_); }

  [[nodiscard]] std::string frame(const char* style, Colour line, Colour text, const char* word,
                                  const char* fill = nullptr, int border = 1) const {
    return fmt::format(
        "<table border=\"{}\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\" style=\"{}\" "
        "color=\"{}\"{}><tr><td><font point-size=\"{}\" color=\"{}\">{}</font></td></tr></table>",
        border, style, hex(line),
        fill == nullptr ? std::string() : fmt::format(" bgcolor=\"{}\"", fill), kSmallSize,
        hex(text), word);
  }
  [[nodiscard]] std::string sign(int size, Colour colour, const char* text) const {
    return fmt::format("<font point-size=\"{}\" color=\"{}\">{}</font>", size, hex(colour), text);
  }
  [[nodiscard]] std::string code(const char* text) const {
    return fmt::format("<font face=\"{}\" point-size=\"{}\">{}</font>", kMono, kSmallSize, text);
  }

  [[nodiscard]] std::string picture(Sign s) const {
    switch (s) {
      case Sign::start:
        return sign(18, Colour::ink, "●");
      case Sign::wait:
        return frame("rounded", Colour::box_line, Colour::ink, "Statecall", hex(Colour::box));
      case Sign::several:
        return frame("rounded", Colour::box_line, Colour::ink, "One<br/>Another", hex(Colour::box));
      case Sign::effect:
        return code("n := 1");
      case Sign::guard:
        return code("[n &lt; 2]");
      case Sign::choice:
        return sign(11, Colour::dot, "●");
      case Sign::end:
        return sign(18, Colour::ink, "◎");
      case Sign::abort:
        return frame("rounded", Colour::bad, Colour::bad, "abort", hex(Colour::bad_box));
      case Sign::allow:
        return frame("rounded,dotted", Colour::allow, Colour::allow_text, "always allowed");
      case Sign::during:
        return frame("rounded", Colour::during, Colour::during_text, "during");
      case Sign::handle:
        return frame("rounded,dashed", Colour::during, Colour::during_text, "handle");
      case Sign::resume:
        return sign(kSmallSize, Colour::dim, "<i>back to where it was</i>");
      case Sign::taken:
        return sign(kNameSize, Colour::taken, "<b>1, 4 ━▶</b>");
      case Sign::here:
        return frame("rounded", Colour::taken, Colour::ink, "▶ Statecall", hex(Colour::end_box), 3);
      case Sign::refused:
        return sign(kNameSize, Colour::bad, "<b>✗</b>");
    }
    return {};
  }

  [[nodiscard]] static const char* meaning(Sign s) {
    switch (s) {
      case Sign::start:
        return "start";
      case Sign::wait:
        return "waits for this statecall; the small number is its line";
      case Sign::several:
        return "waits for any one of these";
      case Sign::effect:
        return "assignment, done on the way; in a box: after its statecall";
      case Sign::guard:
        return "condition: a way only if it holds";
      case Sign::choice:
        return "ways meet or part, no statecall";
      case Sign::end:
        return "end: the automaton is finished";
      case Sign::abort:
        return "a violation, whatever comes";
      case Sign::allow:
        return "within the frame these change nothing";
      case Sign::during:
        return "a frame that can be interrupted: the dashed arrows";
      case Sign::handle:
        return "what interrupts it";
      case Sign::resume:
        return "end of a handle";
      case Sign::taken:
        return "taken by the trace; at these steps of it";
      case Sign::here:
        return "where the trace ends";
      case Sign::refused:
        return "what is refused there";
    }
    return "";
  }

  GraphStyle::Theme theme_;
};

}  // namespace

std::string legend(const std::set<Sign>& signs, GraphStyle::Theme theme) {
  return Legend(theme).print(signs);
}

}  // namespace spl::graph
