#include "language_server/project.hpp"

#include <algorithm>

namespace spl::lsp {

std::optional<Symbol> Project::resolve(const FileIndex& file, const Occurrence& o) const {
  if (o.kind == NameKind::statecall || o.kind == NameKind::property) {
    return Symbol{o.kind, o.name, {}};
  }
  if (o.kind != NameKind::variable) {
    const auto found = routine(o.name);
    if (found.routine == nullptr) return std::nullopt;
    return Symbol{
        found.routine->is_automaton ? NameKind::automaton : NameKind::function, o.name, {}};
  }
  if (o.routine != kNone) {
    const auto& owner = file.routines[o.routine];
    const auto& params = owner.parameters;
    const bool known = std::any_of(params.begin(), params.end(),
                                   [&](const Parameter& p) { return p.name == o.name; });
    if (!known) return std::nullopt;
    return Symbol{NameKind::variable, o.name, owner.name};
  }
  if (!o.owner.empty()) return Symbol{NameKind::variable, o.name, o.owner};
  const auto all = owners(o.name);
  if (all.size() != 1) return std::nullopt;
  return Symbol{NameKind::variable, o.name, all.front()};
}

std::vector<Project::Found> Project::find(const Symbol& symbol) const {
  std::vector<Found> result;
  for (const auto& file : files) {
    for (const auto& o : file.index->occurrences) {
      if (o.name == symbol.name && resolve(*file.index, o) == symbol) {
        result.push_back({&file, &o});
      }
    }
  }
  return result;
}

Project::FoundRoutine Project::routine(std::string_view name) const {
  if (name.empty()) return {};
  for (const auto& file : files) {
    for (const auto& routine : file.index->routines) {
      if (routine.name == name) return {&file, &routine};
    }
  }
  return {};
}

std::vector<std::string> Project::owners(std::string_view variable) const {
  std::vector<std::string> result;
  for (const auto& file : files) {
    for (const auto& routine : file.index->routines) {
      if (!routine.is_automaton) continue;
      for (const auto& p : routine.parameters) {
        if (p.name == variable) result.push_back(routine.name);
      }
    }
  }
  return result;
}

}  // namespace spl::lsp
