// Rule 1 of language.md section 4: what is declared, under which names, with which initial values.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "sema/rules.hpp"

namespace spl::sema {
namespace {

const char* kind_of(const ast::Routine& routine) {
  return routine.is_automaton ? "automaton" : "function";
}

const char* type_name(ast::Type type) {
  return type == ast::Type::boolean ? "bool" : "int";
}

void check_initial(const ast::Routine& routine, const ast::Param& param, Diagnostics& diagnostics) {
  const auto& initial = *param.initial;
  if (initial.type != param.type) {
    diagnostics.report(
        DiagnosticCode::bad_initial_value, initial.range,
        fmt::format("'{}' is {}, but its initial value is {}", param.name.text,
                    type_name(param.type), type_name(initial.type)),
        param.type == ast::Type::boolean ? "write 'true' or 'false'" : "write an integer");
    return;
  }
  if (param.bounds && (initial.value < param.bounds->low || initial.value > param.bounds->high)) {
    diagnostics.report(
        DiagnosticCode::bad_initial_value, initial.range,
        fmt::format("initial value {} of '{}' is outside its range {}..{}", initial.value,
                    param.name.text, param.bounds->low, param.bounds->high),
        "choose a value in the range, or widen the range");
    return;
  }
  if (!routine.is_automaton) {
    diagnostics.report(
        DiagnosticCode::initial_value_ignored, initial.range,
        fmt::format("the initial value of '{}' has no effect: a parameter of a function takes its "
                    "value from the call",
                    param.name.text),
        "remove it");
  }
}

void check_params(const ast::Routine& routine, Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, SourceRange> seen;
  for (const auto& param : routine.params) {
    const auto [first, is_new] = seen.try_emplace(param.name.text, param.name.range);
    if (!is_new) {
      diagnostics.report(DiagnosticCode::duplicate_parameter, param.name.range,
                         fmt::format("{} '{}' has two parameters called '{}'", kind_of(routine),
                                     routine.name.text, param.name.text),
                         "rename one of them", {{first->second, "the first one is here"}});
    }
    if (param.bounds && param.bounds->low > param.bounds->high) {
      diagnostics.report(
          DiagnosticCode::empty_int_range, param.range,
          fmt::format("no value lies in the range {}..{}", param.bounds->low, param.bounds->high),
          fmt::format("did you mean int({}..{})?", param.bounds->high, param.bounds->low));
      continue;  // whatever the initial value is, it is outside
    }
    if (param.initial) check_initial(routine, param, diagnostics);
  }
}

void no_automaton(const CheckedPolicy& policy, const SourceMap& sources, Diagnostics& diagnostics) {
  // With errors before, what was not understood may have been the automaton.
  if (diagnostics.has_errors() || policy.tree->files.empty()) return;
  const auto file = policy.tree->files.back().id;
  const auto end = static_cast<std::uint32_t>(sources.text(file).size());
  diagnostics.report(DiagnosticCode::no_automaton, {file, end, end},
                     "the policy declares no automaton",
                     "a policy needs at least one: automaton name () { ... }");
}

}  // namespace

void check_declarations(CheckedPolicy& policy, const SourceMap& sources, Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, const ast::Routine*> seen;
  for (const auto& file : policy.tree->files) {
    for (const auto& declaration : file.declarations) {
      const auto* routine = std::get_if<ast::Routine>(&declaration);
      if (routine == nullptr) continue;
      check_params(*routine, diagnostics);
      const auto [first, is_new] = seen.try_emplace(routine->name.text, routine);
      if (!is_new) {
        diagnostics.report(
            DiagnosticCode::duplicate_routine, routine->name.range,
            fmt::format("'{}' is declared twice", routine->name.text),
            "functions and automata share one name space, imports included; rename one",
            {{first->second->name.range,
              fmt::format("first declared here, as {}",
                          first->second->is_automaton ? "an automaton" : "a function")}});
        continue;
      }
      auto& list = routine->is_automaton ? policy.automata : policy.functions;
      policy.by_name.push_back(
          {routine->name.text, routine->is_automaton, static_cast<std::uint32_t>(list.size())});
      list.push_back(routine);
    }
  }
  std::sort(policy.by_name.begin(), policy.by_name.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (policy.automata.empty()) no_automaton(policy, sources, diagnostics);
}

}  // namespace spl::sema
