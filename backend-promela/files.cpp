// Finding programs, and the private directory in which they work.
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "spl/promela/process.hpp"

namespace spl::promela {

std::string find_program(const std::string& name) {
  const auto usable = [](const std::string& path) {
    std::error_code error;
    return access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path, error);
  };
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) {
    // The child works elsewhere, so a relative path must not stay one.
    std::error_code error;
    const auto absolute = std::filesystem::absolute(name, error).string();
    return !error && usable(absolute) ? absolute : std::string{};
  }
  const char* path = getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const auto end = rest.find(':');
    const auto directory = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (directory.empty() || directory.front() != '/') continue;
    auto candidate = std::string(directory) + '/' + name;
    if (usable(candidate)) return candidate;
  }
  return {};
}

WorkDirectory::WorkDirectory(const std::string& keep) : kept_(!keep.empty()) {
  std::error_code error;
  if (kept_) {
    std::filesystem::create_directories(keep, error);
    if (error) {
      error_ = "cannot make directory '" + keep + "': " + error.message();
      return;
    }
    path_ = std::filesystem::absolute(keep, error).string();
    return;
  }
  const char* base = getenv("TMPDIR");
  std::string wish = std::string(base == nullptr || *base == 0 ? "/tmp" : base) + "/splc-XXXXXX";
  if (mkdtemp(wish.data()) == nullptr) {
    error_ = "cannot make a directory like '" + wish + "': " + std::strerror(errno);
    return;
  }
  path_ = std::filesystem::absolute(wish, error).string();
}

WorkDirectory::~WorkDirectory() {
  if (path_.empty() || kept_) return;
  std::error_code ignored;  // nobody is left to be told
  std::filesystem::remove_all(path_, ignored);
}

bool WorkDirectory::write(const std::string& name, const std::string& text) {
  errno = 0;
  std::ofstream file(path_ + '/' + name, std::ios::binary);
  file << text;
  file.close();
  if (!file) error_ = "cannot write '" + path_ + '/' + name + "': " + std::strerror(errno);
  return static_cast<bool>(file);
}

bool WorkDirectory::full() const {
  constexpr std::uintmax_t kLeast = std::uintmax_t{64} << 10U;
  std::error_code error;
  const auto space = std::filesystem::space(path_, error);
  return !error && space.available < kLeast;
}

}  // namespace spl::promela
