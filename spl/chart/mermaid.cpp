// A chart as Mermaid text. Its lexer is easily confused (';' ends a statement, '#' starts a
// character reference, the word "end" ends a block), so all but plain characters are written as
// references.
#include <cstdint>

#include "chart/text.hpp"
#include "sema/utf8.hpp"
#include "spl/chart.hpp"

namespace spl {
namespace {

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_plain(char c) {
  return is_word(c) || std::string_view(" .,:()=/+*!?|").find(c) != std::string_view::npos;
}

std::string mermaid_text(std::string_view text) {
  const auto cleaned = chart::clean(text);
  std::string out;
  for (std::size_t at = 0; at < cleaned.size();) {
    const auto step = utf8::decode(cleaned, at);
    const char c = cleaned[at];
    const bool starts_word = is_word(c) && (at == 0 || !is_word(cleaned[at - 1]));
    const bool is_end = starts_word && cleaned.compare(at, 3, "end") == 0 &&
                        (at + 3 == cleaned.size() || !is_word(cleaned[at + 3]));
    if (step.length > 1 || (is_plain(c) && !is_end)) {
      out += cleaned.substr(at, step.length);
    } else {
      out += "#" + std::to_string(step.point) + ";";
    }
    at += step.length;
  }
  return out;
}

/// Notes over two lanes do not grow with their text, so lines are kept short.
std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kColumns = 44;
  std::string out;
  for (const auto& text : texts) {
    for (const auto& line : chart::wrapped(chart::clean(text), kColumns)) {
      out += (out.empty() ? "" : "<br/>") + mermaid_text(line);
    }
  }
  return out;
}

class MermaidPrinter {
 public:
  explicit MermaidPrinter(const Chart& chart) : chart_(chart) {
    for (const auto& step : chart.steps) peer_ = peer_ || step.direction != Direction::local;
  }

  std::string print() {
    out_ = "sequenceDiagram\n";
    out_ += "  accTitle: " + mermaid_text(chart_.name + ": " + chart_.verdict) + "\n";
    if (peer_) out_ += "  participant peer\n";
    out_ += "  participant program\n";
    header();
    const auto loop = chart_.loop_start.value_or(chart_.steps.size() + 1);
    const bool loops = loop < chart_.steps.size();
    for (std::size_t i = 0; i < chart_.steps.size(); ++i) {
      if (i == loop) out_ += "  loop for ever\n";
      step(i, loops && i >= loop ? "    " : "  ");
    }
    if (loops) out_ += "  end\n";
    if (loop == chart_.steps.size()) {
      note("  ", "over program", "and then nothing more is accepted");
    }
    return std::move(out_);
  }

 private:
  void note(const char* indent, const char* where, const std::string& text) {
    out_ += std::string(indent) + "Note " + where + ": " + text + "\n";
  }

  void header() {
    std::vector<std::string> about{chart_.name + ": " + chart_.verdict};
    for (const auto* more : {&chart_.claim, &chart_.why}) {
      if (!more->empty()) about.push_back(*more);
    }
    note("  ", peer_ ? "over peer,program" : "over program", joined(about));
    if (chart_.steps.empty()) note("  ", "over program", "at the very start");
  }

  void step(std::size_t i, const char* indent) {
    const auto& s = chart_.steps[i];
    const bool refused = s.kind == Chart::Step::Kind::refused;
    std::string label = std::to_string(i + 1) + ". " + mermaid_text(s.statecall);
    if (refused) label += " is refused";
    const auto* arrow = refused ? "-x" : s.kind == Chart::Step::Kind::ignored ? "-->>" : "->>";
    const bool sent = s.direction == Direction::sent;
    if (refused) out_ += std::string(indent) + "rect rgba(213, 94, 0, 0.25)\n";
    if (s.direction == Direction::local) {
      note(indent, "over program", label);
    } else {
      out_ += std::string(indent) + (sent ? "program" : "peer") + arrow +
              (sent ? "peer: " : "program: ") + label + "\n";
    }
    std::vector<std::string> about;
    for (const auto line : s.lines) about.push_back(chart_.lines[line].label);
    about.insert(about.end(), s.notes.begin(), s.notes.end());
    if (!about.empty()) note(indent, "right of program", joined(about));
    if (refused) out_ += std::string(indent) + "end\n";
  }

  const Chart& chart_;
  bool peer_ = false;
  std::string out_;
};

}  // namespace

std::string chart_mermaid(const Chart& chart) {
  return MermaidPrinter(chart).print();
}

}  // namespace spl
