// `splc tests`: test cases made of a policy, written as they are made.
#include <fmt/format.h>

#include <numeric>
#include <optional>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/cpp_names.hpp"
#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/gtest_pack.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/json.hpp"
#include "spl/test_pack.hpp"

namespace spl::driver {
namespace {

/// Cases in the form that is wanted, written as they come.
class Writer {
 public:
  Writer(const Program& program, const TestsOptions& options, GtestPack gtest, Console& console)
      : program_(program), options_(options), gtest_(std::move(gtest)), console_(console) {
    if (!options.output.empty() && options.output != "-") file_.emplace(options.output);
  }

  void take(const TestCase& made) {
    ++count_;
    if (options_.format == PackFormat::gtest) {
      put((count_ == 1 ? gtest_.head() : "") + gtest_.one(made, program_));
    } else if (options_.format == PackFormat::jsonl) {
      put(json(made));
    } else {
      put(trace(made) + "\n");
    }
  }

  Exit finish() {
    if (options_.format == PackFormat::gtest)
      put((count_ == 0 ? gtest_.head() : "") + gtest_.tail());
    const auto why = file_ ? file_->finish() : std::nullopt;
    if (!why) return Exit::ok;  // of standard output main() looks after
    console_.error(fmt::format("cannot write '{}': {}", options_.output, *why));
    return Exit::failure;
  }

 private:
  void put(const std::string& text) {
    if (file_) {
      file_->write(text);
    } else {
      console_.out(text);
    }
  }

  [[nodiscard]] std::string trace(const TestCase& made) const {
    std::string text;
    for (const auto s : made.trace) {
      text += (text.empty() ? "" : " ") + program_.vocabulary.name(s);
    }
    return text;
  }

  /// With the fields of splc replay --json, so that the two can be compared.
  [[nodiscard]] std::string json(const TestCase& made) const {
    const bool refused = made.kind == CaseKind::refusal;
    JsonWriter json;
    json.begin_object().field("trace", count_).field("kind", refused ? "negative" : "positive");
    json.field("covers", to_string(made.kind)).key("statecalls").begin_array();
    for (const auto s : made.trace) json.value(program_.vocabulary.name(s));
    json.end_array().field("verdict", refused ? "violation" : "accepted");
    json.field("index", made.trace.size()).key("statecall");
    if (refused) {
      json.value(program_.vocabulary.name(made.trace.back()));
    } else {
      json.null();
    }
    json.key("automata").begin_array();
    for (const auto id : made.refused_by) json.value(program_.automata[index(id)].name);
    json.end_array().field("finished", made.finished);
    return json.end_object().take() + "\n";
  }

  const Program& program_;
  const TestsOptions& options_;
  GtestPack gtest_;
  Console& console_;
  std::uint64_t count_ = 0;
  std::optional<FileWriter> file_;
};

std::string coverage(const PackReport& report, CaseKind kind, const char* what) {
  const auto k = static_cast<std::size_t>(kind);
  const auto possible = report.possible[k];
  const double share =
      possible == 0 ? 100
                    : 100 * static_cast<double>(report.made[k]) / static_cast<double>(possible);
  return fmt::format("  {:<12}{:>12} of {:>12}  {:5.1f} %\n", what, report.made[k], possible,
                     share);
}

void tell(const TestsOptions& options, const PackOptions& pack, const PackReport& report,
          Console& console) {
  std::string text =
      fmt::format("{}; cases made, and how many there are:\n", count(report.states, "joint state"));
  constexpr const char* kWhat[] = {"transitions", "pairs", "refusals"};
  for (std::size_t k = 0; k < kCaseKinds; ++k) {
    if (pack.kinds[k]) text += coverage(report, static_cast<CaseKind>(k), kWhat[k]);
  }
  text.pop_back();
  console.note(text);
  std::uint64_t possible = 0;
  for (std::size_t k = 0; k < kCaseKinds; ++k) possible += pack.kinds[k] ? report.possible[k] : 0;
  const auto made = std::accumulate(report.made.begin(), report.made.end(), std::uint64_t{0});
  if (made == possible) return;
  const auto which = options.seed == 0
                         ? std::string("the shortest of each kind")
                         : fmt::format("a sample, --seed={} makes another", options.seed + 1);
  console.note(fmt::format("cut by --limit={}: {} of {} cases, {}; --limit=0 makes all of them",
                           options.limit, made, possible, which));
}

bool valid_names(const TestsOptions& options, const std::string& stem,
                 const std::string& name_space, Console& console) {
  if (options.format != PackFormat::gtest) {
    if (options.stem.empty() && options.name_space.empty()) return true;
    console.error("--stem and --namespace are for --format=gtest");
    return false;
  }
  return valid_cpp_names(stem, name_space, console);
}

}  // namespace

Exit run_tests(const TestsOptions& options, const CommonOptions& common, Console& console) {
  const auto stem = options.stem.empty() ? default_stem(options.policy) : options.stem;
  const auto name_space = options.name_space.empty() ? stem : options.name_space;
  if (!valid_names(options, stem, name_space, console)) return Exit::failure;
  Compilation c(options.policy, Until::lowered, common);
  std::vector<Dfa> dfas;
  if (c.ok()) dfas = c.dfas(Preserve::wait_points, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();

  PackOptions pack;
  pack.limit = options.limit;
  pack.seed = options.seed;
  pack.max_states = options.max_states;
  const bool positive = options.kind != PackKind::negative;
  pack.kinds = {positive, positive, options.kind != PackKind::positive};
  Writer writer(*c.program, options, GtestPack(options.policy, stem, name_space), console);
  const auto report = make_tests(dfas, c.program->vocabulary.size(), pack,
                                 [&](const TestCase& made) { writer.take(made); });
  if (!report.complete) {
    console.error(fmt::format("the automata of {} have more than {} together", options.policy,
                              count(options.max_states, "joint state")),
                  "--max-states=N goes on for longer; a file with fewer of the automata is another "
                  "way");
    return Exit::failure;
  }
  const auto exit = writer.finish();
  if (exit == Exit::ok && !common.quiet) tell(options, pack, report, console);
  return exit;
}

}  // namespace spl::driver
