// Files that belong together, and what the names in them mean.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language_server/file_index.hpp"

namespace spl::lsp {

/// A file among those that belong together.
struct ProjectFile {
  std::string path;
  std::shared_ptr<const FileIndex> index;
};

/// What one name means: a name and, for a variable, whose it is. Functions and automata share one
/// name space.
struct Symbol {
  NameKind kind = NameKind::statecall;
  std::string name;
  std::string owner;  // of a variable: its routine
  friend bool operator==(const Symbol&, const Symbol&) = default;
};

/// All files of the open policies that a file belongs to: those that import it, and all that they
/// import. The file itself comes first.
struct Project {
  std::vector<ProjectFile> files;

  [[nodiscard]] const FileIndex& front() const { return *files.front().index; }
  [[nodiscard]] std::optional<Symbol> resolve(const FileIndex& file, const Occurrence& o) const;
  /// Every place that means the symbol, by file, ascending within each.
  struct Found {
    const ProjectFile* file = nullptr;
    const Occurrence* occurrence = nullptr;
  };
  [[nodiscard]] std::vector<Found> find(const Symbol& symbol) const;
  /// A routine of that name, with its file; {nullptr, nullptr} if there is none.
  struct FoundRoutine {
    const ProjectFile* file = nullptr;
    const RoutineEntry* routine = nullptr;
  };
  [[nodiscard]] FoundRoutine routine(std::string_view name) const;
  /// The automata that have a variable of that name.
  [[nodiscard]] std::vector<std::string> owners(std::string_view variable) const;
};

}  // namespace spl::lsp
