// The static rules of language.md section 4, and name resolution.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spl/ast.hpp"
#include "spl/diagnostic.hpp"
#include "spl/property.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

/// A policy whose static rules were checked. Borrows the tree: the ast::Policy must outlive it.
struct CheckedPolicy {
  const ast::Policy* tree = nullptr;
  Vocabulary vocabulary;
  std::vector<const ast::Routine*> functions;  // in order of declaration
  std::vector<const ast::Routine*> automata;   // in order of declaration: index = AutomatonId
  std::vector<Property> properties;            // in order of declaration

  /// Routines of both kinds, by name: what find_function and find_automaton search.
  struct NamedRoutine {
    std::string_view name;
    bool is_automaton = false;
    std::uint32_t position = 0;  // in functions or automata
  };
  std::vector<NamedRoutine> by_name;  // ascending by name, names unique

  [[nodiscard]] const NamedRoutine* find_routine(std::string_view name) const;
  /// Index into functions, or nullopt.
  [[nodiscard]] std::optional<std::size_t> find_function(std::string_view name) const;
  [[nodiscard]] std::optional<AutomatonId> find_automaton(std::string_view name) const;
};

/// Checks every rule that the text alone decides: names, types, calls, recursion, vocabulary,
/// properties, and the lints that need no exploration (100, 101, 102, 108, 109, 110, 112, 114,
/// 115). What needs the automata (103-107, 111, 113, 45) is in spl/lint.hpp. nullopt if there
/// were language errors, here or in `diagnostics` before.
[[nodiscard]] std::optional<CheckedPolicy> check(const ast::Policy& policy,
                                                 const SourceMap& sources,
                                                 Diagnostics& diagnostics);

/// Resolves one more formula (from the command line) against a checked policy. `file` holds its
/// text. nullopt after errors.
[[nodiscard]] std::optional<Property> resolve_formula(const ast::Formula& formula, std::string name,
                                                      const CheckedPolicy& policy,
                                                      Diagnostics& diagnostics);

}  // namespace spl
