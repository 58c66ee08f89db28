#include "language_server/workspace.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "language_server/import_graph.hpp"
#include "language_server/uri.hpp"

namespace spl::lsp {
namespace {

constexpr std::size_t kMaxFiles = 2000;  // of one project

}  // namespace

std::string normal_path(const std::string& path) {
  if (!path.starts_with('/')) return path;
  return std::filesystem::path(path).lexically_normal().string();
}

std::string beside(const std::string& importer, const std::string& path) {
  const auto slash = importer.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return normal_path(path);
  return normal_path(importer.substr(0, slash + 1) + path);
}

void Workspace::open(const std::string& path, OpenDocument document) {
  open_[path] = std::move(document);
}

void Workspace::change(const std::string& path, std::int64_t version, std::string text) {
  const auto at = open_.find(path);
  if (at == open_.end()) return;
  at->second.version = version;
  at->second.text = std::move(text);
}

void Workspace::close(const std::string& path) {
  open_.erase(path);
  indexes_.erase(path);
}

const OpenDocument* Workspace::document(const std::string& path) const {
  const auto at = open_.find(path);
  return at == open_.end() ? nullptr : &at->second;
}

void Workspace::add_folder(const std::string& path) {
  // What is no file is nowhere on the disk.
  if (!path.starts_with('/')) return;
  auto folder = path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (std::find(folders_.begin(), folders_.end(), folder) == folders_.end()) {
    folders_.push_back(std::move(folder));
  }
  files_came_or_went();
}

void Workspace::remove_folder(const std::string& path) {
  auto folder = path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  std::erase(folders_, folder);
  files_came_or_went();
}

FolderFiles Workspace::all_files() {
  if (!found_ || !watched_) found_ = find_policies(folders_, disk_.list);
  auto all = *found_;
  for (const auto& [path, document] : open_) all.files.push_back(path);
  std::sort(all.files.begin(), all.files.end());
  all.files.erase(std::unique(all.files.begin(), all.files.end()), all.files.end());
  return all;
}

std::string Workspace::uri(const std::string& path) const {
  const auto* open = document(path);
  return open != nullptr ? open->uri : uri_of(path);
}

std::string Workspace::real_path(const std::string& path) const {
  return path.starts_with('/') ? disk_.real_path(path) : path;
}

std::variant<std::string, ReadError> Workspace::read(const std::string& path) const {
  const auto at = normal_path(path);
  if (const auto* open = document(at)) return open->text;
  if (!at.starts_with('/')) return ReadError{"it is not open in the editor, and no file"};
  return disk_.read(at);
}

std::string Workspace::unreadable(const std::string& path) const {
  const auto text = read(path);
  const auto* error = std::get_if<ReadError>(&text);
  return error == nullptr ? std::string() : error->reason;
}

std::shared_ptr<const FileIndex> Workspace::index(const std::string& path) {
  auto text = read(path);
  auto* content = std::get_if<std::string>(&text);
  if (content == nullptr) {
    indexes_.erase(path);
    return nullptr;
  }
  auto& kept = indexes_[path];
  if (kept == nullptr || kept->text != *content) {
    kept = std::make_shared<const FileIndex>(index_file(std::move(*content)));
  }
  return kept;
}

std::vector<ProjectFile> Workspace::imported(const std::string& path) {
  std::vector<ProjectFile> files;
  const auto texts = snapshot(path);
  for (const auto& [name, file] : texts->files) {
    if (const auto* index = std::get_if<0>(&file)) files.push_back({name, *index});
  }
  return files;
}

std::shared_ptr<const Snapshot> Workspace::snapshot(const std::string& path) {
  auto result = std::make_shared<Snapshot>();
  std::vector<std::string> waiting{path};
  std::set<std::string> seen{path};
  while (!waiting.empty() && result->files.size() < kMaxFiles) {
    const auto next = std::move(waiting.back());
    waiting.pop_back();
    const auto found = index(next);
    if (found == nullptr) {
      result->files.emplace(next, unreadable(next));
      continue;
    }
    result->files.emplace(next, found);
    for (const auto& import : found->imports) {
      auto target = beside(next, import.path);
      if (seen.insert(target).second) waiting.push_back(std::move(target));
    }
  }
  return result;
}

std::optional<Project> Workspace::project(const std::string& path) {
  const auto own = index(path);
  if (own == nullptr) return std::nullopt;
  std::map<std::string, std::shared_ptr<const FileIndex>> all;
  const auto collect = [&](std::vector<ProjectFile> files) {
    for (auto& file : files) all.emplace(file.path, file.index);
  };
  collect(imported(path));
  for (const auto& [root, document] : open_) {
    auto files = imported(root);
    const bool has = std::any_of(files.begin(), files.end(),
                                 [&](const ProjectFile& f) { return f.path == path; });
    if (has) collect(std::move(files));
  }
  Project project;
  project.files.push_back({path, own});
  all.erase(path);
  for (const auto& [name, found] : all) project.files.push_back({name, found});
  return project;
}

std::vector<std::string> Workspace::roots() {
  std::vector<std::string> open;
  for (const auto& [path, document] : open_) open.push_back(path);
  const ImportGraph graph(*this, open);
  std::vector<std::size_t> numbers;
  for (const auto& path : open) {
    if (graph.number(path) != kNone) numbers.push_back(graph.number(path));
  }
  std::vector<std::string> result;
  for (const auto root : graph.tops(std::move(numbers))) {
    result.push_back(graph.files()[root].path);
  }
  return result;
}

std::string Workspace::root_of(const std::string& path) {
  for (const auto& root : roots()) {
    const auto files = imported(root);
    const bool has = std::any_of(files.begin(), files.end(),
                                 [&](const ProjectFile& f) { return f.path == path; });
    if (has) return root;
  }
  return path;
}

std::vector<std::string> Workspace::unsaved_imports(const std::string& path) {
  std::vector<std::string> result;
  for (const auto& file : imported(path)) {
    if (file.path == path || document(file.path) == nullptr) continue;
    const auto saved = disk_.read(file.path);
    const auto* text = std::get_if<std::string>(&saved);
    if (text == nullptr || *text != file.index->text) result.push_back(file.path);
  }
  return result;
}

}  // namespace spl::lsp
