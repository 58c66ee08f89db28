// Verification results as text. A trace shows per step the statecall, the line that consumed it,
// and the variables that it changed.
#include "driver/verify_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "driver/console.hpp"
#include "driver/explain.hpp"

namespace spl::driver {
namespace {

using promela::CheckKind;
using promela::CheckResult;
using promela::Verdict;

constexpr std::size_t kWidth = 100;  // of a trace table, where the names allow it

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_fault(const CheckResult& r) {
  return r.verdict == Verdict::fails && !r.information;
}

std::string verdict_word(const CheckResult& r, bool colour) {
  const auto padded = [&](const char* word, const char* sgr) {
    return paint(fmt::format("{:<12}", word), sgr, colour);
  };
  switch (r.verdict) {
    case Verdict::proved:
      return padded("proved", "1;32");
    case Verdict::fails:
      return r.information ? padded("note", "1;36") : padded("FAILS", "1;31");
    case Verdict::not_refuted:
      return padded("not refuted", "1;33");
    case Verdict::not_finished:
      return padded("not finished", "1;33");
  }
  return {};
}

std::string seconds(double s) {
  return s < 10 ? fmt::format("{:.2f} s", s) : fmt::format("{:.0f} s", s);
}

/// What a row claims, so that "proved" reads well before it.
std::string title(const SourceMap& sources, const CheckResult& r) {
  switch (r.kind) {
    case CheckKind::property:
      return r.name;
    case CheckKind::stuck:
      return "(never stuck)";
    case CheckKind::arithmetic:
      return "(sound arithmetic)";
    case CheckKind::abort:
      if (r.verdict == Verdict::proved || !r.range.valid()) return "(no abort reached)";
      return fmt::format("(abort, line {} of {})", sources.begin_of(r.range).line,
                         file_name(sources.name(r.range.file)));
    case CheckKind::unreachable:
      return "(all statements reached)";
  }
  return r.name;
}

std::string table(const SourceMap& sources, const promela::Report& report, bool colour) {
  std::size_t width = 8;
  for (const auto& r : report.results)
    width = std::max(width, std::min<std::size_t>(title(sources, r).size(), 48));
  auto out = fmt::format("{:<12}  {:<{}}  {:>10}  {:>8}  {:>8}  {:>8}\n", "result", "check", width,
                         "states", "depth", "time", "memory");
  for (const auto& r : report.results) {
    out += fmt::format("{}  {:<{}}  {:>10}  {:>8}  {:>8}  {:>5.0f} MB\n", verdict_word(r, colour),
                       title(sources, r), width, r.states, r.depth,
                       r.cached ? "cached" : seconds(r.seconds), r.memory_mb);
  }
  return out;
}

/// What a part about one result begins with: its verdict, and what that is of.
std::string heading(const SourceMap& sources, const CheckResult& r, bool colour) {
  const bool fills = r.verdict == Verdict::not_finished;  // the column of the other verdicts
  return fmt::format("\n{}{}{}", verdict_word(r, colour), fills ? " " : "",
                     paint(title(sources, r), "1", colour));
}

std::string where_text(const SourceMap& sources, const promela::TraceStep& step) {
  std::string text;
  for (const auto& place : step.places) {
    if (!place.range.valid()) continue;
    auto where =
        fmt::format("{}:{}", sources.name(place.range.file), sources.begin_of(place.range).line);
    if (!text.empty()) text += ", ";
    text += where;
  }
  return text;
}

struct Row {
  std::string number;
  std::string statecall;
  std::string where;
  std::vector<std::string> changes;
};

std::vector<Row> rows_of(const Program& program, const SourceMap& sources, const CheckResult& r) {
  std::map<std::string, std::string> last;
  for (const auto& v : initial_values(program)) last[v.name] = v.text();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < r.trace.size(); ++i) {
    const auto& step = r.trace[i];
    Row row{std::to_string(i + 1),
            program.vocabulary.name(step.statecall),
            where_text(sources, step),
            {}};
    for (const auto& v : step.variables) {
      const auto text = v.text();
      if (last[v.name] == text) continue;
      last[v.name] = text;
      row.changes.push_back(fmt::format("{} = {}", v.name, text));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string trace_table(const Program& program, const SourceMap& sources, const CheckResult& r) {
  if (r.trace.empty()) return "  at the very start, before any statecall\n";
  auto rows = rows_of(program, sources, r);
  rows.insert(rows.begin(), Row{"step", "statecall", "policy line", {"changes"}});
  std::size_t name = 0;
  std::size_t where = 0;
  for (const auto& row : rows) {
    name = std::max(name, row.statecall.size());
    where = std::max(where, std::min<std::size_t>(row.where.size(), 60));
  }
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i != 0 && r.loop_start == i - 1) out += "  from here on, for ever:\n";
    auto line = fmt::format("  {:>4}  {:<{}}  {:<{}}  ", rows[i].number, rows[i].statecall, name,
                            rows[i].where, where);
    const auto indent = line.size();
    auto column = indent;
    for (const auto& change : rows[i].changes) {
      if (column > indent && column + 2 + change.size() > kWidth) {
        line += ",\n" + std::string(indent, ' ');
        column = indent;
      } else if (column > indent) {
        line += ", ";
        column += 2;
      }
      line += change;
      column += change.size();
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  const bool ends = r.loop_start && *r.loop_start == r.trace.size();
  return ends ? out + "  and then nothing more is accepted\n" : out;
}

/// What Spin's manual says of it: from 100 on, 99.9 % of the states and more are seen.
const char* coverage(double hash_factor) {
  if (hash_factor >= 100) return "nearly all states were visited";
  if (hash_factor >= 10) return "some states may have been missed (more --memory, or --variants)";
  return "many states were missed (more --memory, or --variants)";
}

std::string details(const Program& program, const SourceMap& sources, const CheckResult& r,
                    bool colour) {
  auto out = heading(sources, r, colour);
  if (!r.text.empty()) out += fmt::format(": {}", r.text);
  if (r.range.valid()) out += fmt::format("  [{}]", sources.describe(r.range));
  out += '\n';
  if (!r.why.empty()) out += fmt::format("  {}\n", r.why);
  if (r.hash_factor > 0) {
    out += fmt::format("  hash factor {:.0f}: {}\n", r.hash_factor, coverage(r.hash_factor));
  }
  for (const auto place : r.places) out += fmt::format("  {}\n", source_line(sources, place));
  if (r.has_trace) out += trace_table(program, sources, r);
  if (r.refused) out += fmt::format("  then {} is refused\n", program.vocabulary.name(*r.refused));
  return out;
}

/// A run in a few lines: nobody has to find a mistake in it.
std::string short_trace(const Program& program, const CheckResult& r) {
  if (r.trace.empty()) return "    the start itself\n";
  std::vector<StatecallId> names;
  for (const auto& step : r.trace) names.push_back(step.statecall);
  return name_list(program, names, 4, 1000);
}

std::string witness(const Program& program, const SourceMap& sources, const CheckResult& r,
                    bool colour) {
  return fmt::format("{}: {}  [{}]\n  reached by\n", heading(sources, r, colour), r.text,
                     sources.describe(r.range)) +
         short_trace(program, r);
}

std::string remark(const Program& program, const SourceMap& sources, const CheckResult& r,
                   bool colour) {
  auto out = fmt::format("{}: {}\n", heading(sources, r, colour), r.why);
  for (const auto place : r.places) out += fmt::format("    {}\n", source_line(sources, place));
  if (!r.has_trace) return out;
  out += r.refused ? fmt::format("  {} is refused after\n", program.vocabulary.name(*r.refused))
                   : std::string("  after\n");
  return out + short_trace(program, r);
}

/// Which automata a search could do without, said once for all checks that agree.
std::string left_out(const Program& program, const promela::Report& report) {
  std::map<std::vector<AutomatonId>, std::size_t> checks;
  for (const auto& r : report.results) {
    if (!r.left_out.empty()) ++checks[r.left_out];
  }
  std::string text;
  for (const auto& [automata, count] : checks) {
    std::vector<std::string> names;
    for (const auto a : automata) names.push_back(program.automata[index(a)].name);
    text += fmt::format("{} decided without {}\n",
                        count == 1 ? "1 check" : fmt::format("{} checks", count),
                        fmt::join(names, ", "));
  }
  return text.empty() ? text : "\n" + text;
}

std::string tally(const promela::Report& report) {
  std::size_t proved = 0;
  std::size_t fails = 0;
  std::size_t open = 0;
  std::size_t unrefuted = 0;
  for (const auto& r : report.results) {
    if (r.verdict == Verdict::proved) ++proved;
    if (is_fault(r)) ++fails;
    if (r.verdict == Verdict::not_refuted) ++unrefuted;
    if (r.verdict == Verdict::not_finished) ++open;
  }
  auto text = fmt::format("\n{} proved", proved);
  if (fails != 0) text += fmt::format(", {} failing", fails);
  if (unrefuted != 0) {
    text += fmt::format(", {} not refuted (searched, but not exhaustively: not proved)", unrefuted);
  }
  if (open != 0) text += fmt::format(", {} not finished", open);
  return text + "\n";
}

}  // namespace

std::string report_text(const Program& program, const SourceMap& sources,
                        const promela::Report& report, bool quiet, bool colour) {
  if (report.results.empty()) return report.failure ? "" : "there is nothing to prove\n";
  auto out = table(sources, report, colour);
  for (const auto& r : report.results) {
    if (quiet) break;
    if (r.verdict == Verdict::proved && r.has_trace) out += witness(program, sources, r, colour);
    if (r.verdict == Verdict::fails && r.information) out += remark(program, sources, r, colour);
  }
  for (const auto& r : report.results) {
    const bool open = r.verdict == Verdict::not_finished || r.verdict == Verdict::not_refuted;
    if (open) out += details(program, sources, r, colour);
  }
  for (const auto& r : report.results) {  // last, where it is seen
    if (is_fault(r)) out += details(program, sources, r, colour);
  }
  if (!quiet) out += left_out(program, report);
  return out + tally(report);
}

namespace {

void write_step(JsonWriter& json, const Program& program, const SourceMap& sources,
                const promela::TraceStep& step) {
  json.begin_object().field("statecall", program.vocabulary.name(step.statecall));
  json.key("places").begin_array();
  for (const auto& place : step.places) {
    json.begin_object().field("automaton", program.automata[index(place.automaton)].name);
    json.key("at");
    write_place(json, sources, place.range);
    json.end_object();
  }
  json.end_array().key("variables").begin_object();
  for (const auto& v : step.variables) {
    json.key(v.name).begin_array();
    for (const auto value : v.values) {
      if (v.is_bool) {
        json.value(value != 0);
      } else {
        json.value(value);
      }
    }
    json.end_array();
  }
  json.end_object().end_object();
}

const char* kind_name(CheckKind kind) {
  switch (kind) {
    case CheckKind::property:
      return "property";
    case CheckKind::stuck:
      return "stuck";
    case CheckKind::arithmetic:
      return "arithmetic";
    case CheckKind::abort:
      return "abort";
    case CheckKind::unreachable:
      return "unreachable";
  }
  return "";
}

}  // namespace

std::string report_json(const Program& program, const SourceMap& sources,
                        const promela::Report& report, const std::vector<std::string>& replayed) {
  std::string out;
  for (const auto& r : report.results) {
    JsonWriter json;
    json.begin_object().field("property", r.name).field("verdict", promela::to_string(r.verdict));
    json.field("states", r.states).field("seconds", r.seconds).key("trace").begin_array();
    for (const auto& step : r.trace) write_step(json, program, sources, step);
    json.end_array().field("kind", kind_name(r.kind)).field("information", r.information);
    json.field("formula", r.text).field("why", r.why).key("at");
    write_place(json, sources, r.range);
    json.field("has_trace", r.has_trace).key("loop_start");
    if (r.loop_start) {
      json.value(*r.loop_start + 1);
    } else {
      json.null();
    }
    json.key("refused");
    if (r.refused) {
      json.value(program.vocabulary.name(*r.refused));
    } else {
      json.null();
    }
    json.key("replayed").begin_array();
    if (r.has_trace) {
      for (const auto& engine : replayed) json.value(engine);
    }
    json.end_array().key("places").begin_array();
    for (const auto place : r.places) write_place(json, sources, place);
    json.end_array().field("transitions", r.transitions).field("depth", r.depth);
    json.field("memory_mb", r.memory_mb).field("exhaustive", r.exhaustive);
    json.field("hash_factor", r.hash_factor).field("cached", r.cached);
    json.key("left_out").begin_array();
    for (const auto a : r.left_out) json.value(program.automata[index(a)].name);
    json.end_array();
    out += json.end_object().take() + "\n";
  }
  return out;
}

}  // namespace spl::driver
