// Properties by name, and formulas of the command line resolved against the policy.
#include "driver/verify_selection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl::driver {
namespace {

/// "ltl", "ltl2", ... or the first such name that the policy has not taken.
std::string formula_name(const std::vector<Property>& taken) {
  for (std::size_t n = 1;; ++n) {
    auto name = n == 1 ? std::string("ltl") : fmt::format("ltl{}", n);
    const auto same = [&](const Property& p) { return p.name == name; };
    if (std::none_of(taken.begin(), taken.end(), same)) return name;
  }
}

std::optional<Property> read_formula(Compilation& c, const std::string& text, std::string name) {
  const auto file = c.sources.add("--ltl", text);
  const auto formula = parse_formula(file, c.sources, c.diagnostics);
  if (!formula) return std::nullopt;
  return resolve_formula(*formula, std::move(name), *c.checked, c.diagnostics);
}

}  // namespace

const Property* find_property(const Compilation& c, const std::string& name, Console& console) {
  std::vector<std::string> names;
  for (const auto& property : c.program->properties) {
    if (property.name == name) return &property;
    names.push_back(property.name);
  }
  const auto near = nearest_name(name, names);
  console.error(fmt::format("{} has no property '{}'", c.path, name),
                !near.empty()   ? fmt::format("did you mean '{}'?", near)
                : names.empty() ? "it has no properties at all"
                                : fmt::format("it has: {}", fmt::join(names, ", ")));
  return nullptr;
}

std::optional<std::vector<Property>> select_properties(Compilation& c,
                                                       const VerifyCommandOptions& options,
                                                       Console& console) {
  std::vector<Property> selected;
  if (options.properties.empty()) selected = c.program->properties;
  for (const auto& name : options.properties) {
    const auto* property = find_property(c, name, console);
    if (property == nullptr) return std::nullopt;
    const auto same = [&](const Property& p) { return p.name == name; };
    if (std::none_of(selected.begin(), selected.end(), same)) selected.push_back(*property);
  }
  auto taken = c.program->properties;
  for (const auto& text : options.formulas) {
    auto property = read_formula(c, text, formula_name(taken));
    if (!property) return std::nullopt;
    taken.push_back(*property);
    selected.push_back(std::move(*property));
  }
  return selected;
}

}  // namespace spl::driver
