// check(): the static rules in order (language.md section 4).
#include <algorithm>

#include "sema/rules.hpp"

namespace spl {

std::optional<CheckedPolicy> check(const ast::Policy& tree, const SourceMap& sources,
                                   Diagnostics& diagnostics) {
  CheckedPolicy policy;
  policy.tree = &tree;
  sema::check_declarations(policy, sources, diagnostics);
  sema::check_vocabulary(policy, diagnostics);
  sema::check_bodies(policy, diagnostics);
  sema::check_calls(policy, diagnostics);
  sema::check_properties(policy, diagnostics);
  if (diagnostics.has_language_errors()) return std::nullopt;
  sema::lint_names(policy, diagnostics);
  sema::lint_variables(policy, diagnostics);
  sema::lint_blocks(policy, diagnostics);
  return policy;
}

const CheckedPolicy::NamedRoutine* CheckedPolicy::find_routine(std::string_view name) const {
  const auto at = std::lower_bound(
      by_name.begin(), by_name.end(), name,
      [](const NamedRoutine& routine, std::string_view wanted) { return routine.name < wanted; });
  return at != by_name.end() && at->name == name ? &*at : nullptr;
}

std::optional<std::size_t> CheckedPolicy::find_function(std::string_view name) const {
  const auto* routine = find_routine(name);
  if (routine == nullptr || routine->is_automaton) return std::nullopt;
  return routine->position;
}

std::optional<AutomatonId> CheckedPolicy::find_automaton(std::string_view name) const {
  const auto* routine = find_routine(name);
  if (routine == nullptr || !routine->is_automaton) return std::nullopt;
  return AutomatonId{routine->position};
}

namespace sema {

std::vector<const ast::Routine*> routines(const CheckedPolicy& policy) {
  auto all = policy.functions;
  all.insert(all.end(), policy.automata.begin(), policy.automata.end());
  return all;
}

Hint did_you_mean(std::string_view name, std::span<const std::string> candidates,
                  const Diagnostics& diagnostics) {
  // Past the limit nothing is shown any more, and a search costs time.
  if (diagnostics.errors() >= Diagnostics::kMaxErrors) return {};
  const auto nearest = nearest_name(name, candidates);
  if (nearest.empty()) return {};
  return {"did you mean '" + nearest + "'?", nearest};
}

}  // namespace sema
}  // namespace spl
