#include "language_server/uses.hpp"

#include <fmt/format.h>

#include <set>

#include "language_server/import_graph.hpp"

namespace spl::lsp {
namespace {

class Search {
 public:
  Search(Workspace& workspace, const std::vector<std::string>& files, Uses& uses)
      : workspace_(workspace), graph_(workspace, files), uses_(uses) {}

  void run(const std::string& path) {
    spread_from(graph_.number(path));
    while (!waiting_.empty()) {
      const auto file = waiting_.back();
      waiting_.pop_back();
      for (const auto policy : graph_.policies_with(file)) {
        if (policies_.insert(policy).second) look_into(policy);
      }
    }
    for (const auto& policy : uses_.policies) {
      for (const auto& found : policy.find(uses_.symbol)) add(found);
    }
    for (const auto& [where, found] : places_) uses_.places.push_back(found);
    if (!graph_.complete()) uses_.unknown.emplace_back("some imports: there are too many files");
  }

 private:
  void spread_from(std::size_t file) {
    if (file != kNone && files_.insert(file).second) waiting_.push_back(file);
  }

  void look_into(std::size_t policy) {
    Project project;
    for (const auto file : graph_.closure(policy)) project.files.push_back(graph_.files()[file]);
    for (const auto& found : project.find(uses_.symbol)) {
      spread_from(graph_.number(found.file->path));
    }
    for (const auto& file : project.files) {
      for (const auto& import : file.index->imports) missing(beside(file.path, import.path));
    }
    uses_.policies.push_back(std::move(project));
  }

  void missing(const std::string& path) {
    if (graph_.number(path) != kNone || !missing_.insert(path).second) return;
    const auto why = workspace_.unreadable(path);
    if (!why.empty()) uses_.unknown.push_back(fmt::format("'{}' ({})", path, why));
  }

  void add(const Project::Found& found) {
    places_.emplace(std::pair(found.file->path, found.occurrence->at), found);
  }

  Workspace& workspace_;
  ImportGraph graph_;
  Uses& uses_;
  std::set<std::size_t> files_;  // in which the name stands
  std::vector<std::size_t> waiting_;
  std::set<std::size_t> policies_;
  std::set<std::string> missing_;
  std::map<std::pair<std::string, Span>, Project::Found> places_;
};

}  // namespace

Uses find_uses(Workspace& workspace, const ProjectFile& file, Symbol symbol) {
  auto all = workspace.all_files();
  all.files.push_back(file.path);
  Uses uses;
  uses.symbol = std::move(symbol);
  uses.unknown = std::move(all.left_out);
  Search(workspace, all.files, uses).run(file.path);
  return uses;
}

}  // namespace spl::lsp
