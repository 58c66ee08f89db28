#include "driver/workspace_disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace spl::driver {
namespace {

using lsp::DirectoryEntry;

std::variant<std::string, ReadError> read_regular(const std::string& path) {
  static const auto read = disk_reader();
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return ReadError{std::strerror(errno)};
  if (S_ISDIR(info.st_mode)) return ReadError{"it is a directory"};
  if (!S_ISREG(info.st_mode)) return ReadError{"it is no regular file"};
  return read(path);
}

std::variant<std::vector<DirectoryEntry>, ReadError> list(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
  if (directory == nullptr) return ReadError{std::strerror(errno)};
  std::vector<DirectoryEntry> entries;
  for (errno = 0; const auto* entry = ::readdir(directory.get()); errno = 0) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    // Most names are of no interest, and asking for their size would cost the most.
    const bool policy = name.ends_with(".spl");
    if (!policy && entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) continue;
    struct stat info {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    auto kind = DirectoryEntry::Kind::other;
    if (S_ISREG(info.st_mode)) kind = DirectoryEntry::Kind::file;
    if (S_ISDIR(info.st_mode)) kind = DirectoryEntry::Kind::directory;
    entries.push_back({std::string(name), kind, static_cast<std::uint64_t>(info.st_size)});
  }
  if (errno != 0) return ReadError{std::strerror(errno)};
  return entries;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real == nullptr ? path : std::string(real.get());
}

}  // namespace

lsp::Disk workspace_disk() {
  return {read_regular, list, real_path};
}

}  // namespace spl::driver
