// Lints about blocks: a `multiple` that no count satisfies (rule 5), and an `always_allow` whose
// statecalls hold back what follows it (language.md section 5, the example D { multiple { A } } B).
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "sema/rules.hpp"
#include "sema/visit.hpp"

namespace spl::sema {
namespace {

void lint_multiple(const ast::MultipleStmt& multiple, Diagnostics& diagnostics) {
  const auto low = std::max(multiple.low.value_or(0), 0);
  if (!multiple.high || low <= *multiple.high) return;
  const bool negative = *multiple.high < 0;
  diagnostics.report(
      DiagnosticCode::multiple_never_completes, multiple.bounds,
      negative ? "this can never complete: no count is below 0"
               : fmt::format("this can never complete: no count is at least {} and at most {}", low,
                             *multiple.high),
      negative ? "" : fmt::format("did you mean ({}..{})?", *multiple.high, low));
}

/// What the always_allow lint asks about blocks. Answers about functions are kept, so that a
/// policy is walked once however often its functions are called.
class AllowLint {
 public:
  AllowLint(const CheckedPolicy& policy, Diagnostics& diagnostics)
      : policy_(policy), diagnostics_(diagnostics) {}

  void run(const ast::Block& block, bool followed) {
    for (auto s = block.statements.rbegin(); s != block.statements.rend(); ++s) {
      if (const auto* allow = std::get_if<ast::AllowStmt>(&s->node); allow != nullptr && followed) {
        lint(*allow, *s);
      }
      for_each_block(*s, [&](const ast::Block& inner) { run(inner, followed); });
      followed = followed || waits(*s);
    }
  }

 private:
  void lint(const ast::AllowStmt& allow, const ast::Statement& at) {
    if (allow.statecalls.empty()) return;
    const auto* exit = find_silent_exit(allow.body);
    if (exit == nullptr) return;
    diagnostics_.report(
        DiagnosticCode::allow_before_exit, at.keyword,
        fmt::format("after '{}' is accepted here, what follows the block must wait for another "
                    "statecall of it",
                    allow.statecalls.front().text),
        "always_allow belongs to the moment before each statecall of its block: put what follows "
        "into the block too, if it should be allowed until then",
        {{exit->keyword, "the block may be left here without a statecall"}});
  }

  /// A statement at the end of the block that waits, but may also be left while it waits.
  const ast::Statement* find_silent_exit(const ast::Block& block) {
    for (auto s = block.statements.rbegin(); s != block.statements.rend(); ++s) {
      if (waits(*s) && may_leave(*s)) return &*s;
      const ast::Statement* inner = nullptr;
      for_each_tail(*s, [&](const ast::Block& tail) {
        if (inner == nullptr) inner = find_silent_exit(tail);
      });
      if (inner != nullptr) return inner;
      if (!passes(*s)) return nullptr;
    }
    return nullptr;
  }

  /// Blocks whose end is the statement's end.
  template <class F>
  static void for_each_tail(const ast::Statement& statement, F&& visit) {
    if (const auto* s = std::get_if<ast::AllowStmt>(&statement.node)) visit(s->body);
    if (const auto* s = std::get_if<ast::DuringStmt>(&statement.node)) visit(s->body);
    if (const auto* s = std::get_if<ast::EitherStmt>(&statement.node)) {
      for (const auto& branch : s->branches) visit(branch.body);
    }
  }

  /// Silent moves lead both into the statement and past it, by a choice and not by a guard.
  bool may_leave(const ast::Statement& statement) {
    if (const auto* s = std::get_if<ast::MultipleStmt>(&statement.node)) {
      return !s->high || s->low.value_or(0) < *s->high;
    }
    if (std::holds_alternative<ast::OptionalStmt>(statement.node)) return true;
    if (const auto* s = std::get_if<ast::EitherStmt>(&statement.node)) {
      for (const auto& branch : s->branches) {
        if (!branch.guard && passes(branch.body)) return true;
      }
    }
    return false;
  }

  bool waits(const ast::Block& block) {
    for (const auto& statement : block.statements) {
      if (waits(statement)) return true;
    }
    return false;
  }

  bool waits(const ast::Statement& statement) {
    if (std::holds_alternative<ast::StatecallStmt>(statement.node)) return true;
    if (const auto* call = std::get_if<ast::CallStmt>(&statement.node)) {
      return in_function(call->callee.text, function_waits_, false,
                         [&](const ast::Block& body) { return waits(body); });
    }
    const auto known = block_waits_.find(&statement);
    if (known != block_waits_.end()) return known->second;
    bool any = false;
    for_each_block(statement, [&](const ast::Block& inner) { any = any || waits(inner); });
    return block_waits_[&statement] = any;
  }

  bool passes(const ast::Block& block) {
    for (const auto& statement : block.statements) {
      if (!passes(statement)) return false;
    }
    return true;
  }

  /// Some way through the statement consumes nothing, whatever the guards say.
  bool passes(const ast::Statement& statement) {
    return std::visit(
        Overload{
            [](const ast::StatecallStmt&) { return false; },
            [&](const ast::CallStmt& s) {
              return in_function(s.callee.text, function_passes_, true,
                                 [&](const ast::Block& body) { return passes(body); });
            },
            [](const ast::AssignStmt&) { return true; },
            [&](const ast::AllowStmt& s) { return passes(s.body); },
            [&](const ast::MultipleStmt& s) { return s.low.value_or(0) <= 0 || passes(s.body); },
            [](const ast::OptionalStmt&) { return true; },
            [&](const ast::EitherStmt& s) {
              for (const auto& branch : s.branches) {
                if (passes(branch.body)) return true;
              }
              return false;
            },
            [&](const ast::DoUntilStmt& s) { return passes(s.body); },
            [](const ast::WhileStmt& s) { return s.guard != nullptr; },
            [&](const ast::DuringStmt& s) { return passes(s.body); },
            [](const ast::ExitStmt&) { return false; },
            [](const ast::AbortStmt&) { return false; },
        },
        statement.node);
  }

  template <class F>
  bool in_function(std::string_view name, std::unordered_map<std::string_view, bool>& known,
                   bool otherwise, F&& ask) {
    const auto function = policy_.find_function(name);
    if (!function) return otherwise;
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    const bool answer = ask(policy_.functions[*function]->body);
    known[policy_.functions[*function]->name.text] = answer;
    return answer;
  }

  const CheckedPolicy& policy_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, bool> function_waits_;
  std::unordered_map<std::string_view, bool> function_passes_;
  std::unordered_map<const ast::Statement*, bool> block_waits_;
};

}  // namespace

void lint_blocks(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  AllowLint allow(policy, diagnostics);
  for (const auto* routine : routines(policy)) {
    for_each_statement(routine->body, [&](const ast::Statement& statement) {
      if (const auto* multiple = std::get_if<ast::MultipleStmt>(&statement.node)) {
        lint_multiple(*multiple, diagnostics);
      }
    });
    allow.run(routine->body, false);
  }
}

}  // namespace spl::sema
