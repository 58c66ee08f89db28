// The canonical text of a policy, with or without the comments of its source.
//
// The tree is walked in source order; before anything is printed, the comments that stand in front
// of it are flushed onto lines of their own, and a comment that began on the line of what was just
// printed stays there. A comment in the middle of an expression moves to the end of its statement.
// Since every comment then stands at a line boundary, formatting twice changes nothing.
#include <fmt/format.h>

#include <algorithm>

#include "spl/parse.hpp"
#include "spl/spelling.hpp"
#include "syntax/parse_driver.hpp"
#include "syntax/wrap.hpp"

namespace spl {
namespace {

using ast::BinaryOp;
using ast::FormulaOp;

/// Levels as in the grammar: a larger one binds tighter.
int level(BinaryOp op) {
  switch (op) {
    case BinaryOp::logical_or:
      return 1;
    case BinaryOp::logical_and:
      return 2;
    case BinaryOp::equal:
    case BinaryOp::not_equal:
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal:
      return 4;
    case BinaryOp::add:
    case BinaryOp::subtract:
      return 5;
    case BinaryOp::multiply:
    case BinaryOp::divide:
      return 6;
  }
  return 0;
}
constexpr int kNotLevel = 3;
constexpr int kMinusLevel = 7;

int level(const ast::Expr& e) {
  if (const auto* b = std::get_if<ast::BinaryExpr>(&e.node)) return level(b->op);
  if (const auto* u = std::get_if<ast::UnaryExpr>(&e.node)) {
    return u->op == ast::UnaryOp::negate ? kMinusLevel : kNotLevel;
  }
  return 9;
}

std::string text_of(const ast::Expr& e);

std::string operand(const ast::Expr& e, int least) {
  return level(e) < least ? "(" + text_of(e) + ")" : text_of(e);
}

std::string text_of(const ast::Expr& e) {
  return std::visit(
      Overload{
          [](const ast::IntLiteral& n) { return std::to_string(n.value); },
          [](const ast::BoolLiteral& n) { return std::string(n.value ? "true" : "false"); },
          [](const ast::VarRef& n) { return n.name; },
          [](const ast::UnaryExpr& n) {
            if (n.op == ast::UnaryOp::logical_not) return "!" + operand(*n.operand, kNotLevel);
            // "-5" is a literal; a negated literal keeps its parentheses.
            const auto* literal = std::get_if<ast::IntLiteral>(&n.operand->node);
            if (literal != nullptr && literal->value >= 0) {
              return fmt::format("-({})", literal->value);
            }
            return "-" + operand(*n.operand, kMinusLevel);
          },
          [](const ast::BinaryExpr& n) {
            const auto own = level(n.op);
            return fmt::format("{} {} {}", operand(*n.left, own), spelling(n.op),
                               operand(*n.right, own + 1));
          },
      },
      e.node);
}

// ---- formulas ----------------------------------------------------------------------------------

/// Precedence, spelling, and whether the operator groups to the right.
struct FormulaStyle {
  int level;
  const char* text;
  bool right = false;
};

FormulaStyle style(FormulaOp op) {
  switch (op) {
    case FormulaOp::iff:
      return {1, "iff"};
    case FormulaOp::implies:
      return {2, "implies", true};
    case FormulaOp::op_or:
      return {3, "or"};
    case FormulaOp::op_and:
      return {4, "and"};
    case FormulaOp::until:
      return {5, "until", true};
    case FormulaOp::weak_until:
      return {5, "weak_until", true};
    case FormulaOp::op_not:
      return {6, "not"};
    case FormulaOp::always:
      return {6, "always"};
    case FormulaOp::eventually:
      return {6, "eventually"};
    case FormulaOp::next:
      return {6, "next"};
    case FormulaOp::never:
      return {6, "never"};
    case FormulaOp::reachable:
      return {6, "reachable"};
    case FormulaOp::once:
      return {6, "once"};
    case FormulaOp::precedes:
      return {9, "precedes"};
    case FormulaOp::responds_to:
      return {9, "responds_to"};
    default:
      return {9, ""};
  }
}

std::string text_of(const ast::Operand& o) {
  if (o.literal) return std::to_string(*o.literal);
  return o.automaton ? o.automaton->text + "." + o.variable.text : o.variable.text;
}

std::string text_of(const ast::Formula& f) {
  const auto s = style(f.op);
  const auto inner = [](const ast::Formula& child, int least) {
    return style(child.op).level < least ? "(" + text_of(child) + ")" : text_of(child);
  };
  switch (f.op) {
    case FormulaOp::constant:
      return f.value ? "true" : "false";
    case FormulaOp::variable:
      return text_of(f.left);
    case FormulaOp::finished:
      return f.left.automaton->text + ".finished";
    case FormulaOp::statecall:
      return f.name.text;
    case FormulaOp::compare:
      return fmt::format("{} {} {}", text_of(f.left), spelling(f.comparison), text_of(f.right));
    case FormulaOp::since:
      return fmt::format("since({}, {})", text_of(f.children[0]), text_of(f.children[1]));
    case FormulaOp::once:
      return fmt::format("once({})", text_of(f.children[0]));
    case FormulaOp::precedes:
    case FormulaOp::responds_to:
      return fmt::format("{} {} {}", text_of(f.children[0]), s.text, text_of(f.children[1]));
    default:
      break;
  }
  if (f.children.size() == 1) return fmt::format("{} {}", s.text, inner(f.children[0], 6));
  return fmt::format("{} {} {}", inner(f.children[0], s.right ? s.level + 1 : s.level), s.text,
                     inner(f.children[1], s.right ? s.level : s.level + 1));
}

// ---- policies ----------------------------------------------------------------------------------

class Printer {
 public:
  Printer() = default;
  Printer(std::string_view source, std::vector<SourceRange> comments)
      : source_(source), comments_(std::move(comments)) {}

  std::string print(const ast::File& file) {
    bool first = true;
    bool previous_short = false;
    for (const auto& declaration : file.declarations) {
      const auto range = std::visit([](const auto& d) { return d.range; }, declaration);
      const bool is_short = !std::holds_alternative<ast::Routine>(declaration);
      const bool together = source_.empty() ? is_short && previous_short
                                            : is_short && previous_short && !blank_before(range);
      if (!first && !together) out_ += '\n';
      first = false;
      previous_short = is_short;
      flush(range.begin);
      std::visit([&](const auto& d) { print(d); }, declaration);
      end_line(range.end);
    }
    if (!first && pending()) out_ += '\n';
    flush(0xffffffffU);
    return std::move(out_);
  }

 private:
  // -- comments

  [[nodiscard]] bool pending() const { return next_comment_ < comments_.size(); }

  /// Is there an empty line right before this (or before the comments that lead to it)?
  [[nodiscard]] bool blank_before(SourceRange range) const {
    if (source_.empty()) return false;  // a tree whose ranges speak of a text we do not have
    auto begin = range.begin;
    if (pending() && comments_[next_comment_].begin < begin) begin = comments_[next_comment_].begin;
    int newlines = 0;
    while (begin > 0) {
      const char c = source_[begin - 1];
      if (c == '\n') ++newlines;
      if (c != '\n' && c != ' ' && c != '\t' && c != '\r') break;
      --begin;
    }
    return newlines > 1;
  }

  [[nodiscard]] std::string comment_text(SourceRange c) const {
    std::string text;
    for (const char ch : source_.substr(c.begin, c.end - c.begin)) {
      if (ch != '\r') text += ch;
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
    return text;
  }

  /// Prints the comments before `limit`, each on lines of its own. An empty line behind the last
  /// one stays, but not in front of a closing brace.
  void flush(std::uint32_t limit, bool closing = false) {
    while (pending() && comments_[next_comment_].begin < limit) {
      const auto c = comments_[next_comment_++];
      indent();
      out_ += comment_text(c);
      out_ += '\n';
      const auto next = pending() ? std::min(comments_[next_comment_].begin, limit) : limit;
      if (next < source_.size() && blank_before({{}, next, next}) && (!closing || next < limit)) {
        out_ += '\n';
      }
    }
  }

  /// Ends the line; a comment that began on the same source line stays on it.
  void end_line(std::uint32_t source_end) {
    while (pending() && comments_[next_comment_].begin < source_.size()) {
      const auto c = comments_[next_comment_];
      const bool inside = c.begin < source_end;  // in the middle of the statement
      if (!inside && !follows(source_end, c.begin)) break;
      const auto text = comment_text(c);
      if (text.find('\n') != std::string::npos) break;
      ++next_comment_;
      out_ += "  " + text;
      source_end = std::max(source_end, c.end);
      if (text.starts_with("//")) break;
    }
    out_ += '\n';
  }

  /// Does `to` stand behind `from` on its line, with nothing of note between?
  [[nodiscard]] bool follows(std::uint32_t from, std::uint32_t to) const {
    return source_.substr(from, to - from).find_first_not_of(" \t\r;,") == std::string_view::npos;
  }

  // -- layout

  void indent() { out_.append(static_cast<std::size_t>(depth_) * 2, ' '); }

  static std::string list(const std::vector<ast::Name>& names) {
    std::string text;
    for (const auto& n : names) text += (text.empty() ? "" : ", ") + n.text;
    return text;
  }

  void print(const ast::Import& import) { out_ += fmt::format("import \"{}\";", import.path); }

  void print(const ast::PropertyDecl& p) {
    out_ += fmt::format("property {} : {};", p.name.text, text_of(p.formula));
  }

  void print(const ast::StatecallsDecl& decl) {
    out_ += "statecalls {\n";
    ++depth_;
    for (const auto& name : decl.names) {
      flush(name.range.begin);
      indent();
      out_ += name.text + ",";
      end_line(name.range.end);
    }
    flush(decl.range.end, /*closing=*/true);
    --depth_;
    out_ += '}';
  }

  void print(const ast::Routine& r) {
    out_ += fmt::format("{} {}(", r.is_automaton ? "automaton" : "function", r.name.text);
    for (std::size_t i = 0; i < r.params.size(); ++i) {
      const auto& p = r.params[i];
      if (i != 0) out_ += ", ";
      out_ += p.type == ast::Type::boolean ? "bool" : "int";
      if (p.bounds) out_ += fmt::format(" ({}..{})", p.bounds->low, p.bounds->high);
      out_ += ' ' + p.name.text;
      if (!p.initial) continue;
      out_ += " = ";
      out_ += p.initial->type == ast::Type::boolean ? (p.initial->value != 0 ? "true" : "false")
                                                    : std::to_string(p.initial->value);
    }
    out_ += ") ";
    print(r.body);
  }

  /// "{ ... }" without a line end, so that `or` and the like may follow.
  void print(const ast::Block& block) {
    const bool empty = block.statements.empty() && !comment_inside(block.range);
    if (empty) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    end_line(block.range.begin + 1);
    ++depth_;
    bool first = true;
    for (const auto& s : block.statements) {
      if (!first && blank_before(s.range)) out_ += '\n';
      first = false;
      flush(s.range.begin);
      indent();
      print(s);
      end_line(s.range.end);
    }
    flush(block.range.end == 0 ? 0 : block.range.end - 1, /*closing=*/true);
    --depth_;
    indent();
    out_ += '}';
  }

  [[nodiscard]] bool comment_inside(SourceRange range) const {
    return pending() && comments_[next_comment_].begin < range.end;
  }

  void print(const ast::ExprPtr& guard) {
    if (guard) out_ += fmt::format("({}) ", text_of(*guard));
  }

  void print(const ast::MultipleStmt& s) {
    out_ += "multiple ";
    if (s.exact) {
      out_ += fmt::format("({}) ", *s.low);
    } else if (s.low || s.high) {
      out_ += fmt::format("({}..{}) ", s.low ? std::to_string(*s.low) : "",
                          s.high ? std::to_string(*s.high) : "");
    }
    print(s.body);
  }

  void print(const ast::EitherStmt& s) {
    for (std::size_t i = 0; i < s.branches.size(); ++i) {
      out_ += i == 0 ? "either " : " or ";
      print(s.branches[i].guard);
      print(s.branches[i].body);
    }
  }

  void print(const ast::Statement& statement) {
    std::visit(Overload{
                   [&](const ast::StatecallStmt& s) { out_ += s.statecall.text + ";"; },
                   [&](const ast::CallStmt& s) {
                     out_ += fmt::format("{}({});", s.callee.text, list(s.arguments));
                   },
                   [&](const ast::AssignStmt& s) {
                     out_ += fmt::format("{} = {};", s.target.text, text_of(*s.value));
                   },
                   [&](const ast::AllowStmt& s) {
                     out_ += fmt::format("always_allow ({}) ", list(s.statecalls));
                     print(s.body);
                   },
                   [&](const ast::MultipleStmt& s) { print(s); },
                   [&](const ast::OptionalStmt& s) {
                     out_ += "optional ";
                     print(s.body);
                   },
                   [&](const ast::EitherStmt& s) { print(s); },
                   [&](const ast::DoUntilStmt& s) {
                     out_ += "do ";
                     print(s.body);
                     out_ += s.guard ? fmt::format(" until ({});", text_of(*s.guard)) : " until;";
                   },
                   [&](const ast::WhileStmt& s) {
                     out_ += "while ";
                     print(s.guard);
                     print(s.body);
                   },
                   [&](const ast::DuringStmt& s) {
                     out_ += "during ";
                     print(s.body);
                     for (const auto& handle : s.handles) {
                       out_ += " handle ";
                       print(handle);
                     }
                   },
                   [&](const ast::ExitStmt&) { out_ += "exit;"; },
                   [&](const ast::AbortStmt&) { out_ += "abort;"; },
               },
               statement.node);
  }

  std::string_view source_;
  std::vector<SourceRange> comments_;
  std::size_t next_comment_ = 0;
  int depth_ = 0;
  std::string out_;
};

}  // namespace

std::string print(const ast::File& file) {
  return syntax::wrap_long_lines(Printer().print(file));
}
std::string print(const ast::Expr& expr) {
  return text_of(expr);
}
std::string print(const ast::Formula& formula) {
  return text_of(formula);
}

std::optional<std::string> format(FileId file, const SourceMap& sources, Diagnostics& diagnostics) {
  syntax::ParseDriver driver(file, sources, diagnostics);
  driver.parse_policy();
  if (!driver.ok) return std::nullopt;
  return syntax::wrap_long_lines(
      Printer(sources.text(file), std::move(driver.comments)).print(driver.tree));
}

}  // namespace spl
