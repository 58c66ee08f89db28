// Trees as data: equality up to ranges, and dumps. Both go through one structural description, so
// that they cannot forget a field the other has.
#include <fmt/format.h>

#include "spl/json.hpp"
#include "spl/parse.hpp"

namespace spl {
namespace {

/// A tree node as label and children.
struct Item {
  std::string label;
  SourceRange range;
  std::vector<Item> children;
};

std::string names(const std::vector<ast::Name>& list) {
  std::string text;
  for (const auto& n : list) text += " " + n.text;
  return text;
}

Item describe(const ast::Block& block, std::string label);

std::string guard(const ast::ExprPtr& e) {
  return e ? " (" + print(*e) + ")" : "";
}

Item describe(const ast::Statement& s) {
  auto item = std::visit(
      Overload{
          [](const ast::StatecallStmt& n) {
            return Item{n.statecall.text, {}, {}};
          },
          [](const ast::CallStmt& n) {
            return Item{"call " + n.callee.text + names(n.arguments), {}, {}};
          },
          [](const ast::AssignStmt& n) {
            return Item{"assign " + n.target.text + " = " + print(*n.value), {}, {}};
          },
          [](const ast::AllowStmt& n) {
            return describe(n.body, "always_allow" + names(n.statecalls));
          },
          [](const ast::MultipleStmt& n) {
            std::string label = "multiple";
            if (n.low || n.high) {
              label += fmt::format(" {}..{}", n.low ? std::to_string(*n.low) : "",
                                   n.high ? std::to_string(*n.high) : "");
            }
            return describe(n.body, label + (n.exact ? " exact" : ""));
          },
          [](const ast::OptionalStmt& n) { return describe(n.body, "optional"); },
          [](const ast::EitherStmt& n) {
            Item either{"either", {}, {}};
            for (const auto& b : n.branches) {
              either.children.push_back(describe(b.body, "branch" + guard(b.guard)));
            }
            return either;
          },
          [](const ast::DoUntilStmt& n) { return describe(n.body, "do until" + guard(n.guard)); },
          [](const ast::WhileStmt& n) { return describe(n.body, "while" + guard(n.guard)); },
          [](const ast::DuringStmt& n) {
            auto during = describe(n.body, "during");
            for (const auto& h : n.handles) during.children.push_back(describe(h, "handle"));
            return during;
          },
          [](const ast::ExitStmt&) {
            return Item{"exit", {}, {}};
          },
          [](const ast::AbortStmt&) {
            return Item{"abort", {}, {}};
          },
      },
      s.node);
  item.range = s.range;
  return item;
}

Item describe(const ast::Block& block, std::string label) {
  Item item{std::move(label), block.range, {}};
  for (const auto& s : block.statements) item.children.push_back(describe(s));
  return item;
}

std::string describe(const ast::Param& p) {
  std::string text = p.type == ast::Type::boolean ? "bool" : "int";
  if (p.bounds) text += fmt::format("({}..{})", p.bounds->low, p.bounds->high);
  text += " " + p.name.text;
  if (p.initial) {
    text += fmt::format(" = {}{}", p.initial->type == ast::Type::boolean ? "bool " : "",
                        p.initial->value);
  }
  return text;
}

Item describe(const ast::Declaration& d) {
  return std::visit(
      Overload{
          [](const ast::Import& n) {
            return Item{"import " + n.path, n.range, {}};
          },
          [](const ast::StatecallsDecl& n) {
            return Item{"statecalls" + names(n.names), n.range, {}};
          },
          [](const ast::Routine& n) {
            std::string label = (n.is_automaton ? "automaton " : "function ") + n.name.text + "(";
            for (std::size_t i = 0; i < n.params.size(); ++i) {
              label += (i == 0 ? "" : ", ") + describe(n.params[i]);
            }
            auto item = describe(n.body, label + ")");
            item.range = n.range;
            return item;
          },
          [](const ast::PropertyDecl& n) {
            return Item{"property " + n.name.text + " : " + print(n.formula), n.range, {}};
          },
      },
      d);
}

bool same(const Item& a, const Item& b) {
  if (a.label != b.label || a.children.size() != b.children.size()) return false;
  for (std::size_t i = 0; i < a.children.size(); ++i) {
    if (!same(a.children[i], b.children[i])) return false;
  }
  return true;
}

void dump(std::string& out, const Item& item, const SourceMap& sources, int depth) {
  const auto at = sources.begin_of(item.range);
  out += fmt::format("{:{}}{}  @{}:{}\n", "", depth * 2, item.label, at.line, at.column);
  for (const auto& child : item.children) dump(out, child, sources, depth + 1);
}

void dump(JsonWriter& json, const Item& item, const SourceMap& sources) {
  json.begin_object().field("node", item.label).field("source", sources.describe(item.range));
  json.key("children").begin_array();
  for (const auto& child : item.children) dump(json, child, sources);
  json.end_array().end_object();
}

}  // namespace

bool equal(const ast::File& a, const ast::File& b) {
  if (a.declarations.size() != b.declarations.size()) return false;
  for (std::size_t i = 0; i < a.declarations.size(); ++i) {
    if (!same(describe(a.declarations[i]), describe(b.declarations[i]))) return false;
  }
  return true;
}

std::string dump_ast(const ast::File& file, const SourceMap& sources) {
  std::string out;
  for (const auto& d : file.declarations) dump(out, describe(d), sources, 0);
  return out;
}

std::string dump_ast_json(const ast::File& file, const SourceMap& sources) {
  JsonWriter json;
  json.begin_object().field("version", 1).field("file", sources.name(file.id));
  json.key("declarations").begin_array();
  for (const auto& d : file.declarations) dump(json, describe(d), sources);
  json.end_array().end_object();
  return json.take() + "\n";
}

}  // namespace spl
