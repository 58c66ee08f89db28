// Walks the text of every routine that some run enters, and says what no run reaches.
//
// Only causes are reported: below a guard that never holds, a handle that never fires or a
// statement that is not reached, nothing more is said. A function is walked once, whatever the
// number of its calls; one that no reached call names is not walked at all, for its call is
// reported already.
#include "passes/lint_text.hpp"

#include <fmt/format.h>

namespace spl::lints {
namespace {

/// Where a caret for a block belongs: its opening brace.
SourceRange opening(const ast::Block& block) {
  return {block.range.file, block.range.begin, block.range.begin + 1};
}

bool is_literal_false(const ast::Expr& expr) {
  const auto* literal = std::get_if<ast::BoolLiteral>(&expr.node);
  return literal != nullptr && !literal->value;
}

class Walk {
 public:
  Walk(const CheckedPolicy& policy, const Reach& reach, Diagnostics& diagnostics)
      : policy_(policy),
        reach_(reach),
        diagnostics_(diagnostics),
        uses_(policy.vocabulary.size()),
        entered_(policy.functions.size(), false) {}

  std::vector<StatecallUse> run() {
    for (const auto* automaton : policy_.automata) visit(automaton->body);
    while (!pending_.empty()) {
      const auto* function = pending_.back();
      pending_.pop_back();
      visit(function->body);
    }
    return std::move(uses_);
  }

 private:
  void visit(const ast::Block& block) {
    const ast::Statement* before = nullptr;
    for (const auto& statement : block.statements) {
      if (!reach_.statement(statement.range)) {
        unreachable(statement, before);
        return;  // nor is what follows
      }
      if (before != nullptr && std::holds_alternative<ast::AbortStmt>(statement.node)) {
        if (const auto* s = std::get_if<ast::StatecallStmt>(&before->node)) {
          use(s->statecall).refused = true;
        }
      }
      visit(statement);
      before = &statement;
    }
  }

  void visit(const ast::Statement& at) {
    std::visit(Overload{
                   [&](const ast::StatecallStmt& s) { use(s.statecall); },
                   [&](const ast::CallStmt& s) { call(s.callee.text); },
                   [&](const ast::AllowStmt& s) {
                     for (const auto& name : s.statecalls) use(name);
                     visit(s.body);
                   },
                   [&](const ast::MultipleStmt& s) { visit(s.body); },
                   [&](const ast::OptionalStmt& s) { visit(s.body); },
                   [&](const ast::EitherStmt& s) { either(s); },
                   [&](const ast::DoUntilStmt& s) { do_until(s); },
                   [&](const ast::WhileStmt& s) { while_loop(s); },
                   [&](const ast::DuringStmt& s) { during(s); },
                   [](const ast::AssignStmt&) {},
                   [](const ast::ExitStmt&) {},
                   [](const ast::AbortStmt&) {},
               },
               at.node);
  }

  void either(const ast::EitherStmt& s) {
    for (std::uint32_t i = 0; i < s.branches.size(); ++i) {
      const auto& branch = s.branches[i];
      if (branch.guard && !reach_.guard(branch.guard->range, i)) {
        diagnostics_.report(DiagnosticCode::guard_always_false, branch.guard->range,
                            "the guard of this branch is never true: the branch cannot be taken",
                            "check the values its variables can have here, or remove the branch");
        continue;
      }
      visit(branch.body);
    }
  }

  void while_loop(const ast::WhileStmt& s) {
    if (s.guard && !reach_.guard(s.guard->range, 0)) {
      diagnostics_.report(DiagnosticCode::guard_always_false, s.guard->range,
                          "the guard of this loop is never true: its body never runs",
                          "check the values its variables can have here, or remove the loop");
      return;
    }
    visit(s.body);
  }

  void do_until(const ast::DoUntilStmt& s) {
    // `until (false)` is how a loop without end is written; and a test that is never reached is
    // not at fault.
    const bool tested = s.guard && reach_.guard(s.guard->range, 0);
    if (tested && !reach_.guard(s.guard->range, 1) && !is_literal_false(*s.guard)) {
      diagnostics_.report(DiagnosticCode::guard_always_false, s.guard->range,
                          "this condition is never true: the loop cannot be left by it",
                          "write 'until (false)' if the loop is meant to go on for ever");
    }
    visit(s.body);
  }

  void during(const ast::DuringStmt& s) {
    visit(s.body);
    for (const auto& handle : s.handles) {
      const bool fired = reach_.fired(handle.range);
      if (reach_.passed(handle.range)) {
        consumes_nothing(handle, fired);
      } else if (!fired) {
        diagnostics_.report(
            DiagnosticCode::handle_never_fires, opening(handle), "this handle can never fire",
            "a handle fires while its 'during' waits for a statecall, and by consuming one itself");
      }
      if (fired) visit(handle);
    }
  }

  void consumes_nothing(const ast::Block& handle, bool fired) {
    diagnostics_.report(
        DiagnosticCode::handle_consumes_nothing, opening(handle),
        fired ? "a way through this handle consumes no statecall; it is never followed"
              : "no way through this handle consumes a statecall: it never fires",
        "a handle fires by the first statecall of its block: let every way through it have one");
  }

  void unreachable(const ast::Statement& at, const ast::Statement* before) {
    std::vector<Label> notes;
    std::string hint = "remove it, or look for what ends every run before it";
    if (before != nullptr) {
      std::visit(Overload{
                     [&](const ast::ExitStmt&) {
                       notes.push_back({before->keyword, "control leaves the block here"});
                       hint = "remove it, or move it in front of the 'exit'";
                     },
                     [&](const ast::AbortStmt&) {
                       notes.push_back({before->keyword, "every run that gets here violates"});
                       hint = "remove it, or move it in front of the 'abort'";
                     },
                     [&](const ast::DoUntilStmt&) {
                       notes.push_back({before->keyword, "no run leaves this loop"});
                     },
                     [&](const ast::WhileStmt& s) {
                       notes.push_back({before->keyword, "no run leaves this loop"});
                       if (!s.guard) hint = "a 'while' without a condition never ends";
                     },
                     [&](const auto&) {
                       notes.push_back({before->keyword, "no run gets past this statement"});
                     },
                 },
                 before->node);
    }
    diagnostics_.report(DiagnosticCode::unreachable_statement, at.keyword,
                        "this statement cannot be reached", std::move(hint), std::move(notes));
  }

  void call(const std::string& name) {
    const auto function = *policy_.find_function(name);
    if (entered_[function]) return;
    entered_[function] = true;
    pending_.push_back(policy_.functions[function]);
  }

  StatecallUse& use(const ast::Name& name) {
    auto& entry = uses_[index(*policy_.vocabulary.find(name.text))];
    if (!entry.first.valid()) entry.first = name.range;
    return entry;
  }

  const CheckedPolicy& policy_;
  const Reach& reach_;
  Diagnostics& diagnostics_;
  std::vector<StatecallUse> uses_;
  std::vector<bool> entered_;
  std::vector<const ast::Routine*> pending_;
};

}  // namespace

std::vector<StatecallUse> lint_text(const CheckedPolicy& policy, const Reach& reach,
                                    Diagnostics& diagnostics) {
  return Walk(policy, reach, diagnostics).run();
}

}  // namespace spl::lints
