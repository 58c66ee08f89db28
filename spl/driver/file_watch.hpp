// Waiting until files change (inotify(7)).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace spl::driver {

/// Watches the directories of files, not the files: editors replace a file by another, and one that
/// is missing may come to be. What is only read or touched counts as well; whoever wants to know
/// compares texts.
class FileWatch {
 public:
  /// ok() is false, and why() says why, if the system gives none.
  FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();

  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }
  [[nodiscard]] const std::string& why() const { return why_; }
  /// For poll(2): readable when changed() is worth asking.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// From now on these files, by their paths. A directory that does not exist is watched for at the
  /// nearest one above it that does.
  void watch(const std::set<std::string>& paths);
  /// Takes what has happened since the last call: true if it may concern one of the files.
  [[nodiscard]] bool changed();

 private:
  int descriptor_ = -1;
  std::string why_;
  std::map<std::string, int> directories_;       // path -> watch descriptor
  std::map<int, std::set<std::string>> wanted_;  // watch descriptor -> names in it
};

}  // namespace spl::driver
