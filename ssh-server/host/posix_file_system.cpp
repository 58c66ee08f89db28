// See posix_file_system.hpp.
//
// Invariant: with a root, the only calls that are given a path of a client's are openat2() with
// RESOLVE_IN_ROOT, in resolve(), and *at() calls on a directory that resolve() has opened with a
// single name that is no "..", and that do not follow a link of that name. openat2(2); symlink(7).
#include "host/posix_file_system.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "host/posix_file.hpp"

namespace ssh {
namespace {

using sftp::Links;
using sftp::Outcome;
using sftp::refuse;
using sftp::Status;

// How often a ".." may meet somebody who moves directories before we give up: see openat2(2),
// EAGAIN.
constexpr int kMostRaces = 128;

int open_in_root(int root, const std::string& path, int flags, mode_t mode) {
  struct open_how how = {};
  how.flags = static_cast<std::uint64_t>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  int fd = -1;
  for (int i = 0; i < kMostRaces; ++i) {
    fd = static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return fd;
}

Outcome<std::string> read_link_at(int directory, const char* name) {
  std::array<char, PATH_MAX + 1> target{};
  const ssize_t length = readlinkat(directory, name, target.data(), target.size());
  if (length < 0) return refuse_errno();
  return std::string(target.data(), static_cast<std::size_t>(length));
}

std::string home_of(const passwd* account) {
  if (account != nullptr && account->pw_dir != nullptr && account->pw_dir[0] == '/') {
    return account->pw_dir;
  }
  return "/";
}

std::string describe(const std::string& what, int error) {
  return what + ": " + std::generic_category().message(error);
}

mode_t creation_mode(const sftp::Attributes& attributes, mode_t otherwise) {
  return attributes.permissions ? *attributes.permissions & 07777 : otherwise;
}

int open_flags(const sftp::OpenMode& mode) {
  // Neither a FIFO nor a terminal line may hold up the session.
  int flags = O_NONBLOCK | O_NOCTTY;
  flags |= mode.read && mode.write ? O_RDWR : mode.write ? O_WRONLY : O_RDONLY;
  if (mode.append) flags |= O_APPEND;
  if (mode.create) flags |= O_CREAT;
  if (mode.truncate) flags |= O_TRUNC;
  if (mode.create && mode.exclusive) flags |= O_EXCL;
  return flags;
}

}  // namespace

Result<std::unique_ptr<PosixFileSystem>> PosixFileSystem::make(const PosixOptions& options) {
  std::unique_ptr<PosixFileSystem> made(new PosixFileSystem);
  if (!options.root.empty()) {
    made->root_ = host::UniqueFd(::open(options.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!made->has_root()) return failure(describe(options.root, errno));
    const host::UniqueFd probe(open_in_root(made->root_.get(), "/", O_PATH | O_CLOEXEC, 0));
    if (probe.get() < 0) return failure(describe("a root needs openat2 (Linux 5.6)", errno));
    if (!made->name_of(probe)) return failure("a root needs /proc");
  }
  made->start_ = "/";
  std::string start = options.start;
  if (start.empty()) start = made->has_root() ? "/" : home_of(getpwuid(getuid()));
  if (!made->has_root() && start.front() != '/') {
    std::array<char, PATH_MAX> here{};
    if (getcwd(here.data(), here.size()) == nullptr) return failure(describe(".", errno));
    start = std::string(here.data()) + "/" + start;
  }
  const auto real = made->resolve(start, O_PATH | O_DIRECTORY);
  if (real) {
    made->start_ = made->full(start);
  } else if (!options.start.empty()) {
    return failure(start + ": " + real.error().text);
  }
  return made;
}

std::string PosixFileSystem::full(std::string_view path) const {
  if (!path.empty() && path.front() == '/') return std::string(path);
  return std::string(start_).append("/").append(path);
}

Outcome<host::UniqueFd> PosixFileSystem::resolve(std::string_view path, int flags,
                                                 mode_t mode) const {
  if (path.empty()) {
    errno = ENOENT;
    return refuse_errno();
  }
  const std::string all = full(path);
  flags |= O_CLOEXEC;
  host::UniqueFd fd(has_root() ? open_in_root(root_.get(), all, flags, mode)
                               : uninterrupted([&] { return ::open(all.c_str(), flags, mode); }));
  if (fd.get() < 0) return refuse_errno();
  return fd;
}

Outcome<PosixFileSystem::Place> PosixFileSystem::place(std::string_view path) const {
  Place place;
  const std::size_t end = path.find_last_not_of('/') + 1;  // 0 if there is nothing else
  place.is_directory = end != path.size();
  const std::string all = full(path.substr(0, end));
  const std::size_t slash = all.rfind('/');
  place.name = all.substr(slash + 1);
  if (end == 0 || place.name == "." || place.name == "..") {
    errno = path.empty() ? ENOENT : EBUSY;
    return refuse_errno();
  }
  auto directory = resolve(all.substr(0, slash + 1), O_PATH | O_DIRECTORY);
  if (!directory) return tl::unexpected<sftp::Refusal>(directory.error());
  place.directory = std::move(*directory);
  return place;
}

/// The name that the kernel knows an open file by; within the root.
Outcome<std::string> PosixFileSystem::name_of(const host::UniqueFd& opened) const {
  const auto name_in_proc = [](const host::UniqueFd& fd) {
    return read_link_at(own_descriptors(), std::to_string(fd.get()).c_str());
  };
  auto name = name_in_proc(opened);
  if (!name || !has_root()) return name;
  const auto root = name_in_proc(root_);
  if (!root) return root;
  if (*root == "/") return name;
  if (!name->starts_with(*root)) return refuse(Status::no_such_file);
  name->erase(0, root->size());
  if (name->empty()) return std::string("/");
  if (name->front() != '/') return refuse(Status::no_such_file);
  return name;
}

Outcome<std::unique_ptr<sftp::File>> PosixFileSystem::open(std::string_view path,
                                                           const sftp::OpenMode& mode,
                                                           const sftp::Attributes& attributes) {
  auto fd = resolve(path, open_flags(mode), creation_mode(attributes, 0666));
  if (!fd) return tl::unexpected<sftp::Refusal>(fd.error());
  return std::make_unique<PosixFile>(std::move(*fd));
}

Outcome<std::unique_ptr<sftp::Directory>> PosixFileSystem::open_directory(std::string_view path) {
  auto fd = resolve(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  if (!fd) return tl::unexpected<sftp::Refusal>(fd.error());
  struct stat here = {};
  struct stat root = {};
  const bool top = has_root() && fstat(fd->get(), &here) == 0 && fstat(root_.get(), &root) == 0 &&
                   here.st_dev == root.st_dev && here.st_ino == root.st_ino;
  return PosixDirectory::make(std::move(*fd), names_, top);
}

Outcome<sftp::Attributes> PosixFileSystem::attributes(std::string_view path, Links links) {
  const auto fd = resolve(path, O_PATH | (links == Links::keep ? O_NOFOLLOW : 0));
  if (!fd) return tl::unexpected<sftp::Refusal>(fd.error());
  return attributes_of(fd->get());
}

Outcome<void> PosixFileSystem::set_attributes(std::string_view path, const sftp::Attributes& to,
                                              Links links) {
  // Only who may write may change the size; everything else needs no such permission.
  const bool writes = to.size.has_value();
  const int flags = (writes ? O_WRONLY | O_NONBLOCK | O_NOCTTY : O_PATH) |
                    (links == Links::keep ? O_NOFOLLOW : 0);
  const auto fd = resolve(path, flags);
  if (!fd) return tl::unexpected<sftp::Refusal>(fd.error());
  return apply(to, fd->get(), writes ? Opened::for_use : Opened::as_path);
}

Outcome<void> PosixFileSystem::remove(std::string_view path) {
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(at.error());
  if (at->is_directory) errno = EISDIR;
  if (at->is_directory || unlinkat(at->directory.get(), at->name.c_str(), 0) != 0) {
    return refuse_errno();
  }
  return {};
}

Outcome<void> PosixFileSystem::make_directory(std::string_view path,
                                              const sftp::Attributes& attributes) {
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(at.error());
  if (mkdirat(at->directory.get(), at->name.c_str(), creation_mode(attributes, 0777)) != 0) {
    return refuse_errno();
  }
  return {};
}

Outcome<void> PosixFileSystem::remove_directory(std::string_view path) {
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(at.error());
  if (unlinkat(at->directory.get(), at->name.c_str(), AT_REMOVEDIR) != 0) return refuse_errno();
  return {};
}

Outcome<std::string> PosixFileSystem::real_path(std::string_view path) {
  const auto fd = resolve(path.empty() ? "." : path, O_PATH);
  if (fd) return name_of(*fd);
  if (fd.error().status != Status::no_such_file) return tl::unexpected<sftp::Refusal>(fd.error());
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(fd.error());
  auto parent = name_of(at->directory);
  if (!parent) return parent;
  if (*parent != "/") *parent += '/';
  return *parent + at->name;
}

Outcome<std::string> PosixFileSystem::expand_path(std::string_view path) {
  if (path.empty() || path.front() != '~') return real_path(path);
  const std::string_view account =
      path.substr(1, path.find('/') == path.npos ? path.npos : path.find('/') - 1);
  std::string home = start_;
  if (!has_root()) {
    const passwd* found =
        account.empty() ? getpwuid(getuid()) : getpwnam(std::string(account).c_str());
    if (found == nullptr) return refuse(Status::no_such_file, "no such user");
    home = home_of(found);
  } else if (!account.empty()) {
    return refuse(Status::no_such_file, "no such user");
  }
  return real_path(home.append(path.substr(1 + account.size())));
}

Outcome<void> PosixFileSystem::rename(std::string_view from, std::string_view to, bool replace) {
  const auto old_place = place(from);
  if (!old_place) return tl::unexpected<sftp::Refusal>(old_place.error());
  const auto new_place = place(to);
  if (!new_place) return tl::unexpected<sftp::Refusal>(new_place.error());
  const int old_fd = old_place->directory.get();
  const int new_fd = new_place->directory.get();
  const char* old_name = old_place->name.c_str();
  const char* new_name = new_place->name.c_str();
  if (replace) {
    if (renameat(old_fd, old_name, new_fd, new_name) != 0) return refuse_errno();
    return {};
  }
  if (renameat2(old_fd, old_name, new_fd, new_name, RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return refuse_errno();
  // Not every file system can: a link never replaces anything, and where there are no links, nobody
  // can do better than to look first.
  if (linkat(old_fd, old_name, new_fd, new_name, 0) == 0) {
    if (unlinkat(old_fd, old_name, 0) != 0) return refuse_errno();
    return {};
  }
  if (errno == EEXIST) return refuse_errno();
  struct stat status = {};
  if (fstatat(new_fd, new_name, &status, AT_SYMLINK_NOFOLLOW) == 0) errno = EEXIST;
  if (errno != ENOENT || renameat(old_fd, old_name, new_fd, new_name) != 0) return refuse_errno();
  return {};
}

Outcome<std::string> PosixFileSystem::read_link(std::string_view path) {
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(at.error());
  return read_link_at(at->directory.get(), at->name.c_str());
}

Outcome<void> PosixFileSystem::make_link(std::string_view target, std::string_view path) {
  const auto at = place(path);
  if (!at) return tl::unexpected<sftp::Refusal>(at.error());
  if (symlinkat(std::string(target).c_str(), at->directory.get(), at->name.c_str()) != 0) {
    return refuse_errno();
  }
  return {};
}

Outcome<void> PosixFileSystem::make_hard_link(std::string_view existing, std::string_view path) {
  const auto from = place(existing);
  if (!from) return tl::unexpected<sftp::Refusal>(from.error());
  const auto to = place(path);
  if (!to) return tl::unexpected<sftp::Refusal>(to.error());
  if (linkat(from->directory.get(), from->name.c_str(), to->directory.get(), to->name.c_str(), 0) !=
      0) {
    return refuse_errno();
  }
  return {};
}

Outcome<sftp::Statistics> PosixFileSystem::statistics(std::string_view path) {
  const auto fd = resolve(path, O_PATH);
  if (!fd) return tl::unexpected<sftp::Refusal>(fd.error());
  return statistics_of(fd->get());
}

std::string PosixFileSystem::user_name(std::uint32_t id) {
  return names_.user(id);
}

std::string PosixFileSystem::group_name(std::uint32_t id) {
  return names_.group(id);
}

}  // namespace ssh
