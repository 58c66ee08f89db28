// Conditions of a model: where an automaton is, and state formulas over variables and history.
#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "model.hpp"
#include "text.hpp"

namespace spl::promela {

std::string number(std::int32_t value) {
  // The least int has no literal in C.
  return value == INT_MIN ? "(-2147483647 - 1)" : std::to_string(value);
}

namespace {

using Op = ast::FormulaOp;

/// "x == 1 || (x >= 3 && x <= 5)" for the states that are `wanted`; counts its terms.
std::string ranges(const std::string& name, const std::vector<bool>& states, bool wanted,
                   std::size_t& terms) {
  std::string text;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] != wanted) continue;
    auto last = i;
    while (last + 1 < states.size() && states[last + 1] == wanted) ++last;
    if (terms++ != 0) text += " || ";
    if (last == i) {
      text += fmt::format("{} == {}", name, i);
    } else if (i == 0) {
      text += fmt::format("{} <= {}", name, last);
    } else if (last + 1 == states.size()) {
      text += fmt::format("{} >= {}", name, i);
    } else {
      text += fmt::format("({0} >= {1} && {0} <= {2})", name, i, last);
    }
    i = last;
  }
  return text;
}

const char* comparison(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::equal:
      return "==";
    case ast::BinaryOp::not_equal:
      return "!=";
    case ast::BinaryOp::less:
      return "<";
    case ast::BinaryOp::less_equal:
      return "<=";
    case ast::BinaryOp::greater:
      return ">";
    default:
      return ">=";
  }
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
  std::vector<bool> states;
  for (const auto& s : model.automata[a]->states) states.push_back(s.finished);
  const auto text = located(model, a, states);
  return text.empty() ? "true" : text;
}

}  // namespace

std::string located(const Model& model, std::size_t a, const std::vector<bool>& states) {
  std::size_t inside = 0;
  std::size_t outside = 0;
  const auto& name = model.names.locations[a];
  const auto positive = ranges(name, states, true, inside);
  if (inside == 0) return "false";
  const auto negative = ranges(name, states, false, outside);
  if (outside == 0) return {};
  if (outside == 1 && inside > 1 && negative.find("&&") == std::string::npos &&
      negative.find("==") != std::string::npos) {
    return fmt::format("{} != {}", name, negative.substr(name.size() + 4));
  }
  if (outside < inside) return fmt::format("!({})", negative);
  return inside == 1 ? positive : fmt::format("({})", positive);
}

std::string condition(const Model& model, const ResolvedFormula& f) {
  const auto child = [&](std::size_t i) { return condition(model, f.children[i]); };
  switch (f.op) {
    case Op::constant:
      return f.value ? "true" : "false";
    case Op::variable:
      return term(model, f.left);
    case Op::finished:
      return finished(model, f.automaton);
    case Op::statecall:
      return fmt::format("ev == {}", model.names.events[index(f.statecall)]);
    case Op::compare:
      return fmt::format("{} {} {}", term(model, f.left), comparison(f.comparison),
                         term(model, f.right));
    case Op::op_not:
      return fmt::format("!({})", child(0));
    case Op::op_and:
      return fmt::format("({} && {})", child(0), child(1));
    case Op::op_or: {
      const auto left = child(0);
      const auto right = child(1);  // statecalls that are one event
      return left == right ? left : fmt::format("({} || {})", left, right);
    }
    case Op::implies:
      return fmt::format("(!({}) || {})", child(0), child(1));
    case Op::iff:
      return fmt::format("(({}) == ({}))", child(0), child(1));
    default: {  // once, since
      const auto& past = model.question.past;
      const auto at = std::find(past.begin(), past.end(), &f);
      return model.names.history[static_cast<std::size_t>(at - past.begin())];
    }
  }
}

}  // namespace spl::promela
