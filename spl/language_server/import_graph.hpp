// Which files import which.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "language_server/workspace.hpp"

namespace spl::lsp {

/// Some files and all that they import, each known by a number. What cannot be read is not there.
class ImportGraph {
 public:
  ImportGraph(Workspace& workspace, const std::vector<std::string>& from);

  [[nodiscard]] const std::vector<ProjectFile>& files() const { return files_; }
  /// kNone if it is not among them.
  [[nodiscard]] std::size_t number(const std::string& path) const;
  /// A file and all that it imports; itself first.
  [[nodiscard]] std::vector<std::size_t> closure(std::size_t file) const;
  /// Whose closures hold the file, but only those that no other file imports: the policies that it
  /// is part of. Files that import each other have no such one; the first of them then stands for
  /// them all.
  [[nodiscard]] std::vector<std::size_t> policies_with(std::size_t file) const;
  /// Those of some files whose closures hold them all: by path, those that nothing imports first.
  [[nodiscard]] std::vector<std::size_t> tops(std::vector<std::size_t> among) const;
  /// False if there were more files than kMaxFiles.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  static constexpr std::size_t kMaxFiles = 10'000;
  using Lists = std::vector<std::vector<std::size_t>>;
  [[nodiscard]] static std::vector<std::size_t> reached(const Lists& lists, std::size_t from);
  std::size_t add(Workspace& workspace, const std::string& path);

  std::vector<ProjectFile> files_;
  std::map<std::string, std::size_t> numbers_;
  Lists imports_;
  Lists importers_;
  bool complete_ = true;
};

}  // namespace spl::lsp
