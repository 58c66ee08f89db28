// `splc replay`: run recorded traces against a policy and explain the first step of each that the
// policy does not allow.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/engine.hpp"
#include "driver/explain.hpp"
#include "driver/replay_capture.hpp"
#include "driver/text_file.hpp"
#include "driver/trace_charts.hpp"
#include "driver/trace_files.hpp"
#include "driver/trace_options.hpp"
#include "spl/json.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kUnknownNames = 20;  // looked at for a hint

/// One result: of a trace, or with --keep-going of each violation in it.
struct Result {
  const char* verdict = "accepted";
  std::uint64_t trace = 0;
  std::uint64_t index = 0;  // of the statecall, from 1; accepted: how many there were
  std::string statecall;    // empty if accepted
  std::uint64_t line = 0;
  std::vector<Interpreter::AutomatonRefusal> refusals;
  std::vector<StatecallId> expected;
  bool finished = false;
};

/// Judges traces as they are read.
class Judge : public TraceSink {
 public:
  Judge(const Compilation& c, Engine& engine, const ReplayOptions& options, bool quiet,
        Console& console)
      : c_(c), engine_(engine), options_(options), quiet_(quiet), console_(console) {
    if (options.files.wanted()) charts_.emplace(c, options.files, console);
  }

  void set_file(const std::string& path) { file_ = path == "-" ? "<stdin>" : path; }
  [[nodiscard]] Exit exit() const { return exit_; }
  [[nodiscard]] std::uint64_t traces() const { return traces_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  /// A trace that has begun is given up.
  void abandon() { open_ = false; }

  void begin(const TraceHead& head) override {
    key_ = head.key;
    engine_.reset();
    if (charts_) charts_->begin();
    ++traces_;
    index_ = 0;
    violations_ = 0;
    ignored_ = 0;
    start_ = head.line;
    open_ = true;
  }

  bool statecall(std::string_view name, const TracePlace& place) override {
    const auto line = place.line;
    ++index_;
    const auto id = c_.program->vocabulary.find(name);
    Interpreter::Verdict verdict;
    verdict.outcome = Interpreter::Outcome::ignored;
    if (id) verdict = engine_.tick(*id);
    if (charts_) charts_->statecall(name, verdict, options_.strict);
    switch (verdict.outcome) {
      case Interpreter::Outcome::accepted:
        return true;
      case Interpreter::Outcome::ignored:
        if (options_.strict) return violation("unknown", name, line, {});
        ++ignored_;
        note_ignored(name, line);
        return true;
      case Interpreter::Outcome::violation:
        return violation("violation", name, line, std::move(verdict.refusals));
      case Interpreter::Outcome::too_large:
        return too_large(*verdict.too_large, line);
    }
    return false;
  }

  void end(std::string_view /*remark*/) override {
    if (!open_) return;
    open_ = false;
    if (charts_) exit_ = worse(exit_, charts_->end(trace_name(), traces_));
    if (violations_ != 0) {
      ++refused_;
      return;
    }
    Result result;
    result.trace = traces_;
    result.index = index_;
    result.expected = options_.json ? engine_.allowed() : std::vector<StatecallId>();
    show(result);
  }

 private:
  bool violation(const char* verdict, std::string_view name, std::uint64_t line,
                 std::vector<Interpreter::AutomatonRefusal> refusals) {
    ++violations_;
    exit_ = worse(exit_, Exit::problems);
    Result result;
    result.verdict = verdict;
    result.trace = traces_;
    result.index = index_;
    result.statecall = std::string(name);
    result.line = line;
    result.refusals = std::move(refusals);
    result.expected = engine_.allowed();
    show(result);
    return options_.keep_going;
  }

  bool too_large(const TooLarge& why, std::uint64_t line) {
    open_ = false;
    exit_ = Exit::failure;
    console_.error(
        fmt::format("{}:{}: the policy follows more than {} alternatives at once here; the loop at "
                    "{} may never end",
                    file_, line, why.limit, source_line(c_.sources, why.where)),
        fmt::format("splc check {} says more", c_.path));
    return false;
  }

  /// Says so once for names that look like nothing, and of each that may be misspelt.
  void note_ignored(std::string_view name, std::uint64_t line) {
    if (options_.json || quiet_ || unknown_.size() >= kUnknownNames) return;
    if (!unknown_.insert(std::string(name)).second) return;
    const auto hint = did_you_mean(name);
    if (hint.empty() && noted_) return;
    noted_ = noted_ || hint.empty();
    console_.note(fmt::format("{}:{}: no automaton mentions '{}': ignored{}{}", file_, line,
                              printable(name), hint.empty() ? ", as are others like it" : "",
                              hint.empty() ? " (--strict refuses them)" : hint));
  }

  [[nodiscard]] std::string did_you_mean(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& s : c_.program->vocabulary.all()) names.push_back(s.name);
    const auto near = nearest_name(name, names);
    return near.empty() ? "" : fmt::format("; did you mean {}?", near);
  }

  [[nodiscard]] std::vector<std::string> unfinished() const {
    std::vector<std::string> names;
    for (const auto& a : c_.program->automata) {
      if (!engine_.finished(a.id)) names.push_back(a.name);
    }
    return names;
  }

  void show(Result& result) {
    const auto open_automata = unfinished();
    result.finished = open_automata.empty();
    console_.out(options_.json ? json(result) : text(result, open_automata));
  }

  [[nodiscard]] std::string trace_name() const {
    auto name = start_ == 1 && !options_.many() ? file_ : fmt::format("{}:{}", file_, start_);
    return key_.empty() ? name : fmt::format("{} ({})", name, printable(key_));
  }

  [[nodiscard]] std::string text(const Result& r,
                                 const std::vector<std::string>& open_automata) const {
    const bool colour = console_.colour_out();
    if (r.statecall.empty()) {
      if (quiet_) return {};
      const auto rest = open_automata.empty()
                            ? std::string("finished")
                            : fmt::format("not finished: {}", fmt::join(open_automata, ", "));
      const auto skipped = ignored_ == 0 ? "" : fmt::format(", {} of them ignored", ignored_);
      return fmt::format("{}: {} ({}{}; {})\n", trace_name(), paint("accepted", "1;32", colour),
                         count(r.index, "statecall"), skipped, rest);
    }
    const bool known = r.verdict != std::string_view("unknown");
    const auto whose = key_.empty() ? "" : fmt::format(" of {}", printable(key_));
    auto out = fmt::format("{}:{}: {}: {}{} (statecall {} of the trace{})\n", file_, r.line,
                           paint(known ? "violation" : "unknown statecall", "1;31", colour),
                           paint(printable(r.statecall, 200), "1", colour),
                           known ? " is not allowed here" : "", r.index, whose);
    if (known) return out + explain_violation(*c_.program, c_.sources, r.refusals, r.expected);
    return out +
           fmt::format("  no automaton of {} mentions it{}\n", c_.path, did_you_mean(r.statecall));
  }

  [[nodiscard]] std::string json(const Result& r) const {
    JsonWriter json;
    json.begin_object().field("trace", r.trace).field("verdict", r.verdict).field("index", r.index);
    json.key("statecall");
    if (r.statecall.empty()) {
      json.null();
    } else {
      json.value(r.statecall);
    }
    json.key("automata").begin_array();
    for (const auto& refusal : r.refusals) {
      json.value(c_.program->automata[index(refusal.automaton)].name);
    }
    json.end_array().key("expected").begin_array();
    for (const auto id : r.expected) json.value(c_.program->vocabulary.name(id));
    json.end_array().field("finished", r.finished);
    json.field("file", file_).field("line", r.line == 0 ? start_ : r.line);
    json.field("ignored", ignored_).key("reasons").begin_array();
    for (const auto& refusal : r.refusals) {
      write_reason(json, *c_.program, c_.sources, refusal);
    }
    json.end_array();
    if (options_.form.format == TraceFormat::jsonl) json.field("key", key_);
    return json.end_object().take() + "\n";
  }

  const Compilation& c_;
  Engine& engine_;
  const ReplayOptions& options_;
  bool quiet_;  // accepted traces go unmentioned
  Console& console_;
  std::string file_;
  std::string key_;  // of the trace
  Exit exit_ = Exit::ok;
  std::optional<TraceCharts> charts_;
  bool open_ = false;
  bool noted_ = false;
  std::set<std::string> unknown_;  // names, as far as they are remembered
  std::uint64_t traces_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t index_ = 0;
  std::uint64_t start_ = 0;
  std::uint64_t violations_ = 0;
  std::uint64_t ignored_ = 0;
};

std::unique_ptr<Engine> make_engine(ReplayEngine which, const Program& program,
                                    std::vector<Dfa> dfas) {
  switch (which) {
    case ReplayEngine::dfa:
      return dfa_engine(program, std::move(dfas));
    case ReplayEngine::monitor:
      return monitor_engine(program, std::move(dfas));
    case ReplayEngine::interpreter:
      break;
  }
  return interpreter_engine(program);
}

/// False after an error, which is shown: options that do not go together.
bool options_fit(const ReplayOptions& options, Console& console) {
  const bool captures = options.form.format == TraceFormat::pcap;
  const auto wrong = [&](bool is, std::string_view message, std::string_view hint = {}) {
    if (is) console.error(message, hint);
    return is;
  };
  if (wrong(captures && (options.keep_going || options.strict),
            "--keep-going and --strict are for traces; of a captured connection the first "
            "violation is told") ||
      wrong(captures && options.files.wanted(), "--chart is for traces, not for captures") ||
      !trace_form_fits(options.form, "--format", console)) {
    return false;
  }
  auto inputs = options.traces;
  inputs.push_back(options.policy);
  inputs.push_back(options.form.map);
  return one_standard_input(inputs, console);
}

}  // namespace

Exit run_replay(const ReplayOptions& options, const CommonOptions& common, Console& console) {
  if (!options_fit(options, console)) return Exit::failure;
  const bool captures = options.form.format == TraceFormat::pcap;
  if (check_run_files(options.files, console) != Exit::ok) return Exit::failure;
  Compilation c(options.policy, Until::lowered, common);
  std::vector<Dfa> dfas;
  const bool use_dfas = captures || options.engine != ReplayEngine::interpreter;
  if (c.ok() && use_dfas) dfas = c.dfas(Preserve::wait_points, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  if (captures) return replay_captures(c, dfas, options, common.quiet, console);

  TraceFiles files(c, options.form, options.state_bound);
  if (!files.open(console)) return Exit::failure;
  const auto engine = make_engine(options.engine, *c.program, std::move(dfas));
  Judge judge(c, *engine, options, common.quiet, console);
  auto exit = Exit::ok;
  for (const auto& path : options.traces) {
    judge.set_file(path);
    const auto error = files.read(path, judge);
    if (!error) continue;
    judge.abandon();
    show_trace_error(*error, path == "-" ? "<stdin>" : path, console);
    exit = Exit::failure;
  }
  if (judge.traces() > 1 && !options.json && !common.quiet) {
    console.out(fmt::format("{}, {} refused\n", count(judge.traces(), "trace"), judge.refused()));
  }
  return worse(exit, judge.exit());
}

}  // namespace spl::driver
