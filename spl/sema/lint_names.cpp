// Lints about names: declared but unused statecalls, and statecalls that look like misspellings of
// each other (rules 6 and 7 of language.md section 4).
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "sema/rules.hpp"

namespace spl::sema {
namespace {

bool has_declaration(const CheckedPolicy& policy) {
  for (const auto& file : policy.tree->files) {
    for (const auto& declaration : file.declarations) {
      if (std::holds_alternative<ast::StatecallsDecl>(declaration)) return true;
    }
  }
  return false;
}

/// One insertion, deletion, substitution or exchange of neighbours apart. Names of one letter have
/// nothing in common that could make one a slip for the other.
bool at_distance_one(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() - b.size() > 1 || a == b || a.size() == 1) return false;
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const std::string_view rest_a(x, a.end());
  const std::string_view rest_b(y, b.end());
  if (a.size() != b.size()) return rest_a.substr(1) == rest_b;
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
         rest_a.substr(2) == rest_b.substr(2);
}

std::string parts_in_order(std::string_view name) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto bar = name.find('_');
    parts.push_back(name.substr(0, bar));
    if (bar == std::string_view::npos) break;
    name.remove_prefix(bar + 1);
  }
  std::sort(parts.begin(), parts.end());
  std::string key;
  for (const auto part : parts) (key += part) += '_';
  return key;
}

/// Finds pairs without comparing all with all: names at distance one have a common string among
/// themselves and their one-letter deletions.
class SimilarNames {
 public:
  /// A name seen before that `name` may be a misspelling of, or nullptr. Remembers `name`.
  const Statecall* add(const Statecall& statecall) {
    const auto* similar = find_by_letters(statecall);
    auto [first, is_new] = by_parts_.try_emplace(parts_in_order(statecall.name), &statecall);
    if (similar == nullptr && !is_new) similar = first->second;
    return similar;
  }

 private:
  // Names that differ at one place only (S1, S2, ...) share a bucket: a few suffice to find one.
  static constexpr std::size_t kMaxBucket = 8;
  // A longer name costs quadratic space in its deletions, and nobody types it.
  static constexpr std::size_t kMaxName = 200;

  const Statecall* find_by_letters(const Statecall& statecall) {
    if (statecall.name.size() > kMaxName) return nullptr;
    const Statecall* similar = nullptr;
    for (std::size_t cut = 0; cut <= statecall.name.size(); ++cut) {
      auto variant = statecall.name;
      if (cut < variant.size()) variant.erase(cut, 1);
      auto& bucket = by_deletion_[variant];
      for (const auto* other : bucket) {
        if (similar == nullptr && at_distance_one(other->name, statecall.name)) similar = other;
      }
      if (bucket.size() < kMaxBucket) bucket.push_back(&statecall);
    }
    return similar;
  }

  std::unordered_map<std::string, std::vector<const Statecall*>> by_deletion_;
  std::unordered_map<std::string, const Statecall*> by_parts_;
};

void lint_similar(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  std::vector<const Statecall*> once;
  for (const auto& statecall : policy.vocabulary.all()) {
    if (statecall.uses == 1) once.push_back(&statecall);
  }
  std::sort(once.begin(), once.end(),
            [](const Statecall* a, const Statecall* b) { return a->first_use < b->first_use; });
  SimilarNames names;
  for (const auto* statecall : once) {
    const auto* similar = names.add(*statecall);
    if (similar == nullptr) continue;
    diagnostics.report(
        DiagnosticCode::similar_statecalls, statecall->first_use,
        fmt::format("'{}' and '{}' differ little and are used once each", statecall->name,
                    similar->name),
        Hint(fmt::format("did you mean '{}'? if both are meant, declare them: statecalls {{ ... }}",
                         similar->name),
             similar->name),
        {{similar->first_use, "the other one is here"}});
  }
}

}  // namespace

void lint_names(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  if (!has_declaration(policy)) {
    lint_similar(policy, diagnostics);
    return;
  }
  for (const auto& statecall : policy.vocabulary.all()) {
    if (!statecall.declared || statecall.uses != 0) continue;
    diagnostics.report(DiagnosticCode::unused_statecall, statecall.first_use,
                       fmt::format("statecall '{}' is declared but never used", statecall.name),
                       "use it or remove it from the declaration");
  }
}

}  // namespace spl::sema
