// Edits are numbered in the order of a walk over the tree; edit k is made on a fresh parse, since
// trees cannot be copied.
#include "shrink.hpp"

#include <iterator>

#include "spl/parse.hpp"

namespace spl::test {
namespace {

class Editor {
 public:
  explicit Editor(std::size_t number) : left_(number) {}

  bool edit(ast::File& file) {
    auto& all = file.declarations;
    for (std::size_t i = 0; i < all.size() && !done_; ++i) {
      if (now()) {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
      }
      if (auto* routine = std::get_if<ast::Routine>(&all[i])) visit(*routine);
    }
    return done_;
  }

 private:
  /// True once: at the site of the edit that was asked for.
  bool now() {
    if (done_ || left_-- != 0) return false;
    done_ = true;
    return true;
  }

  void visit(ast::Routine& routine) {
    for (std::size_t i = 0; i < routine.params.size() && !done_; ++i) {
      if (now()) {
        routine.params.erase(routine.params.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      if (routine.params[i].initial && now()) routine.params[i].initial.reset();
      if (routine.params[i].bounds && now()) routine.params[i].bounds.reset();
    }
    visit(routine.body);
  }

  void visit(ast::Block& block) {
    auto& all = block.statements;
    for (std::size_t i = 0; i < all.size() && !done_; ++i) {
      const auto at = all.begin() + static_cast<std::ptrdiff_t>(i);
      if (now()) {
        all.erase(at);
        return;
      }
      for (auto* inner : blocks_of(all[i])) {
        if (!now()) continue;
        auto moved = std::move(inner->statements);
        const auto next = all.erase(at);
        all.insert(next, std::make_move_iterator(moved.begin()),
                   std::make_move_iterator(moved.end()));
        return;
      }
      std::visit([&](auto& s) { visit_inside(s); }, all[i].node);
    }
  }

  static std::vector<ast::Block*> blocks_of(ast::Statement& s) {
    std::vector<ast::Block*> result;
    std::visit(Overload{
                   [&](ast::AllowStmt& n) { result = {&n.body}; },
                   [&](ast::MultipleStmt& n) { result = {&n.body}; },
                   [&](ast::OptionalStmt& n) { result = {&n.body}; },
                   [&](ast::DoUntilStmt& n) { result = {&n.body}; },
                   [&](ast::WhileStmt& n) { result = {&n.body}; },
                   [&](ast::EitherStmt& n) {
                     for (auto& b : n.branches) result.push_back(&b.body);
                   },
                   [&](ast::DuringStmt& n) {
                     result = {&n.body};
                     for (auto& h : n.handles) result.push_back(&h);
                   },
                   [](auto&) {},
               },
               s.node);
    return result;
  }

  void visit_inside(ast::StatecallStmt&) {}
  void visit_inside(ast::ExitStmt&) {}
  void visit_inside(ast::AbortStmt&) {}
  void visit_inside(ast::CallStmt& s) {
    for (std::size_t i = 0; i < s.arguments.size() && !done_; ++i) {
      if (now()) s.arguments.erase(s.arguments.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  void visit_inside(ast::AssignStmt& s) { visit(s.value); }
  void visit_inside(ast::AllowStmt& s) {
    for (std::size_t i = 0; i < s.statecalls.size() && !done_; ++i) {
      if (now()) s.statecalls.erase(s.statecalls.begin() + static_cast<std::ptrdiff_t>(i));
    }
    visit(s.body);
  }
  void visit_inside(ast::MultipleStmt& s) {
    const bool bounded = s.low || s.high;
    if (bounded && now()) {
      s.low.reset();
      s.high.reset();
      s.exact = false;
    }
    if (s.low && !s.exact && *s.low > 0 && now()) --*s.low;
    if (s.high && !s.exact && *s.high > 0 && now()) --*s.high;
    visit(s.body);
  }
  void visit_inside(ast::OptionalStmt& s) { visit(s.body); }
  void visit_inside(ast::EitherStmt& s) {
    for (std::size_t i = 0; i < s.branches.size() && !done_; ++i) {
      if (s.branches.size() > 2 && now()) {
        s.branches.erase(s.branches.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      guard(s.branches[i].guard);
      visit(s.branches[i].body);
    }
  }
  void visit_inside(ast::DoUntilStmt& s) {
    guard(s.guard);
    visit(s.body);
  }
  void visit_inside(ast::WhileStmt& s) {
    guard(s.guard);
    visit(s.body);
  }
  void visit_inside(ast::DuringStmt& s) {
    visit(s.body);
    for (std::size_t i = 0; i < s.handles.size() && !done_; ++i) {
      if (now()) {
        s.handles.erase(s.handles.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      visit(s.handles[i]);
    }
  }

  void guard(ast::ExprPtr& e) {
    if (e == nullptr) return;
    if (now()) {
      e.reset();
      return;
    }
    visit(e);
  }
  void visit(ast::ExprPtr& e) {
    if (done_) return;
    if (auto* unary = std::get_if<ast::UnaryExpr>(&e->node)) {
      if (now()) {
        auto inner = std::move(unary->operand);
        e = std::move(inner);
      } else {
        visit(unary->operand);
      }
    } else if (auto* binary = std::get_if<ast::BinaryExpr>(&e->node)) {
      if (now()) {
        auto inner = std::move(binary->left);
        e = std::move(inner);
      } else if (now()) {
        auto inner = std::move(binary->right);
        e = std::move(inner);
      } else {
        visit(binary->left);
        visit(binary->right);
      }
    } else if (auto* number = std::get_if<ast::IntLiteral>(&e->node)) {
      if (number->value > 0 && now()) number->value /= 2;
    }
  }

  std::size_t left_;
  bool done_ = false;
};

}  // namespace

std::vector<std::string> smaller(const std::string& policy) {
  std::vector<std::string> result;
  for (std::size_t k = 0;; ++k) {
    SourceMap sources;
    Diagnostics diagnostics;
    auto file = parse_text(sources.add("shrinking", policy), sources, diagnostics);
    if (diagnostics.has_errors() || !Editor(k).edit(file)) return result;
    result.push_back(print(file));
  }
}

std::string shrink(std::string policy, const std::function<bool(const std::string&)>& fails) {
  for (bool progress = true; progress;) {
    progress = false;
    for (auto& candidate : smaller(policy)) {
      if (!fails(candidate)) continue;
      policy = std::move(candidate);
      progress = true;
      break;
    }
  }
  return policy;
}

}  // namespace spl::test
