// `splc diff`: what a new policy accepts that an old one does not, and the other way round.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/engine.hpp"
#include "driver/explain.hpp"
#include "driver/text_file.hpp"
#include "spl/compare.hpp"
#include "spl/maps.hpp"

namespace spl::driver {
namespace {

/// One of the two policies.
struct Side {
  Side(const std::string& path, const CommonOptions& common)
      : c(path, Until::lowered, common), name(path == "-" ? "<stdin>" : path) {}

  Compilation c;
  std::string name;
  std::vector<Dfa> dfas;
  /// Its statecalls by the names that traces have: those of the new policy.
  std::map<std::string, StatecallId, std::less<>> by_name;

  void name_statecalls(const RenameMap& rename) {
    const auto& vocabulary = c.program->vocabulary;
    for (std::uint32_t s = 0; s < vocabulary.size(); ++s) {
      const auto& own = vocabulary.name(StatecallId{s});
      const auto renamed = rename.find(own);
      by_name.emplace(renamed == rename.end() ? own : renamed->second, StatecallId{s});
    }
  }
};

/// A trace that one policy accepts, and why the other does not.
struct Difference {
  std::vector<std::string> trace;
  std::vector<Interpreter::AutomatonRefusal> refusals;  // empty: refused because it is unknown
  std::vector<StatecallId> expected;
};

/// Not by the interpreter: it might follow too much at once where the DFAs, which leave out what
/// does not matter, were small.
Difference explain(Side& refusing, const std::vector<std::string>& trace, std::size_t bound) {
  Difference result{trace, {}, {}};
  const auto engine =
      dfa_engine(*refusing.c.program, refusing.c.dfas(Preserve::wait_points, bound));
  for (const auto& name : trace) {
    const auto at = refusing.by_name.find(name);
    if (at != refusing.by_name.end()) result.refusals = engine->tick(at->second).refusals;
  }
  result.expected = engine->allowed();
  return result;
}

class Report {
 public:
  Report(Side& old_side, Side& new_side, const Comparison& comparison, std::size_t bound)
      : old_(old_side), new_(new_side), comparison_(comparison) {
    if (comparison.only_old) only_old_ = explain(new_side, *comparison.only_old, bound);
    if (comparison.only_new) only_new_ = explain(old_side, *comparison.only_new, bound);
  }

  [[nodiscard]] std::string text(const DiffOptions& options, bool colour) const {
    std::string out;
    if (comparison_.relation == Relation::unknown) {
      out = fmt::format("{} and {}: not settled within {}\n", new_.name, old_.name,
                        count(options.max_states, "pair of states", "pairs of states"));
    } else {
      const bool equal = comparison_.relation == Relation::equal;
      const char* link = equal                                            ? "to"
                         : comparison_.relation == Relation::incomparable ? "with"
                                                                          : "than";
      out =
          fmt::format("{} is {} {} {} ({})\n", new_.name,
                      paint(to_string(comparison_.relation), equal ? "1;32" : "1;33", colour), link,
                      old_.name, count(comparison_.states, "pair of states", "pairs of states"));
    }
    if (only_old_) out += text(*only_old_, old_, new_);
    if (only_new_) out += text(*only_new_, new_, old_);
    return out;
  }

  [[nodiscard]] std::string json(bool allowed) const {
    JsonWriter json;
    json.begin_object().field("old", old_.name).field("new", new_.name);
    json.field("relation", to_string(comparison_.relation)).field("allowed", allowed);
    json.field("complete", comparison_.complete).field("states", comparison_.states);
    json.key("only_old");
    write(json, only_old_, new_);
    json.key("only_new");
    write(json, only_new_, old_);
    return json.end_object().take() + "\n";
  }

 private:
  static std::string text(const Difference& d, const Side& accepting, const Side& refusing) {
    auto out = fmt::format("\naccepted by {}, refused by {} at the last statecall:\n",
                           accepting.name, refusing.name);
    for (std::size_t i = 0; i < d.trace.size(); ++i) {
      const auto at = refusing.by_name.find(d.trace[i]);
      const auto& own = at == refusing.by_name.end()
                            ? d.trace[i]
                            : refusing.c.program->vocabulary.name(at->second);
      const auto note = own == d.trace[i] ? "" : fmt::format("  ({} in {})", own, refusing.name);
      out += fmt::format("{:>6}  {}{}\n", i + 1, d.trace[i], note);
    }
    if (d.refusals.empty()) {
      return out + fmt::format("  no automaton of {} mentions it\n", refusing.name);
    }
    return out + explain_violation(*refusing.c.program, refusing.c.sources, d.refusals, d.expected);
  }

  static void write(JsonWriter& json, const std::optional<Difference>& d, const Side& refusing) {
    if (!d) {
      json.null();
      return;
    }
    const auto& program = *refusing.c.program;
    json.begin_object().key("trace").begin_array();
    for (const auto& name : d->trace) json.value(name);
    json.end_array().field("refused_by", refusing.name).key("automata").begin_array();
    for (const auto& r : d->refusals) json.value(program.automata[index(r.automaton)].name);
    json.end_array().key("expected").begin_array();
    for (const auto id : d->expected) json.value(program.vocabulary.name(id));
    json.end_array().key("reasons").begin_array();
    for (const auto& r : d->refusals) write_reason(json, program, refusing.c.sources, r);
    json.end_array().end_object();
  }

  const Side& old_;
  const Side& new_;
  const Comparison& comparison_;
  std::optional<Difference> only_old_;
  std::optional<Difference> only_new_;
};

bool read_renames(const std::string& path, const Side& old_side, const Side& new_side,
                  RenameMap& map, Console& console) {
  if (path.empty()) return true;
  SourceMap sources;
  const auto file = load_text(path, sources, console);
  if (!file) return false;
  auto read = read_rename_map(*file, sources, old_side.c.program->vocabulary,
                              new_side.c.program->vocabulary);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&read)) {
    show_errors(*errors, *file, sources, console);
    return false;
  }
  map = std::move(std::get<RenameMap>(read));
  return true;
}

/// Which relations the comparison leaves possible, against those that are allowed.
Exit judge(const Comparison& comparison, const std::vector<std::string>& allow) {
  std::vector<Relation> possible{comparison.relation};
  if (comparison.relation == Relation::unknown) {
    possible = {Relation::incomparable};
    if (!comparison.only_new) possible.push_back(Relation::stricter);
    if (!comparison.only_old) possible.push_back(Relation::looser);
    if (!comparison.only_old && !comparison.only_new) possible.push_back(Relation::equal);
  }
  const auto allowed = [&](Relation relation) {
    return relation == Relation::equal || std::ranges::count(allow, to_string(relation)) != 0;
  };
  if (std::ranges::all_of(possible, allowed)) return Exit::ok;
  return std::ranges::any_of(possible, allowed) ? Exit::failure : Exit::problems;
}

}  // namespace

Exit run_diff(const DiffOptions& options, const CommonOptions& common, Console& console) {
  if (!one_standard_input({options.old_policy, options.new_policy, options.rename}, console)) {
    return Exit::failure;
  }
  Side old_side(options.old_policy, common);
  Side new_side(options.new_policy, common);
  for (auto* side : {&old_side, &new_side}) {
    if (side->c.ok()) side->dfas = side->c.dfas(Preserve::language, options.state_bound);
    show_diagnostics(side->c, common, console);
  }
  if (!old_side.c.ok() || !new_side.c.ok()) return Exit::failure;

  CompareOptions compare_options;
  compare_options.strict = options.strict;
  compare_options.max_states = options.max_states;
  if (!read_renames(options.rename, old_side, new_side, compare_options.rename, console)) {
    return Exit::failure;
  }
  old_side.name_statecalls(compare_options.rename);
  new_side.name_statecalls({});

  const auto comparison =
      compare({&old_side.c.program->vocabulary, old_side.dfas},
              {&new_side.c.program->vocabulary, new_side.dfas}, compare_options);
  const auto exit = judge(comparison, options.allow);
  const Report report(old_side, new_side, comparison, options.state_bound);
  console.out(options.json ? report.json(exit == Exit::ok)
                           : report.text(options, console.colour_out()));
  if (exit == Exit::failure) {
    console.error(fmt::format("gave up after {}: what the policies are to each other is not known",
                              count(comparison.states, "pair of states", "pairs of states")),
                  "--max-states=N goes on for longer");
  }
  return exit;
}

}  // namespace spl::driver
