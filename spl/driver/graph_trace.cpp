#include "driver/graph_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "driver/explain.hpp"
#include "driver/trace_files.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kMaxSteps = 100'000;  // as of charts
constexpr std::size_t kUnknownShown = 5;

/// Keeps one trace of a file.
class OneTrace : public TraceSink {
 public:
  OneTrace(const Vocabulary& vocabulary, std::size_t nth)
      : vocabulary_(vocabulary), wanted_(nth == 0 ? 1 : nth) {}

  void begin(const TraceHead& head) override {
    ++traces_;
    this_one_ = head.number == wanted_;
    if (this_one_) key_ = head.key;
    found_ = found_ || this_one_;
  }
  bool statecall(std::string_view name, const TracePlace& place) override {
    if (!this_one_) return false;
    ++number_;
    if (const auto id = vocabulary_.find(name)) {
      steps_.push_back({*id, number_});
    } else {
      ++unknown_;
      const auto known =
          std::any_of(names_.begin(), names_.end(), [&](const auto& u) { return u.first == name; });
      if (!known && names_.size() < kUnknownShown) names_.emplace_back(name, place.line);
    }
    return number_ <= kMaxSteps;
  }
  void end(std::string_view remark) override {
    if (this_one_) remark_ = remark;
    this_one_ = false;
  }

  [[nodiscard]] bool found() const { return found_; }
  /// Whose trace it is; empty where that is not said.
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::string& remark() const { return remark_; }
  [[nodiscard]] std::size_t wanted() const { return wanted_; }
  [[nodiscard]] std::size_t traces() const { return traces_; }
  [[nodiscard]] const std::vector<GraphStep>& steps() const { return steps_; }
  [[nodiscard]] bool too_long() const { return number_ > kMaxSteps; }
  [[nodiscard]] std::size_t unknown() const { return unknown_; }
  [[nodiscard]] const auto& unknown_names() const { return names_; }

 private:
  const Vocabulary& vocabulary_;
  std::size_t wanted_;
  std::size_t traces_ = 0;
  bool this_one_ = false;  // what is being read
  bool found_ = false;
  std::string key_;
  std::string remark_;
  std::uint32_t number_ = 0;
  std::vector<GraphStep> steps_;
  std::size_t unknown_ = 0;
  std::vector<std::pair<std::string, std::uint64_t>> names_;
};

bool is_that_one(const OneTrace& trace, const GraphOptions& options, const std::string& name,
                 Console& console) {
  const bool capture = options.form.format == TraceFormat::pcap;
  const char* kind = capture ? "connection" : "trace";
  if (trace.traces() == 0) {
    console.error(fmt::format("{} has no {}", name, kind));
    return false;
  }
  if (options.nth == 0 && trace.traces() > 1) {
    console.error(fmt::format("{} has {} {}s, and one can be shown", name, trace.traces(), kind),
                  capture ? "--nth=N says which; splc replay --format=pcap lists them"
                          : "--nth=N says which");
    return false;
  }
  if (!trace.found()) {
    console.error(fmt::format("{} has no {} {}: there {} {}", name, kind, options.nth,
                              trace.traces() == 1 ? "is" : "are", trace.traces()));
    return false;
  }
  if (trace.too_long()) {
    console.error(
        fmt::format("{}: more than {} statecalls, which no drawing shows", name, kMaxSteps));
    return false;
  }
  return true;
}

void tell_unknown(const OneTrace& trace, const Vocabulary& vocabulary, const std::string& name,
                  Console& console) {
  if (trace.unknown() == 0) return;
  std::string names;
  for (const auto& [unknown, line] : trace.unknown_names()) {
    names += fmt::format("{}{} (line {})", names.empty() ? "" : ", ", printable(unknown), line);
  }
  if (trace.unknown() > trace.unknown_names().size()) names += ", ...";
  std::string hint;
  std::vector<std::string> known;
  for (std::uint32_t i = 0; i < vocabulary.size(); ++i) {
    known.push_back(vocabulary.name(StatecallId{i}));
  }
  const auto near = nearest_name(trace.unknown_names().front().first, known);
  if (!near.empty()) hint = fmt::format("; did you mean '{}'?", near);
  console.note(fmt::format("{}: {} that no automaton mentions passed over: {}{}", name,
                           count(trace.unknown(), "statecall"), names, hint));
}

void tell_end(const GraphRun& run, const OneTrace& trace, const Compilation& c,
              const std::string& file, Console& console) {
  const auto name =
      trace.key().empty() ? file : fmt::format("{} ({})", file, printable(trace.key(), 200));
  if (!trace.remark().empty()) console.note(fmt::format("{}: {}", name, trace.remark()));
  if (!run.refused) {
    if (trace.remark().empty()) console.note(fmt::format("{}: accepted", name));
    return;
  }
  std::string who;
  for (const auto& refusal : run.refusals) {
    who += fmt::format("{}{} ({})", who.empty() ? "" : ", ",
                       c.program->automata[index(refusal.automaton)].name,
                       to_string(refusal.refusal.reason));
  }
  console.note(fmt::format("{}: step {}, {}, is refused by {}", name, run.refused->number,
                           c.program->vocabulary.name(run.refused->statecall), who));
}

}  // namespace

std::optional<GraphRun> highlighted_run(const GraphOptions& options, const Compilation& c,
                                        TraceFiles& files, bool quiet, Console& console) {
  const auto name = options.highlight == "-" ? std::string("<stdin>") : options.highlight;
  OneTrace trace(c.program->vocabulary, options.nth);
  files.only(trace.wanted());
  if (!files.open(console)) return std::nullopt;
  if (const auto error = files.read(options.highlight, trace)) {
    show_trace_error(*error, name, console);
    return std::nullopt;
  }
  if (!is_that_one(trace, options, name, console)) return std::nullopt;
  auto run = follow_trace(*c.program, trace.steps());
  if (run.too_large) {
    console.error(fmt::format("{}: too large to be followed, after {}", name,
                              count(run.accepted, "statecall")));
    return std::nullopt;
  }
  if (!quiet) {
    tell_unknown(trace, c.program->vocabulary, name, console);
    tell_end(run, trace, c, name, console);
  }
  return run;
}

}  // namespace spl::driver
