#include "language_server/import_graph.hpp"

#include <algorithm>

namespace spl::lsp {

ImportGraph::ImportGraph(Workspace& workspace, const std::vector<std::string>& from) {
  for (const auto& path : from) add(workspace, path);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    // Copied, because files_ grows meanwhile.
    const auto path = files_[i].path;
    const auto index = files_[i].index;
    for (const auto& import : index->imports) {
      const auto target = add(workspace, beside(path, import.path));
      if (target == kNone) continue;
      imports_[i].push_back(target);
      importers_[target].push_back(i);
    }
  }
}

std::size_t ImportGraph::add(Workspace& workspace, const std::string& path) {
  const auto [at, added] = numbers_.emplace(path, kNone);
  if (!added) return at->second;
  if (files_.size() == kMaxFiles) {
    complete_ = false;
    return kNone;
  }
  auto index = workspace.index(path);
  if (index == nullptr) return kNone;
  at->second = files_.size();
  files_.push_back({path, std::move(index)});
  imports_.emplace_back();
  importers_.emplace_back();
  return at->second;
}

std::size_t ImportGraph::number(const std::string& path) const {
  const auto at = numbers_.find(path);
  return at == numbers_.end() ? kNone : at->second;
}

std::vector<std::size_t> ImportGraph::reached(const Lists& lists, std::size_t from) {
  std::vector<bool> seen(lists.size(), false);
  std::vector<std::size_t> all{from};
  seen[from] = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto next : lists[all[i]]) {
      if (!seen[next]) all.push_back(next);
      seen[next] = true;
    }
  }
  return all;
}

std::vector<std::size_t> ImportGraph::closure(std::size_t file) const {
  return reached(imports_, file);
}

std::vector<std::size_t> ImportGraph::tops(std::vector<std::size_t> among) const {
  std::sort(among.begin(), among.end(),
            [&](auto a, auto b) { return files_[a].path < files_[b].path; });
  std::vector<bool> covered(files_.size(), false);
  std::vector<std::size_t> result;
  const auto take = [&](std::size_t file) {
    result.push_back(file);
    for (const auto inner : closure(file)) covered[inner] = true;
  };
  for (const auto file : among) {
    const auto& by = importers_[file];
    if (std::all_of(by.begin(), by.end(), [&](auto i) { return i == file; })) take(file);
  }
  for (const auto file : among) {
    if (!covered[file]) take(file);
  }
  return result;
}

std::vector<std::size_t> ImportGraph::policies_with(std::size_t file) const {
  return tops(reached(importers_, file));
}

}  // namespace spl::lsp
