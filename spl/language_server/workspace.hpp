// The policies that an editor has open, and what they import.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "language_server/document.hpp"
#include "language_server/file_index.hpp"
#include "spl/diagnostic.hpp"
#include "spl/parse.hpp"

namespace spl::lsp {

/// A text as the editor has it.
struct OpenDocument {
  std::string uri;  // as the editor writes it
  std::int64_t version = 0;
  std::string text;
};

/// Where something stands.
struct Location {
  std::string path;
  Span at;
  friend auto operator<=>(const Location&, const Location&) = default;
};

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

/// What a compilation of one open policy said, by file.
struct Analysis {
  SourceMap sources;
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> paths;  // by FileId
};

class Workspace {
 public:
  /// `reader` reads what is not open.
  explicit Workspace(FileReader reader) : reader_(std::move(reader)) {}

  void open(const std::string& path, OpenDocument document);
  void change(const std::string& path, std::int64_t version, std::string text);
  void close(const std::string& path);
  [[nodiscard]] const OpenDocument* document(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, OpenDocument>& documents() const { return open_; }

  /// The address of a file: as the editor writes it if it is open.
  [[nodiscard]] std::string uri(const std::string& path) const;
  /// The names of a file, or nullptr if it cannot be read.
  [[nodiscard]] std::shared_ptr<const FileIndex> index(const std::string& path);
  /// nullopt if the file cannot be read.
  [[nodiscard]] std::optional<Project> project(const std::string& path);
  /// The file and all that it imports.
  [[nodiscard]] std::vector<ProjectFile> imported(const std::string& path);
  /// The open policies that no other open policy imports.
  [[nodiscard]] std::vector<std::string> roots();
  /// The first open policy that imports the file, or the file itself.
  [[nodiscard]] std::string root_of(const std::string& path);
  /// Reads, checks and lints a policy, as `splc check` does.
  [[nodiscard]] std::shared_ptr<const Analysis> analyse(const std::string& path);
  /// Open files whose text on the disk is another, among those that the policy imports.
  [[nodiscard]] std::vector<std::string> unsaved_imports(const std::string& path);

 private:
  [[nodiscard]] std::variant<std::string, ReadError> read(const std::string& path) const;

  FileReader reader_;
  std::map<std::string, OpenDocument> open_;
  std::map<std::string, std::shared_ptr<const FileIndex>> indexes_;
};

/// The path of an imported file.
[[nodiscard]] std::string beside(const std::string& importer, const std::string& path);

}  // namespace spl::lsp
