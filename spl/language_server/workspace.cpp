#include "language_server/workspace.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "language_server/uri.hpp"
#include "spl/automaton.hpp"
#include "spl/lint.hpp"
#include "spl/sema.hpp"

namespace spl::lsp {
namespace {

constexpr std::size_t kMaxFiles = 2000;  // of one project

std::string normal(const std::string& path) {
  if (!path.starts_with('/')) return path;
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

std::string beside(const std::string& importer, const std::string& path) {
  const auto slash = importer.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return normal(path);
  return normal(importer.substr(0, slash + 1) + path);
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

std::string Workspace::uri(const std::string& path) const {
  const auto* open = document(path);
  return open != nullptr ? open->uri : uri_of(path);
}

std::variant<std::string, ReadError> Workspace::read(const std::string& path) const {
  const auto at = normal(path);
  if (const auto* open = document(at)) return open->text;
  if (!at.starts_with('/')) return ReadError{"it is not open in the editor, and no file"};
  return reader_(at);
}

std::shared_ptr<const FileIndex> Workspace::index(const std::string& path) {
  auto text = read(path);
  auto* content = std::get_if<std::string>(&text);
  if (content == nullptr) return nullptr;
  auto& kept = indexes_[path];
  if (kept == nullptr || kept->text != *content) {
    kept = std::make_shared<const FileIndex>(index_file(std::move(*content)));
  }
  return kept;
}

std::vector<ProjectFile> Workspace::imported(const std::string& path) {
  std::vector<ProjectFile> files;
  std::set<std::string> seen{path};
  std::vector<std::string> waiting{path};
  while (!waiting.empty() && files.size() < kMaxFiles) {
    const auto next = std::move(waiting.back());
    waiting.pop_back();
    const auto found = index(next);
    if (found == nullptr) continue;
    files.push_back({next, found});
    for (const auto& import : found->imports) {
      auto target = beside(next, import.path);
      if (seen.insert(target).second) waiting.push_back(std::move(target));
    }
  }
  return files;
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
  std::set<std::string> inner;
  for (const auto& [path, document] : open_) {
    for (const auto& file : imported(path)) {
      if (file.path != path) inner.insert(file.path);
    }
  }
  std::vector<std::string> result;
  for (const auto& [path, document] : open_) {
    if (!inner.contains(path)) result.push_back(path);
  }
  // Files that import each other have no root; each then stands for itself.
  if (result.empty()) {
    for (const auto& [path, document] : open_) result.push_back(path);
  }
  return result;
}

std::string Workspace::root_of(const std::string& path) {
  for (const auto& root : roots()) {
    for (const auto& file : imported(root)) {
      if (file.path == path) return root;
    }
  }
  return path;
}

std::shared_ptr<const Analysis> Workspace::analyse(const std::string& path) {
  auto result = std::make_shared<Analysis>();
  Diagnostics diagnostics;
  const FileReader reader = [this](const std::string& wanted) { return read(wanted); };
  const auto tree = parse_policy(path, reader, result->sources, diagnostics);
  if (!diagnostics.has_language_errors()) {
    const auto checked = check(tree, result->sources, diagnostics);
    if (checked && !diagnostics.has_language_errors()) {
      const auto program = lower(*checked, diagnostics);
      if (program && !diagnostics.has_language_errors()) lint(*program, *checked, diagnostics);
    }
  }
  diagnostics.sort();
  result->diagnostics = diagnostics.all();
  for (std::size_t i = 0; i < result->sources.size(); ++i) {
    result->paths.push_back(normal(result->sources.name(static_cast<FileId>(i))));
  }
  return result;
}

std::vector<std::string> Workspace::unsaved_imports(const std::string& path) {
  std::vector<std::string> result;
  for (const auto& file : imported(path)) {
    if (file.path == path || document(file.path) == nullptr) continue;
    const auto saved = reader_(file.path);
    const auto* text = std::get_if<std::string>(&saved);
    if (text == nullptr || *text != file.index->text) result.push_back(file.path);
  }
  return result;
}

std::optional<Symbol> Project::resolve(const FileIndex& file, const Occurrence& o) const {
  if (o.kind == NameKind::statecall || o.kind == NameKind::property) {
    return Symbol{o.kind, o.name, {}};
  }
  if (o.kind != NameKind::variable) {
    const auto found = routine(o.name);
    if (found.routine == nullptr) return std::nullopt;
    return Symbol{
        found.routine->is_automaton ? NameKind::automaton : NameKind::function, o.name, {}};
  }
  if (o.routine != kNone) {
    const auto& owner = file.routines[o.routine];
    const auto& params = owner.parameters;
    const bool known = std::any_of(params.begin(), params.end(),
                                   [&](const Parameter& p) { return p.name == o.name; });
    if (!known) return std::nullopt;
    return Symbol{NameKind::variable, o.name, owner.name};
  }
  if (!o.owner.empty()) return Symbol{NameKind::variable, o.name, o.owner};
  const auto all = owners(o.name);
  if (all.size() != 1) return std::nullopt;
  return Symbol{NameKind::variable, o.name, all.front()};
}

std::vector<Project::Found> Project::find(const Symbol& symbol) const {
  std::vector<Found> result;
  for (const auto& file : files) {
    for (const auto& o : file.index->occurrences) {
      if (o.name == symbol.name && resolve(*file.index, o) == symbol) {
        result.push_back({&file, &o});
      }
    }
  }
  return result;
}

Project::FoundRoutine Project::routine(std::string_view name) const {
  if (name.empty()) return {};
  for (const auto& file : files) {
    for (const auto& routine : file.index->routines) {
      if (routine.name == name) return {&file, &routine};
    }
  }
  return {};
}

std::vector<std::string> Project::owners(std::string_view variable) const {
  std::vector<std::string> result;
  for (const auto& file : files) {
    for (const auto& routine : file.index->routines) {
      if (!routine.is_automaton) continue;
      for (const auto& p : routine.parameters) {
        if (p.name == variable) result.push_back(routine.name);
      }
    }
  }
  return result;
}

}  // namespace spl::lsp
