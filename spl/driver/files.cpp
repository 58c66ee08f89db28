// Whole files, read and written; see the header for what is promised.
#include "driver/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "spl/diagnostic.hpp"

namespace spl::driver {
namespace {

/// Closes on the way out, and says so if even that fails (NFS, quotas).
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  bool close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string resolved(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;  // not there yet
  std::string result = real;
  std::free(real);
  return result;
}

mode_t new_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

std::optional<std::string> write_straight(const std::string& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.open() || !write_all(file.get(), content) || !file.close()) return std::strerror(errno);
  return std::nullopt;
}

std::optional<std::string> write_beside(const std::string& path, mode_t mode,
                                        std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.open()) return std::strerror(errno);
  const bool done = write_all(file.get(), content) && ::fchmod(file.get(), mode) == 0 &&
                    file.close() && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (done) return std::nullopt;
  const int why = errno;
  ::unlink(temporary.c_str());
  return std::strerror(why);
}

}  // namespace

std::variant<std::string, ReadError> read_standard_input(std::size_t limit) {
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16U);
  while (text.size() <= limit) {
    const auto n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ReadError{std::strerror(errno)};
    if (n == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

FileReader policy_reader() {
  return [disk = disk_reader()](const std::string& path) -> std::variant<std::string, ReadError> {
    if (path == "-") return read_standard_input(kMaxInputBytes);
    return disk(path);
  };
}

std::optional<std::string> write_file(const std::string& path, std::string_view content) {
  const auto target = resolved(path);
  struct stat info {};
  if (::stat(target.c_str(), &info) != 0) {
    if (errno != ENOENT) return std::strerror(errno);
    return write_beside(target, new_file_mode(), content);
  }
  if (S_ISDIR(info.st_mode)) return "it is a directory";
  if (!S_ISREG(info.st_mode)) return write_straight(target, content);
  if (::access(target.c_str(), W_OK) != 0) return std::strerror(errno);
  return write_beside(target, info.st_mode & 07777U, content);
}

std::optional<std::string> write_if_changed(const std::string& path, std::string_view content) {
  struct stat info {};
  const bool comparable = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                          static_cast<std::size_t>(info.st_size) == content.size();
  if (comparable) {
    const auto old = disk_reader()(path);
    const auto* text = std::get_if<std::string>(&old);
    if (text != nullptr && *text == content) return std::nullopt;
  }
  return write_file(path, content);
}

std::optional<std::string> make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return error.message();
  if (!std::filesystem::is_directory(path, error)) return "it is not a directory";
  return std::nullopt;
}

std::string nearest_file(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path wanted(path);
  const auto directory = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (names.size() >= 1000) break;  // a hint is not worth a long search
    if (it->path().extension() == wanted.extension() || !wanted.has_extension()) {
      names.push_back(it->path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  const auto name = wanted.filename().string();
  if (std::binary_search(names.begin(), names.end(), name + ".spl")) {
    return (wanted.parent_path() / (name + ".spl")).string();
  }
  const auto near = nearest_name(name, names);
  if (near.empty() || near == name) return {};
  return (wanted.parent_path() / near).string();
}

}  // namespace spl::driver
