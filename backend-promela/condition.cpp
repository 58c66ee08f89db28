// Conditions of a model: where an automaton is, and state formulas over variables and history.
#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "model.hpp"
#include "spl/spelling.hpp"
#include "text.hpp"

namespace spl::promela {

std::string number(std::int32_t value) {
  // The least int has no literal in C.
  return value == INT_MIN ? "(-2147483647 - 1)" : std::to_string(value);
}

namespace {

using Op = ast::FormulaOp;

/// Maximal runs of consecutive numbers.
using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Ranges ranges_of(const std::vector<std::uint32_t>& states) {
  Ranges ranges;
  for (const auto s : states) {
    if (!ranges.empty() && ranges.back().second + 1 == s) {
      ranges.back().second = s;
    } else {
      ranges.emplace_back(s, s);
    }
  }
  return ranges;
}

/// "x == 1 || (x >= 3 && x <= 5)".
std::string disjunction(const std::string& name, const Ranges& ranges, std::uint32_t last) {
  std::string text;
  for (const auto& [from, to] : ranges) {
    if (!text.empty()) text += " || ";
    if (from == to) {
      text += fmt::format("{} == {}", name, from);
    } else if (from == 0) {
      text += fmt::format("{} <= {}", name, to);
    } else if (to == last) {
      text += fmt::format("{} >= {}", name, from);
    } else {
      text += fmt::format("({0} >= {1} && {0} <= {2})", name, from, to);
    }
  }
  return text;
}

std::string term(const Model& model, const Term& t) {
  if (!t.is_variable) return number(t.literal);
  const auto a = index(t.variable.automaton);
  const auto& observed = model.automata[a]->observed;
  const auto at = std::find(observed.begin(), observed.end(), VarId{t.variable.param});
  return model.names.variables[a][static_cast<std::size_t>(at - observed.begin())];
}

std::string finished(const Model& model, AutomatonId automaton) {
  const auto a = index(automaton);
  const auto& all = model.automata[a]->states;
  std::vector<std::uint32_t> states;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].finished) states.push_back(i);
  }
  const auto text = located(model, a, states);
  return text.empty() ? "true" : text;
}

}  // namespace

std::string among(const std::string& name, const std::vector<std::uint32_t>& states,
                  std::size_t count) {
  if (states.empty()) return "false";
  if (states.size() == count) return {};
  const auto last = static_cast<std::uint32_t>(count - 1);
  const auto inside = ranges_of(states);
  if (inside.size() == 1) return disjunction(name, inside, last);
  if (inside.front().first == 0 && inside.back().second == last) {
    // Fewer gaps than ranges: say where it is not.
    Ranges gaps;
    for (std::size_t i = 1; i < inside.size(); ++i) {
      gaps.emplace_back(inside[i - 1].second + 1, inside[i].first - 1);
    }
    if (gaps.size() == 1 && gaps[0].first == gaps[0].second) {
      return fmt::format("{} != {}", name, gaps[0].first);
    }
    return fmt::format("!({})", disjunction(name, gaps, last));
  }
  return fmt::format("({})", disjunction(name, inside, last));
}

std::string located(const Model& model, std::size_t a, const std::vector<std::uint32_t>& states) {
  return among(model.names.locations[a], states, model.automata[a]->states.size());
}

namespace {

/// Prints state formulas, folding constants. With `event` the value of `ev` is known.
class ConditionPrinter {
 public:
  ConditionPrinter(const Model& model, const std::string* event) : model_(model), event_(event) {}

  [[nodiscard]] std::string print(const ResolvedFormula& f) const {
    const auto child = [&](std::size_t i) { return print(f.children[i]); };
    switch (f.op) {
      case Op::constant:
        return f.value ? "true" : "false";
      case Op::variable:
        return term(model_, f.left);
      case Op::finished:
        return finished(model_, f.automaton);
      case Op::statecall: {
        const auto& event = model_.names.events[index(f.statecall)];
        if (event_ != nullptr) return *event_ == event ? "true" : "false";
        return "ev == " + event;
      }
      case Op::compare:
        return fmt::format("{} {} {}", term(model_, f.left), spelling(f.comparison),
                           term(model_, f.right));
      case Op::op_not:
        return negation(child(0));
      case Op::op_and:
        return both(child(0), child(1));
      case Op::op_or:
        return either(child(0), child(1));
      case Op::implies:
        return either(negation(child(0)), child(1));
      case Op::iff:
        return same(child(0), child(1));
      default: {  // once, since
        const auto& past = model_.question.past;
        const auto at = std::find(past.begin(), past.end(), &f);
        return model_.names.history[static_cast<std::size_t>(at - past.begin())];
      }
    }
  }

  static std::string negation(const std::string& a) {
    if (a == "true") return "false";
    return a == "false" ? "true" : fmt::format("!({})", a);
  }
  static std::string both(const std::string& a, const std::string& b) {
    if (a == "false" || b == "true" || a == b) return a;
    return a == "true" || b == "false" ? b : fmt::format("({} && {})", a, b);
  }
  static std::string either(const std::string& a, const std::string& b) {
    if (a == "true" || b == "false" || a == b) return a;
    return a == "false" || b == "true" ? b : fmt::format("({} || {})", a, b);
  }
  static std::string same(const std::string& a, const std::string& b) {
    if (a == "true") return b;
    if (b == "true") return a;
    if (a == "false") return negation(b);
    return b == "false" ? negation(a) : fmt::format("(({}) == ({}))", a, b);
  }

 private:
  const Model& model_;
  const std::string* event_;
};

}  // namespace

std::string condition(const Model& model, const ResolvedFormula& formula) {
  return ConditionPrinter(model, nullptr).print(formula);
}

std::string update_history(const Model& model, const std::string& event) {
  const ConditionPrinter printer(model, &event);
  std::string text;
  for (std::size_t i = 0; i < model.question.past.size(); ++i) {
    const auto& f = *model.question.past[i];
    const auto& name = model.names.history[i];
    // once(f) is since(true, f).
    const bool once = f.op == Op::once;
    const auto held = once ? "true" : printer.print(f.children[0]);
    const auto now = printer.print(f.children[once ? 0 : 1]);
    const auto after = ConditionPrinter::either(now, ConditionPrinter::both(held, name));
    if (after != name) text += fmt::format("; {} = {}", name, after);
  }
  return text;
}

}  // namespace spl::promela
