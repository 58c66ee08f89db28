// Lints about variables that are never read or never written (rule 8 of language.md section 4).
//
// Passing a variable to a function counts as both. Parameters of functions go both ways, so one
// that is only read (an input) or only written (a result) is as it should be.
#include <fmt/format.h>

#include <unordered_map>

#include "sema/rules.hpp"
#include "sema/visit.hpp"

namespace spl::sema {
namespace {

struct Uses {
  bool read = false;
  bool written = false;
};
using UsesByName = std::unordered_map<std::string_view, Uses>;

UsesByName uses_in(const ast::Routine& routine) {
  UsesByName uses;
  for_each_statement(routine.body, [&](const ast::Statement& statement) {
    for_each_expression(statement, [&](const ast::Expr& expr, bool) {
      for_each_variable(expr,
                        [&](const std::string& name, SourceRange) { uses[name].read = true; });
    });
    if (const auto* assign = std::get_if<ast::AssignStmt>(&statement.node)) {
      uses[assign->target.text].written = true;
    }
    if (const auto* call = std::get_if<ast::CallStmt>(&statement.node)) {
      for (const auto& argument : call->arguments) uses[argument.text] = {true, true};
    }
  });
  return uses;
}

using ReadByProperties = std::vector<std::vector<bool>>;  // per automaton, per parameter

void mark(const Term& term, ReadByProperties& read) {
  if (term.is_variable) read[index(term.variable.automaton)][term.variable.param] = true;
}

void mark(const ResolvedFormula& formula, ReadByProperties& read) {
  if (formula.op == ast::FormulaOp::variable) mark(formula.left, read);
  if (formula.op == ast::FormulaOp::compare) {
    mark(formula.left, read);
    mark(formula.right, read);
  }
  for (const auto& child : formula.children) mark(child, read);
}

void report_never_read(const ast::Param& param, bool written, Diagnostics& diagnostics) {
  diagnostics.report(DiagnosticCode::variable_never_read, param.name.range,
                     written ? fmt::format("'{}' is assigned, but neither a guard nor a property "
                                           "reads it",
                                           param.name.text)
                             : fmt::format("'{}' is never used", param.name.text),
                     written ? "read it in a guard or a property, or remove it" : "remove it");
}

void lint_automaton(const ast::Routine& automaton, const std::vector<bool>& read_by_properties,
                    Diagnostics& diagnostics) {
  auto uses = uses_in(automaton);
  for (std::size_t p = 0; p < automaton.params.size(); ++p) {
    const auto& param = automaton.params[p];
    const auto& use = uses[param.name.text];
    if (!use.read && !read_by_properties[p]) {
      report_never_read(param, use.written, diagnostics);
    } else if (!use.written) {
      diagnostics.report(DiagnosticCode::variable_never_written, param.name.range,
                         fmt::format("'{}' is read but never assigned: it keeps its initial value",
                                     param.name.text),
                         "assign it somewhere, or write the value itself in its place");
    }
  }
}

void lint_function(const ast::Routine& function, Diagnostics& diagnostics) {
  auto uses = uses_in(function);
  for (const auto& param : function.params) {
    const auto& use = uses[param.name.text];
    if (!use.read && !use.written) report_never_read(param, false, diagnostics);
  }
}

}  // namespace

void lint_variables(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  ReadByProperties read;
  for (const auto* automaton : policy.automata) read.emplace_back(automaton->params.size());
  for (const auto& property : policy.properties) mark(property.formula, read);
  for (std::size_t a = 0; a < policy.automata.size(); ++a) {
    lint_automaton(*policy.automata[a], read[a], diagnostics);
  }
  for (const auto* function : policy.functions) lint_function(*function, diagnostics);
}

}  // namespace spl::sema
