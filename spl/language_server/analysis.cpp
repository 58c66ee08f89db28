#include "language_server/analysis.hpp"

#include "language_server/server.hpp"
#include "language_server/workspace.hpp"
#include "spl/automaton.hpp"
#include "spl/lint.hpp"
#include "spl/sema.hpp"

namespace spl::lsp {

bool same_texts(const Snapshot& a, const Snapshot& b) {
  const auto same = [](const auto& x, const auto& y) {
    if (x.first != y.first || x.second.index() != y.second.index()) return false;
    if (std::holds_alternative<std::string>(x.second)) return x.second == y.second;
    const auto& one = std::get<0>(x.second);
    const auto& other = std::get<0>(y.second);
    return one == other || one->text == other->text;
  };
  return std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(), same);
}

std::shared_ptr<const Analysis> analyse(const std::string& path, const Snapshot& texts,
                                        const std::function<bool()>& stopped) {
  auto result = std::make_shared<Analysis>();
  Diagnostics diagnostics;
  const FileReader reader = [&](const std::string& wanted) -> std::variant<std::string, ReadError> {
    const auto at = texts.files.find(normal_path(wanted));
    if (at == texts.files.end()) return ReadError{"too many files belong to this policy"};
    if (const auto* why = std::get_if<std::string>(&at->second)) return ReadError{*why};
    return std::get<0>(at->second)->text;
  };
  const auto tree = parse_policy(path, reader, result->sources, diagnostics);
  if (!stopped() && !diagnostics.has_language_errors()) {
    const auto checked = check(tree, result->sources, diagnostics);
    if (checked && !stopped() && !diagnostics.has_language_errors()) {
      const auto program = lower(*checked, diagnostics);
      if (program && !diagnostics.has_language_errors()) {
        LintLimits limits;
        limits.stopped = stopped;
        lint(*program, *checked, diagnostics, limits);
      }
    }
  }
  if (stopped()) return nullptr;
  diagnostics.sort();
  result->diagnostics = diagnostics.all();
  for (std::size_t i = 0; i < result->sources.size(); ++i) {
    result->paths.push_back(normal_path(result->sources.name(static_cast<FileId>(i))));
  }
  return result;
}

std::shared_ptr<const Analysis> run_check(const CheckJob& job, const std::atomic<bool>& stop) {
  return analyse(job.policy, *job.texts, [&stop] { return stop.load(std::memory_order_relaxed); });
}

}  // namespace spl::lsp
