// The policies that an editor has open, those in its folders, and what they import.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "language_server/analysis.hpp"
#include "language_server/disk.hpp"
#include "language_server/document.hpp"
#include "language_server/folders.hpp"
#include "language_server/project.hpp"

namespace spl::lsp {

/// A text as the editor has it.
struct OpenDocument {
  std::string uri;  // as the editor writes it
  std::int64_t version = 0;
  std::string text;
};

class Workspace {
 public:
  /// `disk` is for what is not open.
  explicit Workspace(Disk disk) : disk_(std::move(disk)) {}

  void open(const std::string& path, OpenDocument document);
  void change(const std::string& path, std::int64_t version, std::string text);
  void close(const std::string& path);
  [[nodiscard]] const OpenDocument* document(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, OpenDocument>& documents() const { return open_; }

  void add_folder(const std::string& path);
  void remove_folder(const std::string& path);
  /// Somebody tells of every policy that comes or goes in the folders: they need not be searched
  /// each time.
  void watch() { watched_ = true; }
  void files_came_or_went() { found_.reset(); }
  /// The open documents and the policies in the folders, and what of the folders is not known.
  [[nodiscard]] FolderFiles all_files();

  /// The address of a file: as the editor writes it if it is open.
  [[nodiscard]] std::string uri(const std::string& path) const;
  /// The one name of a file, whatever links lead to it.
  [[nodiscard]] std::string real_path(const std::string& path) const;
  /// Why a file cannot be read; "" if it can be.
  [[nodiscard]] std::string unreadable(const std::string& path) const;
  /// The names of a file, or nullptr if it cannot be read.
  [[nodiscard]] std::shared_ptr<const FileIndex> index(const std::string& path);
  /// nullopt if the file cannot be read.
  [[nodiscard]] std::optional<Project> project(const std::string& path);
  /// The file and all that it imports.
  [[nodiscard]] std::vector<ProjectFile> imported(const std::string& path);
  /// The same, to be checked.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot(const std::string& path);
  /// The open policies that no other open policy imports.
  [[nodiscard]] std::vector<std::string> roots();
  /// The first open policy that imports the file, or the file itself.
  [[nodiscard]] std::string root_of(const std::string& path);
  /// Open files whose text on the disk is another, among those that the policy imports.
  [[nodiscard]] std::vector<std::string> unsaved_imports(const std::string& path);

 private:
  [[nodiscard]] std::variant<std::string, ReadError> read(const std::string& path) const;

  Disk disk_;
  std::map<std::string, OpenDocument> open_;
  std::map<std::string, std::shared_ptr<const FileIndex>> indexes_;
  std::vector<std::string> folders_;
  bool watched_ = false;
  std::optional<FolderFiles> found_;  // of the folders; kept while they are watched
};

/// The path of an imported file.
[[nodiscard]] std::string beside(const std::string& importer, const std::string& path);
/// An absolute path without "." and ".." parts; any other as it is.
[[nodiscard]] std::string normal_path(const std::string& path);

}  // namespace spl::lsp
