// A run of the model, told in policy lines. The interpreter is the judge: what Spin found must be a
// run of the policy by language.md, or the model is wrong and no verdict may be given.
#include "trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "spl/narrate.hpp"

namespace spl::promela {
namespace {

/// One printed line: "statecall NAME variable=value ...".
struct Line {
  std::string_view kind;
  std::string_view name;
  std::vector<std::pair<std::string_view, std::int32_t>> values;
};

Line parse(std::string_view text) {
  Line line;
  const auto word = [&] {
    const auto end = std::min(text.find(' '), text.size());
    const auto w = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return w;
  };
  line.kind = word();
  if (line.kind == "statecall" || line.kind == "refused") line.name = word();
  while (!text.empty()) {
    const auto item = word();
    const auto equals = item.find('=');
    std::int32_t value = 0;
    if (equals == std::string_view::npos) continue;
    std::from_chars(item.data() + equals + 1, item.data() + item.size(), value);
    line.values.emplace_back(item.substr(0, equals), value);
  }
  return line;
}

ToolFailure internal(std::string message, const std::vector<std::string>& trail) {
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::internal_error;
  failure.message = std::move(message);
  failure.output = fmt::format("{}", fmt::join(trail, "\n"));
  failure.hint = "this is a bug in splc; please report it with the policy";
  return failure;
}

class Teller {
 public:
  explicit Teller(const Model& model)
      : model_(model), program_(*model.program), narrator_(program_) {
    for (std::uint32_t i = 0; i < model.names.statecalls.size(); ++i) {
      by_name_.emplace(model.names.statecalls[i], StatecallId{i});
    }
  }

  [[nodiscard]] std::optional<StatecallId> statecall(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional{found->second};
  }

  /// The values of the alternative that the run follows, as printed.
  void remember(const Line& line) {
    for (const auto& [name, value] : line.values) chosen_[std::string(name)] = value;
  }

  /// False if the interpreter refuses.
  bool step(StatecallId s, TraceStep& out) {
    if (narrator_.tick(s, out).outcome != Interpreter::Outcome::accepted) return false;
    out.variables.clear();
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) tell_variables(s, a, out);
    return true;
  }

 private:
  /// Those of an automaton that `s` moved, and all that the property reads. The latter have the
  /// value of the alternative that the run follows.
  void tell_variables(StatecallId s, std::uint32_t a, TraceStep& out) const {
    const auto& observed = model_.question.observed[a];
    const bool moved = program_.automata[a].in_alphabet(s);
    for (std::uint32_t v = 0; v < program_.automata[a].parameters; ++v) {
      const auto at = std::find(observed.begin(), observed.end(), VarId{v});
      if (!moved && at == observed.end()) continue;
      auto value = narrator_.value(AutomatonId{a}, VarId{v});
      if (const auto* chosen = chosen_value(a, at - observed.begin())) value.values = {*chosen};
      out.variables.push_back(std::move(value));
    }
  }

  [[nodiscard]] const std::int32_t* chosen_value(std::uint32_t a, std::ptrdiff_t position) const {
    const auto& names = model_.names.variables[a];
    if (position >= static_cast<std::ptrdiff_t>(names.size())) return nullptr;
    const auto chosen = chosen_.find(names[static_cast<std::size_t>(position)]);
    return chosen == chosen_.end() ? nullptr : &chosen->second;
  }

  const Model& model_;
  const Program& program_;
  Narrator narrator_;
  std::map<std::string, StatecallId, std::less<>> by_name_;
  std::map<std::string, std::int32_t> chosen_;
};

/// A search finds the endless run u v v v ... as some u and v. The shortest ones for the same run:
/// v is no repetition of a shorter one, and u does not end as v does.
void shorten_lasso(std::vector<std::string>& lines, std::size_t& loop) {
  const auto n = lines.size() - loop;
  for (std::size_t period = 1; period < n; ++period) {
    if (n % period != 0) continue;
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(loop);
    if (std::equal(begin + static_cast<std::ptrdiff_t>(period), lines.end(), begin)) {
      lines.resize(loop + period);
      break;
    }
  }
  while (loop > 0 && loop < lines.size() && lines[loop - 1] == lines.back()) {
    lines.pop_back();
    --loop;
  }
}

}  // namespace

std::optional<ToolFailure> tell_run(const Model& model, const SearchOutcome& outcome,
                                    bool by_prefix, CheckResult& result) {
  auto lines = outcome.trail;
  if (by_prefix && !lines.empty()) lines.pop_back();
  auto loop = outcome.loop.value_or(lines.size());
  if (outcome.loop) shorten_lasso(lines, loop);
  result.trail = lines;
  Teller teller(model);
  result.has_trace = true;
  bool turns = false;  // the cycle accepts statecalls
  bool ends = false;   // the claim looks on, to moments at which nothing more is accepted
  std::size_t loop_start = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (loop == i) loop_start = result.trace.size();
    const auto line = parse(lines[i]);
    teller.remember(line);
    ends = ends || line.kind == "end";
    if (line.kind == "start" || line.kind == "end") continue;
    const auto s = teller.statecall(line.name);
    if (!s) return internal(fmt::format("the model speaks of an unknown '{}'", lines[i]), lines);
    if (line.kind == "refused") {
      result.refused = *s;
      continue;
    }
    if (!teller.step(*s, result.trace.emplace_back())) {
      return internal(fmt::format("step {} of a run from Spin, '{}', is refused by the interpreter",
                                  result.trace.size(), model.program->vocabulary.name(*s)),
                      lines);
    }
    turns = turns || i >= loop;
  }
  if (by_prefix && (!ends || result.refused)) return std::nullopt;
  result.loop_start = turns ? loop_start : result.trace.size();
  return std::nullopt;
}

std::variant<std::vector<StatecallId>, ToolFailure> statecalls_of(
    const Model& model, const std::vector<std::string>& lines) {
  const Teller teller(model);
  std::vector<StatecallId> result;
  for (const auto& text : lines) {
    const auto line = parse(text);
    if (line.kind != "statecall") continue;
    const auto s = teller.statecall(line.name);
    if (!s) return internal(fmt::format("the model speaks of an unknown '{}'", text), lines);
    result.push_back(*s);
  }
  return result;
}

}  // namespace spl::promela
