// A run as a message sequence chart: made once from a run and its policy, printed as SVG, as
// Mermaid text or as a page of HTML.
//
// Lanes come from the statecalls' names (docs/verification.md): `Receive_...` is an arrow from the
// peer to the program, `Transmit_...` one from the program to the peer, everything else an event of
// the program itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"
#include "spl/narrate.hpp"
#include "spl/source.hpp"

namespace spl {

enum class Direction : std::uint8_t { received, sent, local };
[[nodiscard]] Direction direction_of(std::string_view statecall);

/// Everything that a chart shows. Texts are as they came: the printers make them fit their formats,
/// whatever bytes they hold.
struct Chart {
  struct Step {
    enum class Kind : std::uint8_t { accepted, ignored, refused };
    Kind kind = Kind::accepted;
    Direction direction = Direction::local;
    std::string statecall;
    std::vector<std::uint32_t> lines;  // indices into Chart::lines, ascending
    std::vector<std::string> notes;    // accepted: what changed; else why not, one each
  };
  /// A line of the policy that some step names, or one near it.
  struct Line {
    std::string file;
    std::string label;  // "ping.spl:24"; the whole path only where file names are not unique
    std::uint32_t number = 0;
    std::string text;
    std::vector<std::uint32_t> steps;  // from 0, ascending; empty: shown for context
  };
  std::string name;     // of the property, of the trace
  std::string claim;    // the formula; may be empty
  std::string verdict;  // one word or two
  bool bad = false;     // the verdict is no good news
  std::string why;      // may be empty
  std::string policy;   // the path as given
  std::vector<Step> steps;
  /// An endless run: the first step, from 0, that is repeated for ever. steps.size(): nothing more
  /// is accepted after the last.
  std::optional<std::size_t> loop_start;
  std::vector<Line> lines;  // by file in order of the compilation, then by number
};

/// Collects the steps of one run. Program and sources must outlive it.
class ChartBuilder {
 public:
  ChartBuilder(const Program& program, const SourceMap& sources);

  /// A step that was accepted; its variables are compared with those of the steps before.
  void accepted(const TraceStep& step);
  /// A statecall that the policy refuses here. The lines are those where the automata that refuse
  /// it fail, or else wait.
  void refused(std::string_view statecall, std::span<const Interpreter::AutomatonRefusal> why);
  /// One that no automaton mentions: let pass, or refused by a strict engine.
  void unknown(std::string_view statecall, bool is_refused);
  [[nodiscard]] std::size_t size() const { return steps_.size(); }

  /// The chart, but for its name, claim and verdict. The builder is as new afterwards.
  [[nodiscard]] Chart finish();

 private:
  struct At {
    FileId file{};
    std::uint32_t line = 0;
    friend auto operator<=>(const At&, const At&) = default;
  };
  struct Pending {
    Chart::Step step;
    std::vector<At> places;
  };
  Pending& add(Chart::Step::Kind kind, std::string_view statecall);
  void at(Pending& step, SourceRange range) const;
  void changes_of(const TraceStep& step, std::vector<std::string>& out);

  const Program* program_;
  const SourceMap* sources_;
  std::vector<Pending> steps_;
  std::vector<std::vector<std::string>> values_;  // per automaton and parameter: its last text
};

/// A picture of its own: text that can be read at 100%, light or dark as its reader prefers, no
/// scripts. Linear in the steps.
[[nodiscard]] std::string chart_svg(const Chart& chart);
/// A sequenceDiagram for Mermaid (GitHub, GitLab and many editors draw it).
[[nodiscard]] std::string chart_mermaid(const Chart& chart);
/// A page of its own: the chart, the steps as a table, the policy's lines. No scripts, and nothing
/// is loaded from anywhere.
[[nodiscard]] std::string chart_html(const Chart& chart);
/// A trace that `splc replay` reads, with the rest in comments. What replay says of it: accepted,
/// or refused at the refused statecall.
[[nodiscard]] std::string chart_trace(const Chart& chart);

}  // namespace spl
