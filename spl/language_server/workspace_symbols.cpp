// Declarations of the whole workspace, by name.
#include <algorithm>

#include "language_server/features.hpp"
#include "language_server/protocol_numbers.hpp"

namespace spl::lsp {
namespace {

constexpr std::size_t kMaxSymbols = 1000;  // more are of no use to anybody

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// As editors match: the letters of the query in this order, small or capital.
bool matches(std::string_view name, std::string_view query) {
  std::size_t at = 0;
  for (const char c : name) {
    if (at < query.size() && small(c) == small(query[at])) ++at;
  }
  return at == query.size();
}

int kind_of(NameKind kind) {
  switch (kind) {
    case NameKind::automaton:
      return symbol_kind::kClass;
    case NameKind::function:
      return symbol_kind::kFunction;
    case NameKind::property:
      return symbol_kind::kConstant;
    default:
      return symbol_kind::kEnumMember;
  }
}

}  // namespace

json::value workspace_symbols(Workspace& workspace, std::string_view query, Encoding encoding) {
  json::array symbols;
  Places places(workspace, encoding);
  for (const auto& path : workspace.all_files().files) {
    const ProjectFile file{path, workspace.index(path)};
    if (file.index == nullptr) continue;
    for (const auto& o : file.index->occurrences) {
      if (o.role != Role::declaration || o.kind == NameKind::variable) continue;
      if (!matches(o.name, query)) continue;
      if (symbols.size() == kMaxSymbols) return symbols;
      symbols.push_back(json::object{{"name", text_value(o.name)},
                                     {"kind", kind_of(o.kind)},
                                     {"location", places.location(file, o.at)},
                                     {"containerName", text_value(path)}});
    }
  }
  return symbols;
}

}  // namespace spl::lsp
