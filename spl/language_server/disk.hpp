// What a language server asks of the disk. Its owner answers, so that tests need none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "spl/parse.hpp"

namespace spl::lsp {

struct DirectoryEntry {
  enum class Kind : std::uint8_t { file, directory, other };
  std::string name;
  Kind kind = Kind::other;  // links are `other`, whatever they point to
  std::uint64_t size = 0;   // of a file, in bytes
};
/// What is in a directory, in any order and without "." and "..".
using DirectoryReader =
    std::function<std::variant<std::vector<DirectoryEntry>, ReadError>(const std::string& path)>;

/// All paths are absolute. Files may change between any two questions.
struct Disk {
  FileReader read;
  DirectoryReader list;
  /// The one name of a file that may have several (links); the path itself if that cannot be told.
  std::function<std::string(const std::string& path)> real_path;
};

}  // namespace spl::lsp
