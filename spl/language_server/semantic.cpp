// Semantic tokens, symbols and folding: a document's outline and colours.
#include <algorithm>
#include <array>

#include "language_server/features.hpp"
#include "language_server/protocol_numbers.hpp"

namespace spl::lsp {
namespace {

enum Type : std::uint32_t {
  keyword,
  statecall,
  function,
  automaton,
  variable,
  parameter,
  property,
  number,
  string,
  comment,
  op
};
constexpr std::array kTypes = {"keyword",  "enumMember", "function", "class",
                               "variable", "parameter",  "property", "number",
                               "string",   "comment",    "operator"};

struct Coloured {
  Span at;
  Type type = keyword;
  bool declaration = false;
};

Type type_of(const FileIndex& file, const Occurrence& o) {
  switch (o.kind) {
    case NameKind::statecall:
      return statecall;
    case NameKind::function:
      return function;
    case NameKind::automaton:
      return automaton;
    case NameKind::property:
      return property;
    case NameKind::variable:
      break;
  }
  const bool of_function = o.routine != kNone && !file.routines[o.routine].is_automaton;
  return of_function ? parameter : variable;
}

std::vector<Coloured> coloured(const FileIndex& file) {
  std::vector<Coloured> all;
  auto name = file.occurrences.begin();
  for (const auto& token : file.tokens) {
    const Span at{token.range.begin, token.range.end};
    while (name != file.occurrences.end() && name->at.begin < at.begin) ++name;
    if (name != file.occurrences.end() && name->at == at) {
      all.push_back({at, type_of(file, *name), name->role == Role::declaration});
      continue;
    }
    switch (token.kind) {
      case TokenKind::keyword:
        all.push_back({at, keyword});
        break;
      case TokenKind::integer:
        all.push_back({at, number});
        break;
      case TokenKind::string:
        all.push_back({at, string});
        break;
      case TokenKind::symbol:
        if (std::string_view("{}();,").find(file.text[at.begin]) == std::string::npos) {
          all.push_back({at, op});
        }
        break;
      default:
        break;
    }
  }
  for (const auto& c : file.comments) all.push_back({{c.begin, c.end}, comment});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return all;
}

/// A token within one line, relative to the one before it.
class Encoder {
 public:
  explicit Encoder(const Lines& lines) : lines_(lines) {}

  void add(Span at, Type type, bool declaration) {
    const auto begin = lines_.position(at.begin);
    const auto end = lines_.position(at.end);
    if (end.column <= begin.column) return;
    const auto down = begin.line - last_.line;
    data.push_back(down);
    data.push_back(down == 0 ? begin.column - last_.column : begin.column);
    data.push_back(end.column - begin.column);
    data.push_back(static_cast<std::uint32_t>(type));
    data.push_back(declaration ? 1 : 0);
    last_ = begin;
  }

  json::array data;

 private:
  const Lines& lines_;
  Position last_;
};

json::object symbol_value(Request& r, std::string_view name, int kind, std::string_view detail,
                          Span whole, Span at) {
  if (at.begin < whole.begin || at.end > whole.end) at = {whole.begin, whole.begin};
  return {{"name", text_value(name.empty() ? "?" : name)},
          {"kind", kind},
          {"detail", text_value(detail)},
          {"range", r.places.range(r.index(), whole)},
          {"selectionRange", r.places.range(r.index(), at)}};
}

json::object routine_symbol(Request& r, const RoutineEntry& routine) {
  auto value = symbol_value(
      r, routine.name, routine.is_automaton ? symbol_kind::kClass : symbol_kind::kFunction,
      routine.is_automaton ? "automaton" : "function", routine.whole, routine.at);
  json::array children;
  for (const auto& p : routine.parameters) {
    children.push_back(symbol_value(r, p.name, symbol_kind::kVariable, p.type, p.at, p.at));
  }
  value["children"] = std::move(children);
  return value;
}

json::object list_symbol(Request& r, Span list) {
  auto value =
      symbol_value(r, "statecalls", symbol_kind::kEnum, "", list, {list.begin, list.begin});
  json::array children;
  for (const auto& o : r.index().occurrences) {
    if (o.role != Role::declaration || o.kind != NameKind::statecall) continue;
    if (!list.contains(o.at.begin)) continue;
    children.push_back(symbol_value(r, o.name, symbol_kind::kEnumMember, "", o.at, o.at));
  }
  value["children"] = std::move(children);
  return value;
}

}  // namespace

json::array semantic_token_types() {
  json::array types;
  for (const auto* type : kTypes) types.push_back(json::value(type));
  return types;
}

json::value semantic_tokens(Request& r) {
  const auto& file = r.index();
  Encoder encoder(r.places.lines(file));
  for (const auto& c : coloured(file)) {
    // A comment of several lines is one token a line.
    for (auto begin = c.at.begin; begin < c.at.end;) {
      const auto stop = file.text.find_first_of("\r\n", begin);
      const auto end = std::min<std::size_t>(stop, c.at.end);
      encoder.add({begin, static_cast<std::uint32_t>(end)}, c.type, c.declaration);
      begin = static_cast<std::uint32_t>(end) + 1;
    }
  }
  return json::object{{"data", std::move(encoder.data)}};
}

json::value document_symbols(Request& r) {
  const auto& file = r.index();
  std::vector<std::pair<std::uint32_t, json::object>> all;
  for (const auto& i : file.imports) {
    all.emplace_back(i.at.begin,
                     symbol_value(r, i.path, symbol_kind::kModule, "import", i.at, i.at));
  }
  for (const auto& list : file.statecall_lists) {
    all.emplace_back(list.begin, list_symbol(r, list));
  }
  for (const auto& routine : file.routines) {
    all.emplace_back(routine.whole.begin, routine_symbol(r, routine));
  }
  for (const auto& p : file.properties) {
    all.emplace_back(p.whole.begin,
                     symbol_value(r, p.name, symbol_kind::kConstant, "property", p.whole, p.at));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  json::array symbols;
  for (auto& [at, symbol] : all) symbols.push_back(std::move(symbol));
  return symbols;
}

json::value folding_ranges(Request& r) {
  const auto& file = r.index();
  json::array ranges;
  const auto add = [&](Span at, bool is_comment) {
    const auto first = r.places.line(file, at.begin);
    const auto last = r.places.line(file, at.end);
    // The line of the closing brace stays in sight.
    const auto end = is_comment || last == 0 ? last : last - 1;
    if (end <= first) return;
    json::object range{{"startLine", first}, {"endLine", end}};
    if (is_comment) range["kind"] = "comment";
    ranges.push_back(std::move(range));
  };
  for (const auto& block : file.blocks) add(block.at, false);
  for (const auto& c : file.comments) add({c.begin, c.end}, true);
  return ranges;
}

}  // namespace spl::lsp
