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
#include <deque>
#include <filesystem>
#include <tuple>
#include <utility>
#include <vector>

#include "spl/diagnostic.hpp"

namespace spl::driver {
namespace {

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

bool has_content(const std::string& path, std::string_view content) {
  struct stat info {};
  const bool comparable = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                          static_cast<std::size_t>(info.st_size) == content.size();
  if (!comparable) return false;
  const auto old = disk_reader()(path);
  const auto* text = std::get_if<std::string>(&old);
  return text != nullptr && *text == content;
}

mode_t new_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
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

FileWriter::FileWriter(const std::string& path) : target_(resolved(path)) {
  struct stat info {};
  if (::stat(target_.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) {
      error_ = "it is a directory";
    } else if (!S_ISREG(info.st_mode)) {
      open_straight();
    } else if (::access(target_.c_str(), W_OK) != 0) {
      fail();
    } else {
      open_beside(info.st_mode & 07777U);
    }
  } else if (errno == ENOENT) {
    open_beside(new_file_mode());
  } else {
    fail();
  }
}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileWriter::fail() {
  if (!error_) error_ = std::strerror(errno);
}

void FileWriter::open_straight() {
  descriptor_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail();
}

void FileWriter::open_beside(unsigned mode) {
  auto name = target_ + ".XXXXXX";
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    fail();
    return;
  }
  temporary_ = std::move(name);
  if (::fchmod(descriptor_, static_cast<mode_t>(mode)) != 0) fail();
}

void FileWriter::write(std::string_view content) {
  pending_ += content;
  if (pending_.size() >= kBlock) flush();
}

void FileWriter::flush() {
  if (!error_ && !write_all(descriptor_, pending_)) fail();
  pending_.clear();
}

std::optional<std::string> FileWriter::complete() {
  flush();
  // Even closing may fail (NFS, quotas).
  if (!error_ && descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0) fail();
  return error_;
}

std::optional<std::string> FileWriter::finish() {
  if (complete() || temporary_.empty()) return error_;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail();
  } else {
    temporary_.clear();
  }
  return error_;
}

std::optional<std::string> write_file(const std::string& path, std::string_view content) {
  FileWriter file(path);
  file.write(content);
  return file.finish();
}

std::optional<std::string> write_if_changed(const std::string& path, std::string_view content) {
  return has_content(path, content) ? std::nullopt : write_file(path, content);
}

std::optional<WriteError> write_together(std::span<const FileContent> files) {
  std::deque<std::pair<const FileContent*, FileWriter>> changed;
  for (const auto& file : files) {
    if (has_content(file.path, file.content)) continue;
    auto& writer = changed
                       .emplace_back(std::piecewise_construct, std::forward_as_tuple(&file),
                                     std::forward_as_tuple(file.path))
                       .second;
    writer.write(file.content);
    if (const auto why = writer.complete()) return WriteError{file.path, *why};
  }
  for (auto& [file, writer] : changed) {
    if (const auto why = writer.finish()) return WriteError{file->path, *why};
  }
  return std::nullopt;
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
