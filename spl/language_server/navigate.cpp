// Definitions, references, and names changed everywhere at once.
#include <algorithm>
#include <array>
#include <set>

#include "language_server/features.hpp"

namespace spl::lsp {
namespace {

constexpr std::array kReserved = {
    "automaton", "function", "statecalls", "import",   "property",     "bool",   "int",
    "true",      "false",    "multiple",   "optional", "always_allow", "either", "or",
    "during",    "handle",   "do",         "until",    "while",        "exit",   "abort"};
constexpr std::array kReservedInFormulas = {
    "not",   "and",        "implies",  "iff",   "always",   "eventually",
    "next",  "weak_until", "once",     "since", "precedes", "responds_to",
    "never", "reachable",  "finished", "X",     "U",        "W"};

template <std::size_t N>
bool among(const std::array<const char*, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

[[noreturn]] void refuse(const std::string& why) {
  throw RequestError(ErrorCode::request_failed, why);
}

std::optional<Symbol> symbol_here(const Request& r) {
  const auto* here = r.index().find(r.offset);
  return here == nullptr ? std::nullopt : r.project.resolve(r.index(), *here);
}

/// Spelling: what the language asks of such a name.
void check_spelling(NameKind kind, const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto word = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), word)) {
    refuse("names are made of letters, digits and '_'");
  }
  const bool capital = name[0] >= 'A' && name[0] <= 'Z';
  if (kind == NameKind::statecall && !capital) refuse("statecalls start with a capital letter");
  if (kind != NameKind::statecall && (capital || !(letter(name[0]) || name[0] == '_'))) {
    refuse("names of functions, automata, properties and variables start with a small letter");
  }
  if (among(kReserved, name)) refuse("'" + name + "' is a word of the language");
  if (kind != NameKind::function && among(kReservedInFormulas, name)) {
    refuse("'" + name + "' is a word of the language in properties");
  }
}

/// Would the variable's new name mean something else somewhere?
void check_variable(const Project& project, const Symbol& symbol, const std::string& to) {
  const auto owner = project.routine(symbol.owner);
  if (owner.routine == nullptr) refuse("nothing declares this variable");
  for (const auto& p : owner.routine->parameters) {
    if (p.name == to) refuse("'" + symbol.owner + "' has a variable '" + to + "' already");
  }
  if (!owner.routine->is_automaton) return;
  bool without_owner = false;
  for (const auto& file : project.files) {
    for (const auto& o : file.index->occurrences) {
      const bool bare = o.kind == NameKind::variable && o.role == Role::formula && o.owner.empty();
      without_owner = without_owner || (bare && (o.name == symbol.name || o.name == to));
    }
  }
  if (without_owner && !project.owners(to).empty()) {
    refuse("another automaton has a variable '" + to +
           "', and a property names one without its automaton");
  }
}

void check_clash(const Project& project, const Symbol& symbol, const std::string& to) {
  if (symbol.kind == NameKind::variable) return check_variable(project, symbol, to);
  const bool routine = symbol.kind == NameKind::automaton || symbol.kind == NameKind::function;
  for (const auto& file : project.files) {
    for (const auto& o : file.index->occurrences) {
      if (o.name != to) continue;
      const bool same_space = routine
                                  ? o.kind == NameKind::automaton || o.kind == NameKind::function
                                  : o.kind == symbol.kind;
      if (same_space) refuse("there is a '" + to + "' already");
    }
  }
}

json::value edits_value(Request& r, const std::vector<Project::Found>& found, const std::string& to,
                        bool versioned) {
  std::map<std::string, json::array> by_file;
  for (const auto& f : found) {
    by_file[f.file->path].push_back(
        json::object{{"range", r.places.range(*f.file->index, f.occurrence->at)}, {"newText", to}});
  }
  if (!versioned) {
    json::object changes;
    for (auto& [path, edits] : by_file) changes[text_value(r.workspace.uri(path))] = edits;
    return json::object{{"changes", std::move(changes)}};
  }
  json::array changes;
  for (auto& [path, edits] : by_file) {
    const auto* open = r.workspace.document(path);
    json::value version = nullptr;
    if (open != nullptr) version = open->version;
    changes.push_back(json::object{
        {"textDocument",
         {{"uri", text_value(r.workspace.uri(path))}, {"version", std::move(version)}}},
        {"edits", std::move(edits)}});
  }
  return json::object{{"documentChanges", std::move(changes)}};
}

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
  for (const auto& f : r.project.find(*symbol)) {
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

json::value prepare_rename(Request& r) {
  const auto* here = r.index().find(r.offset);
  if (here == nullptr || !symbol_here(r)) {
    refuse("there is no name here that can be changed");
  }
  return json::object{{"range", r.places.range(r.index(), here->at)},
                      {"placeholder", text_value(here->name)}};
}

json::value rename(Request& r, const std::string& to, bool versioned) {
  const auto symbol = symbol_here(r);
  if (!symbol) refuse("there is no name here that can be changed");
  check_spelling(symbol->kind, to);
  if (to != symbol->name) check_clash(r.project, *symbol, to);
  return edits_value(r, r.project.find(*symbol), to, versioned);
}

}  // namespace spl::lsp
