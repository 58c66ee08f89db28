// Properties (language.md section 8): names resolved, types checked, patterns rewritten.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "sema/rules.hpp"
#include "spl/parse.hpp"

namespace spl {
namespace sema {
namespace {

using ast::Formula;
using ast::FormulaOp;
using ast::Type;

bool speaks_of_future(FormulaOp op) {
  switch (op) {
    case FormulaOp::always:
    case FormulaOp::eventually:
    case FormulaOp::next:
    case FormulaOp::until:
    case FormulaOp::weak_until:
    case FormulaOp::never:
    case FormulaOp::reachable:
    case FormulaOp::precedes:
    case FormulaOp::responds_to:
      return true;
    default:
      return false;
  }
}

/// The outermost operator about the future in the formula, or nullptr.
const Formula* find_future(const Formula& formula) {
  if (speaks_of_future(formula.op)) return &formula;
  for (const auto& child : formula.children) {
    if (const auto* found = find_future(child)) return found;
  }
  return nullptr;
}

const char* spelling(FormulaOp op) {
  switch (op) {
    case FormulaOp::once:
      return "once";
    case FormulaOp::since:
      return "since";
    case FormulaOp::reachable:
      return "reachable";
    default:
      return "this";
  }
}

ResolvedFormula make(FormulaOp op, SourceRange range, std::vector<ResolvedFormula> children) {
  ResolvedFormula f;
  f.op = op;
  f.range = range;
  f.children = std::move(children);
  return f;
}

class FormulaResolver {
 public:
  FormulaResolver(const CheckedPolicy& policy, Diagnostics& diagnostics)
      : policy_(policy), diagnostics_(diagnostics) {
    for (std::uint32_t a = 0; a < policy.automata.size(); ++a) {
      const auto& params = policy.automata[a]->params;
      for (std::uint32_t p = 0; p < params.size(); ++p) {
        owners_[params[p].name.text].push_back({AutomatonId{a}, p});
      }
    }
  }

  std::optional<ResolvedFormula> resolve_root(const Formula& formula) {
    failed_ = false;
    ResolvedFormula result;
    if (formula.op == FormulaOp::reachable) {
      if (const auto* future = find_future(formula.children.front())) {
        diagnostics_.report(DiagnosticCode::misplaced_pattern, future->range,
                            "'reachable' takes a formula about one moment, without operators about "
                            "the future",
                            "say what holds at the moment reached; 'once' speaks about what came "
                            "before it");
        failed_ = true;
      }
    }
    if (formula.op == FormulaOp::reachable || formula.op == FormulaOp::never) {
      result = make(formula.op, formula.range, resolve_children(formula));
    } else {
      result = resolve(formula);
    }
    if (failed_) return std::nullopt;
    return result;
  }

 private:
  std::vector<ResolvedFormula> resolve_children(const Formula& formula) {
    std::vector<ResolvedFormula> children;
    children.reserve(formula.children.size());
    for (const auto& child : formula.children) children.push_back(resolve(child));
    return children;
  }

  ResolvedFormula resolve(const Formula& formula) {
    switch (formula.op) {
      case FormulaOp::constant: {
        auto f = make(formula.op, formula.range, {});
        f.value = formula.value;
        return f;
      }
      case FormulaOp::variable:
        return resolve_variable(formula);
      case FormulaOp::finished:
        return resolve_finished(formula);
      case FormulaOp::statecall:
        return resolve_statecall(formula);
      case FormulaOp::compare:
        return resolve_comparison(formula);
      case FormulaOp::once:
      case FormulaOp::since:
        check_past(formula);
        break;
      case FormulaOp::reachable:
        misplaced(formula);
        break;
      case FormulaOp::never: {  // inside a formula it is what it stands for
        auto inner = make(FormulaOp::op_not, formula.range, resolve_children(formula));
        return make(FormulaOp::always, formula.range, {std::move(inner)});
      }
      case FormulaOp::precedes: {
        auto children = resolve_children(formula);
        auto no_effect = make(FormulaOp::op_not, formula.range, {std::move(children[1])});
        return make(FormulaOp::weak_until, formula.range,
                    {std::move(no_effect), std::move(children[0])});
      }
      case FormulaOp::responds_to: {
        auto children = resolve_children(formula);
        auto answer = make(FormulaOp::eventually, formula.range, {std::move(children[0])});
        auto implied =
            make(FormulaOp::implies, formula.range, {std::move(children[1]), std::move(answer)});
        return make(FormulaOp::always, formula.range, {std::move(implied)});
      }
      default:
        break;
    }
    return make(formula.op, formula.range, resolve_children(formula));
  }

  void check_past(const Formula& formula) {
    for (const auto& child : formula.children) {
      const auto* future = find_future(child);
      if (future == nullptr) continue;
      diagnostics_.report(
          DiagnosticCode::future_inside_past, future->range,
          fmt::format("'{}' looks back and cannot hold an operator about the future",
                      spelling(formula.op)),
          "past operators take state formulas and other past operators");
      failed_ = true;
    }
  }

  void misplaced(const Formula& formula) {
    diagnostics_.report(DiagnosticCode::misplaced_pattern, formula.range,
                        "'reachable' must be the outermost operator of a property",
                        "it asks for one run, while every other property speaks about all of them: "
                        "make it a property of its own");
    failed_ = true;
  }

  std::optional<AutomatonId> find_automaton(const ast::Name& name) {
    if (const auto id = policy_.find_automaton(name.text)) return id;
    std::vector<std::string> names;
    for (const auto* automaton : policy_.automata) names.push_back(automaton->name.text);
    diagnostics_.report(DiagnosticCode::unknown_automaton, name.range,
                        fmt::format("there is no automaton '{}'", name.text),
                        did_you_mean(name.text, names, diagnostics_));
    failed_ = true;
    return std::nullopt;
  }

  std::optional<VariableRef> find_in(AutomatonId automaton, const ast::Name& name) {
    const auto& routine = *policy_.automata[index(automaton)];
    std::vector<std::string> names;
    for (std::uint32_t p = 0; p < routine.params.size(); ++p) {
      if (routine.params[p].name.text == name.text) return VariableRef{automaton, p};
      names.push_back(routine.params[p].name.text);
    }
    diagnostics_.report(
        DiagnosticCode::unknown_property_variable, name.range,
        fmt::format("automaton '{}' has no variable '{}'", routine.name.text, name.text),
        did_you_mean(name.text, names, diagnostics_), {{routine.name.range, "declared here"}});
    failed_ = true;
    return std::nullopt;
  }

  std::optional<VariableRef> find_variable(const std::optional<ast::Name>& automaton,
                                           const ast::Name& name) {
    if (automaton) {
      const auto id = find_automaton(*automaton);
      return id ? find_in(*id, name) : std::nullopt;
    }
    const auto owners = owners_.find(name.text);
    if (owners == owners_.end()) {
      report_unknown(name);
      return std::nullopt;
    }
    if (owners->second.size() == 1) return owners->second.front();
    report_ambiguous(name, owners->second);
    return std::nullopt;
  }

  void report_unknown(const ast::Name& name) {
    std::vector<std::string> names;
    for (const auto* automaton : policy_.automata) {
      for (const auto& param : automaton->params) names.push_back(param.name.text);
    }
    auto hint = did_you_mean(name.text, names, diagnostics_);
    if (hint.empty() && policy_.find_automaton(name.text)) {
      hint = fmt::format("'{0}' is an automaton: write {0}.finished, or {0}.variable", name.text);
    }
    diagnostics_.report(DiagnosticCode::unknown_property_variable, name.range,
                        fmt::format("no automaton has a variable '{}'", name.text), hint);
    failed_ = true;
  }

  void report_ambiguous(const ast::Name& name, const std::vector<VariableRef>& owners) {
    std::vector<Label> notes;
    constexpr std::size_t kMaxNotes = 6;
    for (const auto& owner : owners) {
      if (notes.size() == kMaxNotes) break;
      const auto& routine = *policy_.automata[index(owner.automaton)];
      notes.push_back({routine.params[owner.param].name.range,
                       fmt::format("automaton '{}' has one", routine.name.text)});
    }
    diagnostics_.report(
        DiagnosticCode::ambiguous_variable, name.range,
        fmt::format("{} automata have a variable '{}'", owners.size(), name.text),
        fmt::format("say which: {}.{}",
                    policy_.automata[index(owners.front().automaton)]->name.text, name.text),
        std::move(notes));
    failed_ = true;
  }

  [[nodiscard]] const ast::Param& param(VariableRef variable) const {
    return policy_.automata[index(variable.automaton)]->params[variable.param];
  }

  ResolvedFormula resolve_variable(const Formula& formula) {
    auto f = make(formula.op, formula.range, {});
    const auto variable = find_variable(formula.left.automaton, formula.left.variable);
    if (!variable) return f;
    if (param(*variable).type != Type::boolean) {
      diagnostics_.report(
          DiagnosticCode::property_type, formula.range,
          fmt::format("'{}' is int, but a formula is true or false", formula.left.variable.text),
          fmt::format("compare it with something, as in '{} > 0'", formula.left.variable.text),
          {{param(*variable).range, "declared here"}});
      failed_ = true;
    }
    f.left = {true, 0, *variable};
    return f;
  }

  ResolvedFormula resolve_finished(const Formula& formula) {
    auto f = make(formula.op, formula.range, {});
    if (const auto id = find_automaton(*formula.left.automaton)) f.automaton = *id;
    return f;
  }

  ResolvedFormula resolve_statecall(const Formula& formula) {
    auto f = make(formula.op, formula.range, {});
    if (const auto id = policy_.vocabulary.find(formula.name.text)) {
      f.statecall = *id;
      return f;
    }
    std::vector<std::string> names;
    for (const auto& statecall : policy_.vocabulary.all()) names.push_back(statecall.name);
    diagnostics_.report(DiagnosticCode::property_statecall, formula.name.range,
                        fmt::format("the policy has no statecall '{}'", formula.name.text),
                        did_you_mean(formula.name.text, names, diagnostics_));
    failed_ = true;
    return f;
  }

  ResolvedFormula resolve_comparison(const Formula& formula) {
    auto f = make(formula.op, formula.range, {});
    f.comparison = formula.comparison;
    f.left = resolve_term(formula.left);
    f.right = resolve_term(formula.right);
    return f;
  }

  Term resolve_term(const ast::Operand& operand) {
    if (operand.literal) return {false, *operand.literal, {}};
    const auto variable = find_variable(operand.automaton, operand.variable);
    if (!variable) return {};
    if (param(*variable).type != Type::integer) {
      diagnostics_.report(DiagnosticCode::property_type, operand.range,
                          fmt::format("'{}' is bool, but comparisons in properties take ints",
                                      operand.variable.text),
                          fmt::format("a bool is a formula by itself: write '{0}' or 'not {0}'",
                                      operand.variable.text),
                          {{param(*variable).range, "declared here"}});
      failed_ = true;
    }
    return {true, 0, *variable};
  }

  const CheckedPolicy& policy_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, std::vector<VariableRef>> owners_;
  bool failed_ = false;
};

}  // namespace

void check_properties(CheckedPolicy& policy, Diagnostics& diagnostics) {
  FormulaResolver resolver(policy, diagnostics);
  std::unordered_map<std::string_view, SourceRange> seen;
  for (const auto& file : policy.tree->files) {
    for (const auto& declaration : file.declarations) {
      const auto* property = std::get_if<ast::PropertyDecl>(&declaration);
      if (property == nullptr) continue;
      const auto [first, is_new] = seen.try_emplace(property->name.text, property->name.range);
      if (!is_new) {
        diagnostics.report(DiagnosticCode::duplicate_property, property->name.range,
                           fmt::format("there are two properties '{}'", property->name.text),
                           "rename one of them", {{first->second, "the first one is here"}});
      }
      auto formula = resolver.resolve_root(property->formula);
      if (!formula) continue;
      policy.properties.push_back({property->name.text, property->name.range, std::move(*formula),
                                   print(property->formula)});
    }
  }
}

}  // namespace sema

std::optional<Property> resolve_formula(const ast::Formula& formula, std::string name,
                                        const CheckedPolicy& policy, Diagnostics& diagnostics) {
  auto resolved = sema::FormulaResolver(policy, diagnostics).resolve_root(formula);
  if (!resolved) return std::nullopt;
  return Property{std::move(name), formula.range, std::move(*resolved), print(formula)};
}

}  // namespace spl
