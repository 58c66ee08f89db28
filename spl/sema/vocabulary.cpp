// The vocabulary: every statecall declared or used, with dense ids in the order of their names
// (rule 6 of language.md section 4).
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sema/rules.hpp"
#include "sema/visit.hpp"

namespace spl {

std::optional<StatecallId> Vocabulary::find(std::string_view name) const {
  const auto at = std::lower_bound(
      statecalls_.begin(), statecalls_.end(), name,
      [](const Statecall& statecall, std::string_view wanted) { return statecall.name < wanted; });
  if (at == statecalls_.end() || at->name != name) return std::nullopt;
  return StatecallId{static_cast<std::uint32_t>(at - statecalls_.begin())};
}

namespace sema {
namespace {

class VocabularyBuilder {
 public:
  explicit VocabularyBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void declare(const ast::StatecallsDecl& declaration) {
    has_declaration_ = true;
    std::map<std::string_view, SourceRange> here;
    for (const auto& name : declaration.names) {
      const auto [first, is_new] = here.try_emplace(name.text, name.range);
      if (!is_new) duplicate(name, first->second);
      auto [entry, added] = statecalls_.try_emplace(name.text);
      if (added) entry->second = {name.text, name.range, true, 0};
    }
  }

  void use(const ast::Routine& routine) {
    for_each_statement(routine.body, [&](const ast::Statement& statement) {
      if (const auto* s = std::get_if<ast::StatecallStmt>(&statement.node)) use(s->statecall);
      if (const auto* s = std::get_if<ast::AllowStmt>(&statement.node)) use(*s);
    });
  }

  Vocabulary finish() {
    if (has_declaration_) report_undeclared();
    std::vector<Statecall> all;
    all.reserve(statecalls_.size());
    for (auto& [name, statecall] : statecalls_) all.push_back(std::move(statecall));
    return Vocabulary(std::move(all));
  }

 private:
  void use(const ast::Name& name) {
    auto [entry, added] = statecalls_.try_emplace(name.text);
    if (added) entry->second = {name.text, name.range, false, 0};
    ++entry->second.uses;
  }

  void use(const ast::AllowStmt& allow) {
    std::map<std::string_view, SourceRange> here;
    for (const auto& name : allow.statecalls) {
      const auto [first, is_new] = here.try_emplace(name.text, name.range);
      if (!is_new) duplicate(name, first->second);
      use(name);
    }
  }

  void duplicate(const ast::Name& name, SourceRange first) {
    diagnostics_.report(DiagnosticCode::duplicate_in_list, name.range,
                        fmt::format("'{}' stands in this list twice", name.text),
                        "remove one of the two", {{first, "the first one is here"}});
  }

  void report_undeclared() {
    std::vector<std::string> declared;
    for (const auto& [name, statecall] : statecalls_) {
      if (statecall.declared) declared.push_back(statecall.name);
    }
    std::vector<const Statecall*> undeclared;
    for (const auto& [name, statecall] : statecalls_) {
      if (!statecall.declared) undeclared.push_back(&statecall);
    }
    std::sort(undeclared.begin(), undeclared.end(),
              [](const Statecall* a, const Statecall* b) { return a->first_use < b->first_use; });
    for (const auto* statecall : undeclared) {
      auto hint = did_you_mean(statecall->name, declared, diagnostics_);
      if (hint.empty()) hint = "add it to the 'statecalls' declaration";
      diagnostics_.report(DiagnosticCode::undeclared_statecall, statecall->first_use,
                          fmt::format("statecall '{}' is not declared", statecall->name), hint);
    }
  }

  Diagnostics& diagnostics_;
  std::map<std::string, Statecall, std::less<>> statecalls_;
  bool has_declaration_ = false;
};

}  // namespace

void check_vocabulary(CheckedPolicy& policy, Diagnostics& diagnostics) {
  VocabularyBuilder builder(diagnostics);
  for (const auto& file : policy.tree->files) {
    for (const auto& declaration : file.declarations) {
      if (const auto* d = std::get_if<ast::StatecallsDecl>(&declaration)) builder.declare(*d);
    }
  }
  for (const auto* routine : routines(policy)) builder.use(*routine);
  policy.vocabulary = builder.finish();
}

}  // namespace sema
}  // namespace spl
