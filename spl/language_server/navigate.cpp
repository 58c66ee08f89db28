// Definitions and references.
#include "language_server/features.hpp"
#include "language_server/uses.hpp"

namespace spl::lsp {
namespace {

bool is_declaration(const Project::Found& f) {
  return f.occurrence->role == Role::declaration;
}

/// The file that an import on this place names.
json::value imported_file(Request& r) {
  for (const auto& import : r.index().imports) {
    if (!import.at.touches(r.offset)) continue;
    const auto target = r.workspace.index(beside(r.file().path, import.path));
    if (target == nullptr) return nullptr;
    return r.places.location({beside(r.file().path, import.path), target}, {0, 0});
  }
  return nullptr;
}

}  // namespace

std::optional<Symbol> symbol_here(const Request& r) {
  const auto* here = r.index().find(r.offset);
  return here == nullptr ? std::nullopt : r.project.resolve(r.index(), *here);
}

json::value definition(Request& r) {
  const auto symbol = symbol_here(r);
  if (!symbol) return imported_file(r);
  const auto all = r.project.find(*symbol);
  json::array places;
  for (const auto& f : all) {
    if (is_declaration(f)) places.push_back(r.places.location(*f.file, f.occurrence->at));
  }
  // A statecall may be used without a declaration: its first use then stands for it.
  if (places.empty() && !all.empty()) {
    places.push_back(r.places.location(*all.front().file, all.front().occurrence->at));
  }
  return places;
}

json::value references(Request& r, bool with_declaration) {
  json::array places;
  const auto symbol = symbol_here(r);
  if (!symbol) return places;
  const auto uses = find_uses(r.workspace, r.file(), *symbol);
  for (const auto& f : uses.places) {
    if (!with_declaration && is_declaration(f)) continue;
    places.push_back(r.places.location(*f.file, f.occurrence->at));
  }
  return places;
}

json::value highlights(Request& r) {
  json::array places;
  const auto symbol = symbol_here(r);
  if (!symbol) return places;
  for (const auto& f : r.project.find(*symbol)) {
    if (f.file != &r.file()) continue;
    const int kind = f.occurrence->role == Role::write ? 3 : 2;
    places.push_back(
        json::object{{"range", r.places.range(r.index(), f.occurrence->at)}, {"kind", kind}});
  }
  return places;
}

}  // namespace spl::lsp
