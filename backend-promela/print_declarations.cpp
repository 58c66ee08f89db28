// The head of a model: what it is of, its constants, its variables.
#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "names.hpp"
#include "print.hpp"
#include "text.hpp"

namespace spl::promela {
namespace {

// Above, a listing of the states helps nobody.
constexpr std::size_t kMaxListedStates = 300;
constexpr std::size_t kMaxListedPlaces = 8;
// mtype values are bytes, 0 is not one.
constexpr std::size_t kMaxMtype = 254;

const char* type_for(std::int64_t least, std::int64_t greatest) {
  if (least >= 0 && greatest <= 1) return "bit";
  if (least >= 0 && greatest <= UCHAR_MAX) return "byte";
  if (least >= SHRT_MIN && greatest <= SHRT_MAX) return "short";
  return "int";
}

std::string lines_of(const Model& model, const Automaton& automaton,
                     const std::vector<NodeId>& nodes) {
  std::string text;
  std::size_t shown = 0;
  for (const auto n : nodes) {
    const auto& node = automaton[n];
    if (node.kind != Node::Kind::wait || !node.range.valid()) continue;
    if (shown++ == kMaxListedPlaces) return text + ", ...";
    const auto at = model.sources->begin_of(node.range);
    text += fmt::format("{}{}:{}", shown == 1 ? "" : ", ", model.sources->name(node.range.file),
                        at.line);
  }
  return text;
}

std::string describe_states(const Model& model, std::size_t a) {
  const auto& observed = *model.automata[a];
  const auto& automaton = model.program->automata[a];
  std::string text = fmt::format("\n/* automaton {}, {}: {} state{}", comment_text(automaton.name),
                                 comment_text(model.sources->describe(automaton.range)),
                                 observed.states.size(), observed.states.size() == 1 ? "" : "s");
  if (observed.states.size() <= kMaxListedStates) {
    for (std::size_t s = 0; s < observed.states.size(); ++s) {
      const auto places = lines_of(model, automaton, observed.states[s].waiting);
      text += fmt::format("\n   {:>3}: {}{}{}{}", s, places.empty() ? "" : "waits at ",
                          comment_text(places),
                          !places.empty() && observed.states[s].finished ? ", " : "",
                          observed.states[s].finished ? "finished" : "");
    }
  }
  return text + " */\n";
}

std::string declare_automaton(const Model& model, std::size_t a) {
  if (model.question.leaves_out(a)) {
    return fmt::format("\n/* automaton {} is left out: it may accept anything at any time */\n",
                       comment_text(model.program->automata[a].name));
  }
  const auto& observed = *model.automata[a];
  auto text = describe_states(model, a);
  const auto last = static_cast<std::int64_t>(observed.states.size()) - 1;
  if (last > 0) {
    text += fmt::format("{} {}{};\n", type_for(0, last), model.names.locations[a],
                        observed.initial.empty() || observed.initial[0] == 0
                            ? ""
                            : fmt::format(" = {}", observed.initial[0]));
  }
  for (std::size_t v = 0; v < observed.observed.size(); ++v) {
    std::int32_t least = 0;
    std::int32_t greatest = 0;
    for (const auto& s : observed.states) {
      least = std::min(least, s.values[v]);
      greatest = std::max(greatest, s.values[v]);
    }
    const auto& variable = model.program->automata[a][observed.observed[v]];
    const auto initial =
        observed.initial.empty() ? 0 : observed.states[observed.initial[0]].values[v];
    text += fmt::format(
        "{} {}{};\n", variable.type == ast::Type::boolean ? "bool" : type_for(least, greatest),
        model.names.variables[a][v], initial == 0 ? "" : fmt::format(" = {}", number(initial)));
  }
  return text;
}

/// Events that stand for several statecalls, as a comment.
std::string describe_classes(const Model& model) {
  std::map<StatecallId, std::string> members;
  for (const auto& [s, of] : model.question.events) {
    auto& text = members[of];
    text += (text.empty() ? "" : ", ") + model.names.statecalls[index(s)];
  }
  std::string text;
  for (const auto& [of, list] : members) {
    if (list == model.names.statecalls[index(of)]) continue;
    text += fmt::format("/* {}: {} */\n", model.names.events[index(of)], list);
  }
  return text;
}

std::string declare_events(const Model& model) {
  std::vector<std::string> names;
  for (const auto& [s, of] : model.question.events) {
    if (s == of) names.push_back(model.names.events[index(s)]);
  }
  if (names.empty()) return {};
  std::string text = "\n/* the statecall just accepted; none at the start and after the end */\n";
  text += describe_classes(model);
  if (names.size() > kMaxMtype) {
    text += "#define none 0\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += fmt::format("#define {} {}\n", names[i], i + 1);
    }
    return text +
           fmt::format("{} ev = none;\n", type_for(0, static_cast<std::int64_t>(names.size())));
  }
  text += "mtype = { none";
  for (const auto& name : names) text += ",\n  " + name;
  return text + " };\nmtype ev = none;\n";
}

std::string describe_past(const Model& model, const ResolvedFormula& f) {
  const auto first = comment_text(condition(model, f.children[0]));
  if (f.op == ast::FormulaOp::once) return fmt::format("once({})", first);
  return fmt::format("since({}, {})", first, comment_text(condition(model, f.children[1])));
}

std::string declare_history(const Model& model) {
  const auto& past = model.question.past;
  if (past.empty()) return {};
  std::string text = "\n/* history, brought up to date with every step */\n";
  for (std::size_t i = 0; i < past.size(); ++i) {
    text +=
        fmt::format("bool {};  /* {} */\n", model.names.history[i], describe_past(model, *past[i]));
  }
  return text;
}

}  // namespace

std::string print_declarations(const Model& model) {
  std::string text =
      "/* PROMELA model of an SPL policy, made by splc. Its runs are the runs that the "
      "policy\n   accepts; every option below is one statecall, taken by all automata "
      "that have it. */\n";
  if (!model.question.left_out.empty()) {
    text +=
        "/* Automata are left out, so there are more runs: one that is found must be tried on the\n"
        "   whole policy. */\n";
  }
  for (std::size_t a = 0; a < model.automata.size(); ++a) text += declare_automaton(model, a);
  text += declare_events(model);
  text += declare_history(model);
  if (model.starts) text += "\nbool started;  /* the first state is chosen */\n";
  if (model.guesses) text += "\nbool wrong_guess;  /* this run followed the wrong alternative */\n";
  if (model.question.ended) text += "\nbool ended;  /* no statecall is accepted any more */\n";
  if (model.question.refusals) {
    text += "\nint refused;  /* the abort or fault that was reached; 0: none */\n";
  }
  return text;
}

}  // namespace spl::promela
