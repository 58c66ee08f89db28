// `splc debug`: a policy in a browser, stepped by hand or along traces. debug_attach.cpp follows a
// running program.
#include <fmt/format.h>

#include <filesystem>

#include "driver/commands.hpp"
#include "driver/debug_attach.hpp"
#include "driver/debug_session.hpp"
#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/text_file.hpp"
#include "driver/trace_files.hpp"
#include "driver/trace_options.hpp"
#include "spl/json_value.hpp"

namespace spl::driver {
namespace {

std::string file_name(const std::string& path) {
  return path == "-" ? "<stdin>" : std::filesystem::path(path).filename().string();
}

// ---- by hand
// -------------------------------------------------------------------------------------

constexpr std::uint64_t kByHand = 1;  // the only subject

debug::Reply refused(std::string_view why) {
  return {400, JsonWriter().begin_object().field("error", why).end_object().take()};
}

/// The commands of the page: step, undo, reset.
class ByHand {
 public:
  explicit ByHand(DebugSession& session) : run_(session, kByHand, "by hand") {}

  debug::Reply obey(std::string_view command, std::string_view body) {
    std::string why;
    const auto json = read_json(body, why);
    if (!json) return refused("this is not JSON: " + why);
    const auto* subject = json->field("subject");
    if (subject == nullptr || subject->natural() != kByHand) return refused("no such subject");
    if (command == "step") return step(*json);
    if (command == "undo") return undo(*json);
    run_.undo(run_.steps());
    return {};
  }

 private:
  debug::Reply step(const JsonValue& json) {
    const auto* name = json.field("statecall");
    if (name == nullptr || name->string() == nullptr || name->string()->empty()) {
      return refused("which statecall?");
    }
    constexpr const char* kWords[] = {"accepted", "ignored", "unknown", "refused"};
    const auto result = run_.announce(*name->string());
    return {200, fmt::format(R"({{"verdict":"{}"}})", kWords[static_cast<std::size_t>(result)])};
  }

  debug::Reply undo(const JsonValue& json) {
    const auto* count = json.field("count");
    const auto steps = count == nullptr ? std::optional<std::uint64_t>(1) : count->natural();
    if (!steps) return refused("how many?");
    return {200, fmt::format(R"({{"undone":{}}})", run_.undo(*steps))};
  }

  DebugRun run_;
};

Exit debug_by_hand(DebugSession& session, const DebugCommandOptions& options, bool quiet,
                   Console& console) {
  std::optional<ByHand> hand;
  DebugSession::Purpose purpose{
      debug::Mode::simulate,
      file_name(options.policy),
      {"step", "undo", "reset"},
      [&](std::string_view command, std::string_view body) { return hand->obey(command, body); }};
  if (!session.open(std::move(purpose), console)) return Exit::failure;
  hand.emplace(session);
  return session.serve(options.json, quiet, console);
}

// ---- traces
// --------------------------------------------------------------------------------------

/// Every trace is a subject.
class TraceTeller : public TraceSink {
 public:
  TraceTeller(DebugSession& session, const DebugCommandOptions& options)
      : session_(session),
        keep_going_(options.keep_going),
        captures_(options.form.format == TraceFormat::pcap) {}

  void set_file(std::string name) { file_ = std::move(name); }
  [[nodiscard]] std::uint64_t traces() const { return traces_; }

  void begin(const TraceHead& head) override {
    auto title = head.line <= 1 || captures_ ? file_ : fmt::format("{}:{}", file_, head.line);
    if (captures_) {
      title += fmt::format(" {}", head.key);
    } else if (!head.key.empty()) {
      title += fmt::format(" ({})", printable(head.key));
    }
    run_.emplace(session_, ++traces_, std::move(title));
    refused_at_ = 0;
  }

  bool statecall(std::string_view name, const TracePlace& place) override {
    if (run_->announce(name, place.time_us) != DebugRun::Result::refused) return true;
    if (refused_at_ == 0) refused_at_ = place.line;
    return keep_going_;
  }

  void end(std::string_view remark) override {
    if (!run_) return;
    session_.server().end(run_->id(), how_it_ends(remark));
    run_.reset();
  }

  /// The file could not be read any further.
  void broken(const std::string& why) {
    if (run_) session_.server().end(run_->id(), why);
    run_.reset();
  }

 private:
  [[nodiscard]] std::string how_it_ends(std::string_view remark) const {
    if (!remark.empty()) return fmt::format("{}; what follows was not looked at", remark);
    if (refused_at_ != 0 && !keep_going_) {
      return fmt::format("refused in line {}: what follows in the trace was not looked at",
                         refused_at_);
    }
    const auto open = unfinished();
    return fmt::format("the end of the trace{}",
                       open.empty() ? "; every automaton is finished" : "; not finished: " + open);
  }
  [[nodiscard]] std::string unfinished() const {
    std::string names;
    for (const auto& a : session_.compilation().program->automata) {
      if (run_->now().interpreter().finished(a.id)) continue;
      names += (names.empty() ? "" : ", ") + a.name;
    }
    return names;
  }

  DebugSession& session_;
  bool keep_going_;
  bool captures_;
  std::string file_;
  std::uint64_t traces_ = 0;
  std::optional<DebugRun> run_;
  std::uint64_t refused_at_ = 0;  // a line
};

Exit debug_traces(DebugSession& session, TraceFiles& files, const DebugCommandOptions& options,
                  bool quiet, Console& console) {
  if (!files.open(console)) return Exit::failure;
  const auto title = fmt::format("{}: {}", file_name(options.policy),
                                 options.traces.size() == 1 ? file_name(options.traces[0])
                                                            : count(options.traces.size(), "file"));
  if (!session.open({debug::Mode::trace, title, {}, {}}, console)) return Exit::failure;
  TraceTeller teller(session, options);
  auto exit = Exit::ok;
  for (const auto& path : options.traces) {
    teller.set_file(file_name(path));
    const auto error = files.read(path, teller);
    if (!error) continue;
    show_trace_error(*error, file_name(path), console);
    teller.broken(error->message);
    exit = Exit::failure;
  }
  if (teller.traces() == 0) {
    if (exit == Exit::ok) console.error("there is no trace in what was given");
    return Exit::failure;
  }
  return worse(exit, session.serve(options.json, quiet, console));
}

/// False after an error, which is shown: options that do not go together.
bool options_fit(const DebugCommandOptions& options, Console& console) {
  const auto wrong = [&](bool is, std::string_view message) {
    if (is) console.error(message);
    return is;
  };
  const bool traces = !options.traces.empty();
  const auto format = options.form.format;
  if (wrong(traces && !options.attach.empty(), "--trace and --attach do not go together") ||
      wrong(options.describe && (traces || !options.attach.empty()),
            "--describe is about the policy alone: no --trace, no --attach") ||
      wrong(!options.output.empty() && !options.describe, "-o is for --describe") ||
      wrong(!traces && (format != TraceFormat::automatic || options.keep_going),
            "--format and --keep-going are for --trace") ||
      wrong(options.keep_going && format == TraceFormat::pcap,
            "--keep-going is for traces; a captured connection ends at its first violation") ||
      !trace_form_fits(options.form, "--format", console)) {
    return false;
  }
  auto inputs = options.traces;
  inputs.push_back(options.policy);
  inputs.push_back(options.form.map);
  return one_standard_input(inputs, console);
}

}  // namespace

Exit run_debug(const DebugCommandOptions& options, const CommonOptions& common, Console& console) {
  if (!options_fit(options, console)) return Exit::failure;
  Compilation c(options.policy, Until::lowered, common);
  TraceFiles files(c, options.form, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  if (options.describe) {
    const debug::PolicyView view(*c.checked, *c.program, c.sources, options.state_bound);
    const auto description = describe_policy_view(
        view, debug_policy_name(c.path), file_name(c.path), options.serving.graphviz, console);
    if (!description) return Exit::failure;
    return deliver(options.output, *description + "\n", console);
  }
  const bool attached = !options.attach.empty();
  DebugSession session(c, options.serving, options.state_bound,
                       attached ? debug::Numbers::monitor : debug::Numbers::values);
  if (!options.attach.empty()) return debug_attached(session, options, common.quiet, console);
  if (!options.traces.empty()) return debug_traces(session, files, options, common.quiet, console);
  return debug_by_hand(session, options, common.quiet, console);
}

}  // namespace spl::driver
