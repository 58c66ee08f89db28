// `splc conform`: what a learned machine does that a policy does not allow.
#include "spl/conform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/explain.hpp"
#include "driver/text_file.hpp"

namespace spl::driver {
namespace {

constexpr std::string_view kStart = "(before the first input)";
constexpr std::size_t kSymbol = 60;        // shown of a label's parts
constexpr std::size_t kMostExpected = 20;  // shown of what would have been accepted

std::string label(const MealyTransition& transition) {
  return fmt::format(
      "{} / {}", printable(transition.input, kSymbol),
      transition.output.empty() ? "(nothing)" : printable(transition.output, kSymbol));
}

class Report {
 public:
  Report(const Compilation& c, const SourceMap& sources, const MealyMachine& machine,
         const ConformReport& result)
      : c_(c), sources_(sources), machine_(machine), result_(result) {}

  [[nodiscard]] std::string text(std::size_t number, bool colour) const {
    const auto& v = result_.violations[number];
    auto out = fmt::format("{}. {}\n", number + 1, paint(title(v), "1;31", colour));
    const bool starts = !v.steps.empty() && v.steps.front() == ConformViolation::kStart;
    std::size_t width = starts ? kStart.size() : 0;
    for (const auto t : v.path) width = std::max(width, label(machine_.transitions[t]).size());
    std::size_t at = 0;
    out += statecalls(v, at, ConformViolation::kStart, std::string(kStart), width);
    std::string last;
    std::size_t times = 0;
    for (std::uint32_t step = 0; step < v.path.size(); ++step) {
      auto line = statecalls(v, at, step, label(machine_.transitions[v.path[step]]), width);
      if (line != last) out += repeated(last, std::exchange(times, 0));
      last = std::move(line);
      ++times;
    }
    out += repeated(last, times);
    return out + explain_violation(*c_.program, c_.sources, v.refusals, v.expected, kMostExpected);
  }

  [[nodiscard]] std::string json(std::size_t number) const {
    const auto& v = result_.violations[number];
    JsonWriter json;
    json.begin_object().field("verdict", "violation").field("violation", number + 1);
    json.field("statecall", name(v.trace.back())).key("automata").begin_array();
    for (const auto& r : v.refusals) json.value(c_.program->automata[index(r.automaton)].name);
    json.end_array().key("steps").begin_array();
    for (const auto t : v.path) {
      const auto& transition = machine_.transitions[t];
      json.begin_object().field("input", transition.input).field("output", transition.output);
      json.field("from", machine_.states[transition.from]);
      json.field("to", machine_.states[transition.to]).key("at");
      write_place(json, sources_, transition.range);
      json.end_object();
    }
    json.end_array().key("trace").begin_array();
    for (const auto s : v.trace) json.value(name(s));
    json.end_array().key("expected").begin_array();
    for (const auto s : v.expected) json.value(name(s));
    json.end_array().key("reasons").begin_array();
    for (const auto& r : v.refusals) write_reason(json, *c_.program, c_.sources, r);
    return json.end_array().end_object().take() + "\n";
  }

  [[nodiscard]] std::string summary_json() const {
    JsonWriter json;
    json.begin_object().field("verdict", verdict()).field("violations", result_.violations.size());
    json.field("complete", result_.complete).field("states", result_.states);
    json.field("transitions", result_.transitions);
    json.field("machine_states", machine_.states.size());
    json.field("machine_transitions", machine_.transitions.size());
    return json.end_object().take() + "\n";
  }

  [[nodiscard]] std::string summary(const std::string& machine, bool colour) const {
    const bool good = result_.violations.empty();
    const auto result =
        !good ? count(result_.violations.size(), "class of violation", "classes of violation")
              : std::string(result_.complete ? "conforms" : "no violation found so far");
    return fmt::format("{}: {} (checked {} of {} transitions, {})\n", machine,
                       paint(result, good ? "1;32" : "1;31", colour), result_.transitions,
                       machine_.transitions.size(), count(result_.states, "joint state"));
  }

 private:
  [[nodiscard]] const std::string& name(StatecallId s) const {
    return c_.program->vocabulary.name(s);
  }

  [[nodiscard]] const char* verdict() const {
    if (!result_.violations.empty()) return "violations";
    return result_.complete ? "conforms" : "unknown";
  }

  [[nodiscard]] std::string title(const ConformViolation& v) const {
    std::string by;
    for (const auto& r : v.refusals) {
      by += (by.empty() ? "" : ", ") + c_.program->automata[index(r.automaton)].name;
    }
    const auto where =
        v.path.empty() ? std::string("before the first input")
                       : fmt::format("{}  ({})", label(machine_.transitions[v.path.back()]),
                                     sources_.describe(machine_.transitions[v.path.back()].range));
    return fmt::format("{} refused by {}: {}", name(v.trace.back()), by, where);
  }

  static std::string repeated(const std::string& line, std::size_t times) {
    if (times <= 1) return line;
    return fmt::format("{}  ({} times)\n", line.substr(0, line.size() - 1), times);
  }

  /// One line for a step: its label, and what it announced.
  [[nodiscard]] std::string statecalls(const ConformViolation& v, std::size_t& at,
                                       std::uint32_t step, const std::string& what,
                                       std::size_t width) const {
    std::string names;
    for (; at < v.trace.size() && v.steps[at] == step; ++at) names += "  " + name(v.trace[at]);
    if (names.empty() && step == ConformViolation::kStart) return {};
    return fmt::format("     {:<{}}{}\n", what, width, names.empty() ? "  -" : names);
  }

  const Compilation& c_;
  const SourceMap& sources_;
  const MealyMachine& machine_;
  const ConformReport& result_;
};

/// A file read and understood; nullopt after errors, which are shown.
template <class T, class Read>
std::optional<T> read_text(const std::string& path, SourceMap& sources, Console& console,
                           const Read& read) {
  const auto file = load_text(path, sources, console);
  if (!file) return std::nullopt;
  auto result = read(*file);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&result)) {
    show_errors(*errors, *file, sources, console);
    return std::nullopt;
  }
  return std::move(std::get<T>(result));
}

Exit show(const Report& report, const ConformReport& result, const ConformCommandOptions& options,
          Console& console) {
  for (std::size_t i = 0; i < result.violations.size(); ++i) {
    console.out(options.json ? report.json(i) : report.text(i, console.colour_out()) + "\n");
  }
  console.out(options.json ? report.summary_json()
                           : report.summary(options.machine == "-" ? "<stdin>" : options.machine,
                                            console.colour_out()));
  const auto exit = result.violations.empty() ? Exit::ok : Exit::problems;
  if (result.complete) return exit;
  console.error(fmt::format("gave up after {}: there may be more", count(result.states, "state")),
                "--max-states=N goes on for longer");
  return worse(exit, Exit::failure);
}

}  // namespace

Exit run_conform(const ConformCommandOptions& options, const CommonOptions& common,
                 Console& console) {
  if (options.map.empty()) {
    console.error("--map is missing: it says what the symbols of the machine mean",
                  "splc conform --help shows the form of its lines");
    return Exit::failure;
  }
  if (!one_standard_input({options.policy, options.machine, options.map}, console)) {
    return Exit::failure;
  }
  Compilation c(options.policy, Until::lowered, common);
  std::vector<Dfa> dfas;
  if (c.ok()) dfas = c.dfas(Preserve::wait_points, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return Exit::failure;

  SourceMap sources;
  const auto map = read_text<SymbolMap>(options.map, sources, console, [&](FileId file) {
    return read_symbol_map(file, sources, c.program->vocabulary);
  });
  const auto start =
      options.start.empty() ? std::nullopt : std::optional<std::string_view>(options.start);
  const auto machine = read_text<MealyMachine>(options.machine, sources, console, [&](FileId file) {
    return read_mealy(file, sources, start);
  });
  if (!map || !machine) return Exit::failure;

  ConformOptions limits;
  limits.max_states = options.max_states;
  const auto result = conform(dfas, c.program->vocabulary.size(), *machine, *map, limits);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&result)) {
    show_errors(*errors, FileId{0}, sources, console);
    return Exit::failure;
  }
  const auto& report = std::get<ConformReport>(result);
  return show(Report(c, sources, *machine, report), report, options, console);
}

}  // namespace spl::driver
