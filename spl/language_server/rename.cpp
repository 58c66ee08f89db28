// Names changed everywhere at once, or not at all.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "language_server/features.hpp"
#include "language_server/uses.hpp"

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

bool is_routine(NameKind kind) {
  return kind == NameKind::automaton || kind == NameKind::function;
}

/// "'b.spl', line 3"
std::string place_text(Request& r, const ProjectFile& file, Span at) {
  return fmt::format("'{}', line {}", file.path, r.places.line(*file.index, at.begin) + 1);
}

/// Would the variable's new name mean something else somewhere in the policy?
void check_variable(Request& r, const Project& policy, const Symbol& symbol,
                    const std::string& to) {
  const auto owner = policy.routine(symbol.owner);
  if (owner.routine == nullptr)
    return;  // it stands in formulas only, each of which names its owner
  for (const auto& p : owner.routine->parameters) {
    if (p.name == to) refuse("'" + symbol.owner + "' has a variable '" + to + "' already");
  }
  if (!owner.routine->is_automaton || policy.owners(to).empty()) return;
  for (const auto& file : policy.files) {
    for (const auto& o : file.index->occurrences) {
      const bool bare = o.kind == NameKind::variable && o.role == Role::formula && o.owner.empty();
      if (!bare || (o.name != symbol.name && o.name != to)) continue;
      refuse(
          fmt::format("another automaton has a variable '{}', and a property names one without "
                      "its automaton ({})",
                      to, place_text(r, file, o.at)));
    }
  }
}

void check_declared(const Uses& uses) {
  if (uses.symbol.kind != NameKind::variable) return;
  const bool declared = std::any_of(
      uses.policies.begin(), uses.policies.end(),
      [&](const Project& policy) { return policy.routine(uses.symbol.owner).routine != nullptr; });
  if (!declared) refuse("nothing declares this variable");
}

void check_clash(Request& r, const Project& policy, const Symbol& symbol, const std::string& to) {
  if (symbol.kind == NameKind::variable) return check_variable(r, policy, symbol, to);
  for (const auto& file : policy.files) {
    for (const auto& o : file.index->occurrences) {
      if (o.name != to) continue;
      const bool same_space = is_routine(symbol.kind) ? is_routine(o.kind) : o.kind == symbol.kind;
      if (same_space) {
        refuse(fmt::format("there is a '{}' already ({})", to, place_text(r, file, o.at)));
      }
    }
  }
}

/// A place that means the symbol in one policy means it in all: else changing it there would change
/// something else elsewhere.
void check_meaning(Request& r, const Uses& uses) {
  std::set<std::pair<std::string, Span>> places;
  for (const auto& f : uses.places) places.emplace(f.file->path, f.occurrence->at);
  for (const auto& policy : uses.policies) {
    for (const auto& file : policy.files) {
      for (const auto& o : file.index->occurrences) {
        if (o.name != uses.symbol.name || !places.contains({file.path, o.at})) continue;
        if (policy.resolve(*file.index, o) == uses.symbol) continue;
        refuse(fmt::format("'{}' means something else in another policy: {} is part of '{}', too",
                           o.name, place_text(r, file, o.at), policy.files.front().path));
      }
    }
  }
}

bool mentions(std::string_view text, std::string_view name) {
  const auto part = [&](std::size_t i) {
    const auto c = i < text.size() ? text[i] : ' ';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if ((at == 0 || !part(at - 1)) && !part(at + name.size())) return true;
  }
  return false;
}

/// "line 3: unexpected ';'", or "" if the text parses.
std::string syntax_error_of(const FileIndex& file) {
  if (file.text.size() > kMaxInputBytes) return "it is too large";
  SourceMap sources;
  Diagnostics diagnostics;
  const auto id = sources.add("", file.text);
  static_cast<void>(parse_text(id, sources, diagnostics));
  if (!diagnostics.has_language_errors()) return {};
  diagnostics.sort();
  for (const auto& d : diagnostics.all()) {
    if (d.severity != Severity::error) continue;
    const auto line = Lines(file.text, Encoding::utf8).position(d.range.begin).line + 1;
    return fmt::format("line {}: {}", line, d.message);
  }
  return "it has syntax errors";
}

/// What the tokens of a text say that does not parse is a guess, and some of them may not be seen
/// at all. Nobody shall find half of a rename there.
void check_syntax(const Uses& uses) {
  const auto& symbol = uses.symbol;
  std::set<std::string> stands_in;
  for (const auto& f : uses.places) stands_in.insert(f.file->path);
  std::set<std::string> seen;
  for (const auto& policy : uses.policies) {
    const auto owner = policy.routine(symbol.owner);
    // A function's parameter is known in its own file only.
    const bool local = symbol.kind == NameKind::variable && owner.routine != nullptr &&
                       !owner.routine->is_automaton;
    for (const auto& file : policy.files) {
      if (!seen.insert(file.path).second || !mentions(file.index->text, symbol.name)) continue;
      if (local && !stands_in.contains(file.path)) continue;
      const auto why = syntax_error_of(*file.index);
      if (why.empty()) continue;
      refuse(
          fmt::format("'{}' has '{}' in it and does not parse ({}); correct it first, or some of "
                      "its places might keep the old name",
                      file.path, symbol.name, why));
    }
  }
}

/// One path a file: through links, one may be there twice, and would be edited twice. What is open
/// is the editor's business.
std::set<std::string> paths_to_edit(const Workspace& workspace, const Uses& uses) {
  std::set<std::string> open;
  std::map<std::string, std::string> closed;  // by real path
  std::set<std::string> real;                 // of those that are open
  for (const auto& f : uses.places) {
    const auto& path = f.file->path;
    if (workspace.document(path) != nullptr) {
      open.insert(path);
      real.insert(workspace.real_path(path));
    } else {
      closed.emplace(workspace.real_path(path), path);
    }
  }
  for (const auto& [one, path] : closed) {
    if (!real.contains(one)) open.insert(path);
  }
  return open;
}

json::value edits_value(Request& r, const Uses& uses, const std::string& to, bool versioned) {
  const auto paths = paths_to_edit(r.workspace, uses);
  std::map<std::string, json::array> by_file;
  for (const auto& f : uses.places) {
    if (!paths.contains(f.file->path)) continue;
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

}  // namespace

json::value prepare_rename(Request& r) {
  const auto* here = r.index().find(r.offset);
  if (here == nullptr || !symbol_here(r)) {
    refuse("there is no name here that can be changed");
  }
  return json::object{{"range", r.places.range(r.index(), here->at)},
                      {"placeholder", text_value(here->name)}};
}

Rename rename(Request& r, const std::string& to, bool versioned) {
  const auto symbol = symbol_here(r);
  if (!symbol) refuse("there is no name here that can be changed");
  check_spelling(symbol->kind, to);
  auto uses = find_uses(r.workspace, r.file(), *symbol);
  check_declared(uses);
  check_syntax(uses);
  check_meaning(r, uses);
  for (const auto& policy : uses.policies) {
    if (to != symbol->name) check_clash(r, policy, *symbol, to);
  }
  return {edits_value(r, uses, to, versioned), std::move(uses.unknown)};
}

}  // namespace spl::lsp
