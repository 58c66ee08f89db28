// A run of the model, told in policy lines. The interpreter is the judge: what Spin found must be a
// run of the policy by language.md, or the model is wrong and no verdict may be given.
#include "trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "spl/interpreter.hpp"

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

ToolFailure internal(std::string message) {
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::internal_error;
  failure.message = std::move(message);
  failure.hint = "this is a bug in splc; please report it with the policy";
  return failure;
}

/// Where automata consume statecalls.
class Places {
 public:
  explicit Places(const Automaton& automaton) : a_(automaton) {
    for (const auto& node : a_.nodes) {
      if (node.kind != Node::Kind::wait || node.handle == HandleId::none) continue;
      in_handles_[{raw(node.handle), node.statecall}].push_back(node.range);
    }
  }

  void add(const Configuration& from, StatecallId s, std::vector<SourceRange>& out) const {
    const auto& node = a_[from.at];
    if (node.kind == Node::Kind::wait && node.statecall == s) out.push_back(node.range);
    for (auto c = node.context; c != ContextId::none; c = a_[c].parent) {
      const auto& context = a_[c];
      const auto& allowed = context.allowed;
      if (std::binary_search(allowed.begin(), allowed.end(), s)) out.push_back(context.range);
      for (const auto h : context.handles) {
        const auto found = in_handles_.find({raw(h), s});
        if (found == in_handles_.end()) continue;
        out.insert(out.end(), found->second.begin(), found->second.end());
      }
    }
  }

 private:
  const Automaton& a_;
  std::map<std::pair<std::uint32_t, StatecallId>, std::vector<SourceRange>> in_handles_;
};

class Teller {
 public:
  explicit Teller(const Model& model)
      : model_(model), program_(*model.program), interpreter_(program_) {
    for (std::uint32_t i = 0; i < model.names.statecalls.size(); ++i) {
      by_name_.emplace(model.names.statecalls[i], StatecallId{i});
    }
    for (const auto& a : program_.automata) places_.emplace_back(a);
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
    out.statecall = s;
    for (const auto id : program_.mentioned_by[index(s)]) {
      const auto a = index(id);
      std::vector<SourceRange> ranges;
      const Stepper stepper(program_.automata[a]);
      for (const auto& c : interpreter_.configurations(id)) {
        if (!stepper.tick_one(c, s).configurations.empty()) places_[a].add(c, s, ranges);
      }
      std::sort(ranges.begin(), ranges.end());
      ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
      for (const auto& r : ranges) out.places.push_back({id, r});
    }
    if (interpreter_.tick(s).outcome != Interpreter::Outcome::accepted) return false;
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) tell_variables(s, a, out);
    return true;
  }

  /// The automaton moved by `s`, or the property reads it.
  void tell_variables(StatecallId s, std::uint32_t a, TraceStep& out) const {
    const auto& automaton = program_.automata[a];
    const auto& observed = model_.question.observed[a];
    const bool moved = automaton.in_alphabet(s);
    for (std::uint32_t v = 0; v < automaton.parameters; ++v) {
      const auto at = std::find(observed.begin(), observed.end(), VarId{v});
      if (!moved && at == observed.end()) continue;
      VariableValue value;
      value.automaton = AutomatonId{a};
      value.variable = VarId{v};
      value.name = automaton.name + "." + automaton.variables[v].name;
      value.is_bool = automaton.variables[v].type == ast::Type::boolean;
      value.values = values(a, v, at - observed.begin());
      out.variables.push_back(std::move(value));
    }
  }

 private:
  [[nodiscard]] std::vector<std::int32_t> values(std::uint32_t a, std::uint32_t v,
                                                 std::ptrdiff_t position) const {
    const auto& names = model_.names.variables[a];
    if (position < static_cast<std::ptrdiff_t>(names.size())) {
      const auto chosen = chosen_.find(names[static_cast<std::size_t>(position)]);
      if (chosen != chosen_.end()) return {chosen->second};
    }
    std::vector<std::int32_t> all;
    for (const auto& c : interpreter_.configurations(AutomatonId{a})) all.push_back(c.values[v]);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.empty()) all.push_back(program_.automata[a].variables[v].initial);
    return all;
  }

  const Model& model_;
  const Program& program_;
  Interpreter interpreter_;
  std::vector<Places> places_;
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
  Teller teller(model);
  result.has_trace = true;
  bool turns = false;  // the cycle accepts statecalls
  std::size_t loop_start = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (loop == i) loop_start = result.trace.size();
    const auto line = parse(lines[i]);
    teller.remember(line);
    if (line.kind == "start" || line.kind == "end") continue;
    const auto s = teller.statecall(line.name);
    if (!s) return internal(fmt::format("the model speaks of an unknown '{}'", lines[i]));
    if (line.kind == "refused") {
      result.refused = *s;
      continue;
    }
    if (!teller.step(*s, result.trace.emplace_back())) {
      return internal(fmt::format("step {} of a run from Spin, '{}', is refused by the interpreter",
                                  result.trace.size(), model.program->vocabulary.name(*s)));
    }
    turns = turns || i >= loop;
  }
  if (!by_prefix) result.loop_start = turns ? loop_start : result.trace.size();
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
    if (!s) return internal(fmt::format("the model speaks of an unknown '{}'", text));
    result.push_back(*s);
  }
  return result;
}

}  // namespace spl::promela
