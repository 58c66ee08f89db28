// What may be typed here, judged by the tokens before the cursor.
#include <algorithm>
#include <set>

#include "language_server/features.hpp"
#include "language_server/protocol_numbers.hpp"

namespace spl::lsp {
namespace {

struct Construct {
  const char* label;
  const char* snippet;
};
constexpr Construct kStatements[] = {
    {"multiple", "multiple {\n\t$0\n}"},
    {"optional", "optional {\n\t$0\n}"},
    {"either", "either {\n\t$1\n} or {\n\t$0\n}"},
    {"do", "do {\n\t$1\n} until (${2:true});$0"},
    {"while", "while (${1:true}) {\n\t$0\n}"},
    {"always_allow", "always_allow (${1:Statecall}) {\n\t$0\n}"},
    {"during", "during {\n\t$1\n} handle {\n\t$0\n}"},
    {"exit", "exit;"},
    {"abort", "abort;"},
};
constexpr Construct kDeclarations[] = {
    {"automaton", "automaton ${1:name}($2) {\n\t$0\n}"},
    {"function", "function ${1:name}($2) {\n\t$0\n}"},
    {"statecalls", "statecalls {\n\t$0\n}"},
    {"property", "property ${1:name} : $0;"},
    {"import", "import \"$1\";"},
};
constexpr const char* kFormulaWords[] = {
    "always",     "eventually", "next",     "once",        "never", "reachable",
    "not",        "and",        "or",       "implies",     "iff",   "until",
    "weak_until", "since",      "precedes", "responds_to", "true",  "false"};

class Items {
 public:
  explicit Items(bool snippets) : snippets_(snippets) {}

  void add(std::string_view label, int kind, std::string_view detail = {}) {
    if (label.empty() || !seen_.insert(std::string(label)).second) return;
    json::object item{{"label", text_value(label)}, {"kind", kind}};
    if (!detail.empty()) item["detail"] = text_value(detail);
    all.push_back(std::move(item));
  }
  template <std::size_t N>
  void add_words(const char* const (&words)[N]) {
    for (const auto* word : words) add(word, completion_kind::kKeyword);
  }
  template <std::size_t N>
  void add_constructs(const Construct (&constructs)[N]) {
    for (const auto& c : constructs) construct(c);
  }
  void construct(const Construct& c) {
    add(c.label, snippets_ ? completion_kind::kSnippet : completion_kind::kKeyword);
    if (!snippets_ || all.empty()) return;
    auto& item = all.back().get_object();
    item["insertText"] = c.snippet;
    item["insertTextFormat"] = 2;
  }

  json::array all;

 private:
  bool snippets_;
  std::set<std::string> seen_;
};

/// Where a completion is asked for.
struct Spot {
  std::size_t before = kNone;  // the last token before the word that is being typed
  std::uint32_t word = 0;      // where that word begins
};

Spot spot_of(const FileIndex& file, std::uint32_t offset) {
  Spot spot;
  spot.word = offset;
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (spot.word > 0 && part(file.text[spot.word - 1])) --spot.word;
  spot.before = file.token_before(spot.word);
  return spot;
}

void add_statecalls(const Request& r, Items& items, std::uint32_t typed) {
  for (const auto& file : r.project.files) {
    for (const auto& o : file.index->occurrences) {
      // Not the word that is being typed itself.
      const bool here = &file == &r.file() && o.at.begin == typed;
      if (o.kind == NameKind::statecall && !here) items.add(o.name, completion_kind::kEnumMember);
    }
  }
}

void add_routines(const Request& r, Items& items, bool automata) {
  for (const auto& file : r.project.files) {
    for (const auto& routine : file.index->routines) {
      if (routine.is_automaton != automata) continue;
      items.add(routine.name, automata ? completion_kind::kClass : completion_kind::kFunction,
                automata ? "automaton" : "function");
    }
  }
}

void add_variables(const RoutineEntry& routine, Items& items) {
  for (const auto& p : routine.parameters) items.add(p.name, completion_kind::kVariable, p.type);
}

void in_formula(const Request& r, const Spot& spot, Items& items) {
  const auto& file = r.index();
  if (spot.before != kNone && file.spelt(file.tokens[spot.before]) == ".") {
    items.add("finished", completion_kind::kKeyword);
    if (spot.before == 0) return;
    const auto owner = r.project.routine(file.spelt(file.tokens[spot.before - 1]));
    if (owner.routine != nullptr) add_variables(*owner.routine, items);
    return;
  }
  items.add_words(kFormulaWords);
  add_statecalls(r, items, spot.word);
  add_routines(r, items, true);
  for (const auto& f : r.project.files) {
    for (const auto& routine : f.index->routines) {
      if (routine.is_automaton) add_variables(routine, items);
    }
  }
}

/// The word before the innermost '(' that is open before the cursor, within this statement.
std::string_view open_parenthesis(const FileIndex& file, const Spot& spot) {
  int depth = 0;
  for (auto i = spot.before; i != kNone && i < file.tokens.size(); --i) {
    const auto word = file.spelt(file.tokens[i]);
    if (word == ";" || word == "{" || word == "}") return {};
    if (word == ")") ++depth;
    if (word == "(" && depth-- == 0) return i == 0 ? "(" : file.spelt(file.tokens[i - 1]);
    if (i == 0) break;
  }
  return {};
}

void in_body(const Request& r, const RoutineEntry& routine, const Spot& spot, Items& items) {
  const auto& file = r.index();
  const auto open = open_parenthesis(file, spot);
  const auto last = spot.before == kNone ? "" : file.spelt(file.tokens[spot.before]);
  if (open == "always_allow") return add_statecalls(r, items, spot.word);
  if (!open.empty() || last == "=") {
    add_variables(routine, items);
    items.add("true", completion_kind::kKeyword);
    items.add("false", completion_kind::kKeyword);
    return;
  }
  if (last == "}") {
    items.construct({"or", "or {\n\t$0\n}"});
    items.construct({"handle", "handle {\n\t$0\n}"});
    items.construct({"until", "until (${1:true});"});
  }
  items.add_constructs(kStatements);
  add_statecalls(r, items, spot.word);
  add_routines(r, items, false);
  add_variables(routine, items);
}

}  // namespace

json::value completion(Request& r, bool snippets) {
  Items items(snippets);
  const auto& file = r.index();
  if (file.in_comment(r.offset)) return items.all;
  const auto spot = spot_of(file, r.offset);
  const bool in_string = std::any_of(
      file.imports.begin(), file.imports.end(),
      [&](const ImportEntry& i) { return i.at.begin < r.offset && r.offset < i.at.end; });
  if (in_string) return items.all;
  const auto property = file.property_at(r.offset);
  const auto routine = file.routine_at(r.offset);
  const bool in_list =
      std::any_of(file.statecall_lists.begin(), file.statecall_lists.end(), [&](Span list) {
        return list.begin < r.offset &&
               r.offset < list.end + (file.text[list.end - 1] == '}' ? 0 : 1);
      });
  if (property != kNone && r.offset >= file.properties[property].formula.begin) {
    in_formula(r, spot, items);
  } else if (in_list) {
    add_statecalls(r, items, spot.word);
  } else if (routine != kNone && file.routines[routine].body.begin < r.offset &&
             file.routines[routine].body.begin < file.routines[routine].body.end) {
    in_body(r, file.routines[routine], spot, items);
  } else if (routine != kNone) {
    items.add("bool", completion_kind::kKeyword);
    items.construct({"int", "int (${1:0}..${2:3}) $0"});
    items.add("true", completion_kind::kKeyword);
    items.add("false", completion_kind::kKeyword);
  } else {
    items.add_constructs(kDeclarations);
  }
  return items.all;
}

}  // namespace spl::lsp
