// See files.hpp; OpenSSH's safe_path() (misc.c) and safely_chroot() (session.c) for the rules.
#include "monitor/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace ssh::host::monitor {
namespace {

tl::unexpected<Error> failed(const std::string& path) {
  return failure(fmt::format("{}: {}", path, std::strerror(errno)));
}

Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) {
    return failed(path);
  }
  return std::string(real.get());
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool trusted(const struct stat& status, uid_t user) {
  return (status.st_uid == 0 || status.st_uid == user) && (status.st_mode & 022) == 0;
}

}  // namespace

Result<std::string> read_file(const UniqueFd& file, std::size_t most) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return failure(std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return failure("not a regular file");
  }
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    if (before > most) {
      return failure("the file is too large");
    }
    text.resize(before + 16384);
    const ssize_t count = ::read(file.get(), text.data() + before, 16384);
    if (count < 0 && errno != EINTR) {
      return failure(std::strerror(errno));
    }
    text.resize(before + static_cast<std::size_t>(count < 0 ? 0 : count));
    if (count == 0) {
      return text;
    }
  }
}

Result<std::string> read_file(const std::string& path, std::size_t most) {
  // Not to wait for somebody who writes into a FIFO.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    return failed(path);
  }
  auto text = read_file(file, most);
  return text ? text : failure(fmt::format("{}: {}", path, text.error().text));
}

Result<bool> create_file(const std::string& path, std::string_view text, mode_t mode) {
  std::string beside = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file) {
    return failed(path);
  }
  bool made = false;
  int error = 0;
  if (::fchmod(file.get(), mode) != 0 || !write_all(file.get(), text) || ::fsync(file.get()) != 0) {
    error = errno;
  } else if (::link(beside.c_str(), path.c_str()) == 0) {
    made = true;
  } else if (errno != EEXIST) {
    error = errno;
  }
  ::unlink(beside.c_str());
  if (error != 0) {
    errno = error;
    return failed(path);
  }
  return made;
}

Result<void> make_directories(const std::string& path, mode_t mode) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), end == std::string::npos ? mode : 0755) != 0 && errno != EEXIST) {
      return failed(part);
    }
    if (end == std::string::npos) {
      return {};
    }
  }
}

Result<void> check_strict_modes(const std::string& path, const UniqueFd& file,
                                const std::string& home, uid_t user) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return failed(path);
  }
  if (!S_ISREG(status.st_mode)) {
    return failure(fmt::format("{} is not a regular file", path));
  }
  if (!trusted(status, user)) {
    return failure(fmt::format("bad ownership or modes for file {}", path));
  }
  auto real = real_path(path);
  if (!real) {
    return tl::unexpected<Error>(real.error());
  }
  const auto real_home = real_path(home);
  std::string directory = std::move(*real);
  do {
    directory.resize(directory.rfind('/'));
    const std::string& shown = directory.empty() ? "/" : directory;
    if (::stat(shown.c_str(), &status) != 0 || !trusted(status, user)) {
      return failure(fmt::format("bad ownership or modes for directory {}", shown));
    }
    if (real_home && *real_home == shown) {
      return {};
    }
  } while (!directory.empty());
  return {};
}

Result<void> check_chroot_directory(const std::string& path) {
  if (path.empty() || path[0] != '/') {
    return failure("the chroot directory is not an absolute path");
  }
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = end == std::string::npos ? path : path.substr(0, end);
    struct stat status {};
    if (::stat(part.c_str(), &status) != 0) {
      return failed(part);
    }
    if (!S_ISDIR(status.st_mode) || status.st_uid != 0 || (status.st_mode & 022) != 0) {
      return failure(fmt::format("bad ownership or modes for chroot directory {}", part));
    }
    if (end == std::string::npos) {
      return {};
    }
  }
}

}  // namespace ssh::host::monitor
