// What an editor shows of the thing under the mouse.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "language_server/features.hpp"

namespace spl::lsp {
namespace {

constexpr std::size_t kMaxPlaces = 12;  // that one hover lists

struct KeywordText {
  std::string_view word;
  std::string_view text;
};
constexpr KeywordText kKeywords[] = {
    {"automaton",
     "Declares an automaton. All automata run side by side; a statecall is accepted "
     "if every automaton that mentions it accepts it. Its parameters are its "
     "variables."},
    {"function",
     "Declares a function: statements that automata and other functions call. "
     "Arguments are copied in at the call and back at the return. No recursion."},
    {"statecalls",
     "Declares the statecalls of the policy. With such a declaration, every one that "
     "is used must be declared."},
    {"import", "Takes all declarations of another file. The path is relative to this file."},
    {"property", "Declares what is to be proved of the policy with Spin (`splc verify`)."},
    {"multiple",
     "Repeats its block: `multiple` any number of times, `(n)` exactly n times, "
     "`(l..h)` at least l and at most h times, `(l..)` and `(..h)` with one bound."},
    {"optional", "Runs its block once or not at all."},
    {"always_allow",
     "While its block waits, the statecalls in the list are accepted as well and "
     "change nothing."},
    {"either",
     "Takes one of its branches. A branch with a guard can be taken only while the guard "
     "is true."},
    {"or", "Another branch of `either`; between guards, the logical or."},
    {"do", "Runs its block, and again `until` the guard is true; without a guard, until any time."},
    {"until", "The condition that ends a `do` loop; in a property, the operator *until*."},
    {"while", "Runs its block as long as the guard is true."},
    {"exit", "Ends the automaton; it is then finished."},
    {"abort", "No run may come here: one that does is a violation."},
    {"bool", "The type of `true` and `false`."},
    {"int",
     "Integers of 32 bits; `int (l..h)`: only those from l to h, and a run that leaves the "
     "range is a violation."},
};

std::string lines_text(Request& r, const FileIndex& file, Span at) {
  const auto first = r.places.line(file, at.begin) + 1;
  const auto last = r.places.line(file, at.end) + 1;
  return first == last ? fmt::format("line {}", first) : fmt::format("lines {} to {}", first, last);
}

std::string file_name(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string place_text(Request& r, const Project::Found& f) {
  const auto line = r.places.line(*f.file->index, f.occurrence->at.begin) + 1;
  if (f.file == &r.file()) return fmt::format("line {}", line);
  return fmt::format("{}, line {}", file_name(f.file->path), line);
}

/// The automata that run a routine: itself, or all that call it, whatever is between.
std::set<std::string> automata_of(const Project& project, const std::string& name) {
  std::set<std::string> automata;
  std::set<std::string> seen{name};
  std::vector<std::string> waiting{name};
  while (!waiting.empty()) {
    const auto next = std::move(waiting.back());
    waiting.pop_back();
    const auto found = project.routine(next);
    if (found.routine == nullptr) continue;
    if (found.routine->is_automaton) {
      automata.insert(next);
      continue;
    }
    for (const auto& file : project.files) {
      for (const auto& o : file.index->occurrences) {
        if (o.role != Role::call || o.name != next || o.routine == kNone) continue;
        const auto& caller = file.index->routines[o.routine].name;
        if (seen.insert(caller).second) waiting.push_back(caller);
      }
    }
  }
  return automata;
}

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

/// "either at line 12": the block around a place, unless it is the routine's own.
std::string around(Request& r, const Project::Found& f) {
  const auto& file = *f.file->index;
  const auto block = file.block_at(f.occurrence->at.begin);
  if (block == kNone || file.blocks[block].parent == kNone) return {};
  const auto& b = file.blocks[block];
  return fmt::format(", in `{}` of line {}", b.keyword, r.places.line(file, b.head.begin) + 1);
}

std::string statecall_text(Request& r, const Symbol& symbol) {
  std::set<std::string> automata;
  std::string declared;
  std::string list;
  std::size_t places = 0;
  for (const auto& f : r.project.find(symbol)) {
    const auto& o = *f.occurrence;
    if (o.role == Role::declaration && declared.empty()) declared = place_text(r, f);
    if (o.role == Role::declaration) continue;
    std::string what = "in a property";
    if (o.routine != kNone) {
      const auto& routine = f.file->index->routines[o.routine];
      automata.merge(automata_of(r.project, routine.name));
      what = fmt::format("{} `{}`{}", routine.is_automaton ? "automaton" : "function", routine.name,
                         around(r, f));
      if (o.role == Role::allow) what = "always allowed in a block of " + what;
    }
    if (++places <= kMaxPlaces) list += fmt::format("- {}: {}\n", place_text(r, f), what);
  }
  std::string text = fmt::format("**statecall** `{}`\n\n", symbol.name);
  text += automata.empty() ? "No automaton uses it.\n\n"
                           : fmt::format(
                                 "Automata that have it: {}. Each of them must be at one of "
                                 "these places for it to be accepted.\n\n",
                                 listed(automata));
  text += list;
  if (places > kMaxPlaces) text += fmt::format("- and {} more\n", places - kMaxPlaces);
  if (!declared.empty()) text += fmt::format("\nDeclared: {}\n", declared);
  return text;
}

std::string signature(const RoutineEntry& routine) {
  std::string text =
      fmt::format("{} {}(", routine.is_automaton ? "automaton" : "function", routine.name);
  for (const auto& p : routine.parameters) {
    if (!text.ends_with('(')) text += ", ";
    text += p.type + (p.type.empty() ? "" : " ") + p.name;
    if (!p.initial.empty()) text += " = " + p.initial;
  }
  return text + ")";
}

std::string routine_text(Request& r, const Symbol& symbol) {
  const auto found = r.project.routine(symbol.name);
  if (found.routine == nullptr) return {};
  auto text = fmt::format("```spl\n{}\n```\n", signature(*found.routine));
  if (!found.routine->is_automaton) {
    const auto automata = automata_of(r.project, symbol.name);
    text += automata.empty() ? "\nNo automaton calls it.\n"
                             : fmt::format("\nPart of: {}\n", listed(automata));
  }
  return text;
}

std::string variable_text(Request& r, const Symbol& symbol) {
  const auto owner = r.project.routine(symbol.owner);
  if (owner.routine == nullptr) return {};
  for (const auto& p : owner.routine->parameters) {
    if (p.name != symbol.name) continue;
    auto text = fmt::format("```spl\n{} {}{}{}\n```\n", p.type, p.name,
                            p.initial.empty() ? "" : " = ", p.initial);
    text += fmt::format("\n{} of {} `{}`", owner.routine->is_automaton ? "Variable" : "Parameter",
                        owner.routine->is_automaton ? "automaton" : "function", symbol.owner);
    if (owner.routine->is_automaton && p.initial.empty()) {
      text += p.type == "bool"  ? "; starts as `false`"
              : p.type == "int" ? "; starts as 0"
                                : "; starts as 0, or at its lower bound if 0 is outside";
    }
    std::size_t writes = 0;
    for (const auto& f : r.project.find(symbol))
      writes += f.occurrence->role == Role::write ? 1 : 0;
    return text + fmt::format("; assigned at {} place{}\n", writes, writes == 1 ? "" : "s");
  }
  return {};
}

std::string property_text(Request& r, const Symbol& symbol) {
  for (const auto& f : r.project.find(symbol)) {
    const auto& file = *f.file->index;
    for (const auto& p : file.properties) {
      if (p.at != f.occurrence->at) continue;
      const auto formula = file.spelt(p.formula);
      const auto words = told(formula);
      return fmt::format("**property** `{}`\n\n```spl\n{}\n```\n{}{}\n", symbol.name, formula,
                         words.empty() ? "" : "\nIn words: ", words);
    }
  }
  return {};
}

/// The `during` whose handles follow each other up to this one; kNone if there is none.
std::size_t during_of(const FileIndex& file, std::size_t handle) {
  for (auto i = handle; i-- > 0;) {
    const auto& b = file.blocks[i];
    if (b.parent != file.blocks[handle].parent || b.routine != file.blocks[handle].routine)
      continue;
    if (b.keyword == "during") return i;
    if (b.keyword != "handle") return kNone;
  }
  return kNone;
}

std::string handle_text(Request& r, std::size_t block) {
  const auto& file = r.index();
  std::string text =
      "**handle**: its block may be run, from the first statecall on, wherever the `during` block "
      "waits; after it, the run goes on where it was. It fires only by consuming a statecall of "
      "its "
      "own.\n";
  const auto during = during_of(file, block);
  if (during == kNone) return text + "\nThere is no `during` that it belongs to.\n";
  return text + fmt::format("\nIt applies in {}: the `during` of line {}.\n",
                            lines_text(r, file, file.blocks[during].at),
                            r.places.line(file, file.blocks[during].head.begin) + 1);
}

std::string during_text(Request& r, std::size_t block) {
  const auto& file = r.index();
  std::string text =
      fmt::format("**during**: while its block waits ({}), its handles may be run.\n\n",
                  lines_text(r, file, file.blocks[block].at));
  for (auto i = block + 1; i < file.blocks.size(); ++i) {
    if (file.blocks[i].keyword != "handle" || during_of(file, i) != block) continue;
    text += fmt::format("- `handle` of {}\n", lines_text(r, file, file.blocks[i].at));
  }
  return text;
}

std::string keyword_text(Request& r, Span at, std::string_view word) {
  const auto& blocks = r.index().blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].head != at) continue;
    if (word == "handle") return handle_text(r, i);
    if (word == "during") return during_text(r, i);
    if (word == "always_allow") {
      return fmt::format(
          "**always_allow**: while its block waits ({}), the statecalls in the list "
          "are accepted as well and change nothing.\n",
          lines_text(r, r.index(), blocks[i].at));
    }
  }
  for (const auto& k : kKeywords) {
    if (k.word == word) return fmt::format("**{}**: {}\n", word, k.text);
  }
  return {};
}

std::string symbol_text(Request& r, const Symbol& symbol) {
  switch (symbol.kind) {
    case NameKind::statecall:
      return statecall_text(r, symbol);
    case NameKind::variable:
      return variable_text(r, symbol);
    case NameKind::property:
      return property_text(r, symbol);
    default:
      return routine_text(r, symbol);
  }
}

json::value hover_value(Request& r, Span at, std::string_view text) {
  if (text.empty()) return nullptr;
  return json::object{{"contents", markdown(text)}, {"range", r.places.range(r.index(), at)}};
}

}  // namespace

json::value hover(Request& r) {
  const auto& file = r.index();
  if (const auto* here = file.find(r.offset)) {
    const auto symbol = r.project.resolve(file, *here);
    return symbol ? hover_value(r, here->at, symbol_text(r, *symbol)) : json::value(nullptr);
  }
  const auto token = file.token_before(r.offset + 1);
  if (token == kNone || file.tokens[token].kind != TokenKind::keyword) return nullptr;
  const Span at{file.tokens[token].range.begin, file.tokens[token].range.end};
  if (!at.touches(r.offset)) return nullptr;
  return hover_value(r, at, keyword_text(r, at, file.spelt(at)));
}

}  // namespace spl::lsp
