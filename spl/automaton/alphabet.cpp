// The alphabet of an automaton (language.md section 6). It depends on the text alone: what no run
// reaches is mentioned all the same, and so is refused rather than ignored.
#include "automaton/alphabet.hpp"

#include <algorithm>

namespace spl {
namespace {

class Alphabet {
 public:
  explicit Alphabet(const CheckedPolicy& policy)
      : policy_(policy), seen_(policy.functions.size(), false) {}

  std::vector<StatecallId> of(const ast::Routine& routine) {
    visit(routine.body);
    // Functions are walked from a work list: chains of calls may be long.
    while (!pending_.empty()) {
      const auto* next = pending_.back();
      pending_.pop_back();
      visit(next->body);
    }
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  void mention(const ast::Name& name) { found_.push_back(*policy_.vocabulary.find(name.text)); }
  void visit(const ast::Block& block) {
    for (const auto& statement : block.statements) {
      std::visit(Overload{
                     [&](const ast::StatecallStmt& s) { mention(s.statecall); },
                     [&](const ast::CallStmt& s) { call(s.callee.text); },
                     [&](const ast::AllowStmt& s) {
                       for (const auto& name : s.statecalls) mention(name);
                       visit(s.body);
                     },
                     [&](const ast::MultipleStmt& s) { visit(s.body); },
                     [&](const ast::OptionalStmt& s) { visit(s.body); },
                     [&](const ast::EitherStmt& s) {
                       for (const auto& branch : s.branches) visit(branch.body);
                     },
                     [&](const ast::DoUntilStmt& s) { visit(s.body); },
                     [&](const ast::WhileStmt& s) { visit(s.body); },
                     [&](const ast::DuringStmt& s) {
                       visit(s.body);
                       for (const auto& handle : s.handles) visit(handle);
                     },
                     [](const ast::AssignStmt&) {},
                     [](const ast::ExitStmt&) {},
                     [](const ast::AbortStmt&) {},
                 },
                 statement.node);
    }
  }
  void call(const std::string& name) {
    const auto function = *policy_.find_function(name);
    if (seen_[function]) return;
    seen_[function] = true;
    pending_.push_back(policy_.functions[function]);
  }

  const CheckedPolicy& policy_;
  std::vector<bool> seen_;
  std::vector<const ast::Routine*> pending_;
  std::vector<StatecallId> found_;
};

}  // namespace

std::vector<StatecallId> alphabet_of(const CheckedPolicy& policy, const ast::Routine& automaton) {
  return Alphabet(policy).of(automaton);
}

}  // namespace spl
