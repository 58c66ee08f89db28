// See posix_file.hpp. Everything here goes by descriptor, never by name, so nothing can be put in
// the place of a file between two calls.
#include "host/posix_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace ssh {
namespace {

// Linux 6.6; Debian 12's headers do not have it.
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

constexpr std::uint64_t kLargest = std::numeric_limits<off_t>::max();
constexpr std::uint32_t kPermissionBits = 07777;

/// What version 3 can tell: before 1970 is 1970, after 2106 is 2106.
std::uint32_t seconds(std::time_t time) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(time, 0, std::int64_t{std::numeric_limits<std::uint32_t>::max()}));
}

}  // namespace

int own_descriptors() {
  static const int directory = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return directory;
}

namespace {

int change_mode(int fd, mode_t mode, Opened opened) {
  if (opened == Opened::for_use) return fchmod(fd, mode);
  const long done = syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH);
  if (done == 0 || errno != ENOSYS) return static_cast<int>(done);
  // Before Linux 6.6: the descriptor's own magic link, which leads to this file and no other. A
  // symbolic link has no mode, and through /proc it would be followed.
  struct stat status = {};
  if (fstat(fd, &status) != 0) return -1;
  if (S_ISLNK(status.st_mode)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return fchmodat(own_descriptors(), std::to_string(fd).c_str(), mode, 0);
}

int change_owner(int fd, const sftp::Attributes::Owner& owner) {
  return fchownat(fd, "", owner.user, owner.group, AT_EMPTY_PATH);
}

int change_times(int fd, const sftp::Attributes::Times& times, Opened opened) {
  const struct timespec both[2] = {{times.access, 0}, {times.modification, 0}};
  return opened == Opened::for_use ? futimens(fd, both) : utimensat(fd, "", both, AT_EMPTY_PATH);
}

}  // namespace

sftp::Refusal refusal_of(int error) {
  using sftp::Status;
  Status status = Status::failure;
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      status = Status::no_such_file;
      break;
    case EPERM:
    case EACCES:
    case EROFS:
    case EBADF:  // a WRITE to what was opened to be read, and the other way round
      status = Status::permission_denied;
      break;
    case ENAMETOOLONG:
    case EINVAL:
      status = Status::bad_message;
      break;
    case ENOSYS:
    case EOPNOTSUPP:
      status = Status::unsupported;
      break;
    default:
      break;
  }
  return {status, std::generic_category().message(error)};
}

tl::unexpected<sftp::Refusal> refuse_errno() {
  return tl::unexpected<sftp::Refusal>(refusal_of(errno));
}

sftp::Attributes attributes_of(const struct stat& status) {
  sftp::Attributes attributes;
  attributes.size = static_cast<std::uint64_t>(status.st_size);
  attributes.owner = {status.st_uid, status.st_gid};
  attributes.permissions = status.st_mode;
  attributes.times = {seconds(status.st_atim.tv_sec), seconds(status.st_mtim.tv_sec)};
  return attributes;
}

sftp::Outcome<sftp::Attributes> attributes_of(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return refuse_errno();
  return attributes_of(status);
}

sftp::Outcome<sftp::Statistics> statistics_of(int fd) {
  struct statvfs from = {};
  if (uninterrupted([&] { return fstatvfs(fd, &from); }) != 0) return refuse_errno();
  sftp::Statistics to;
  to.block_size = from.f_bsize;
  to.fragment_size = from.f_frsize;
  to.blocks = from.f_blocks;
  to.free_blocks = from.f_bfree;
  to.available_blocks = from.f_bavail;
  to.files = from.f_files;
  to.free_files = from.f_ffree;
  to.available_files = from.f_favail;
  to.id = from.f_fsid;
  to.read_only = (from.f_flag & ST_RDONLY) != 0;
  to.no_setuid = (from.f_flag & ST_NOSUID) != 0;
  to.name_max = from.f_namemax;
  return to;
}

// The owner before the permissions: a change of owner clears set-user-id bits.
sftp::Outcome<void> apply(const sftp::Attributes& to, int fd, Opened opened) {
  sftp::Outcome<void> outcome;
  const auto attempt = [&outcome](int result) {
    if (result != 0 && outcome) outcome = refuse_errno();
  };
  if (to.size) {
    if (*to.size > kLargest) {
      errno = EFBIG;
      return refuse_errno();
    }
    attempt(uninterrupted([&] { return ftruncate(fd, static_cast<off_t>(*to.size)); }));
  }
  if (to.owner) attempt(change_owner(fd, *to.owner));
  if (to.permissions) attempt(change_mode(fd, *to.permissions & kPermissionBits, opened));
  if (to.times) attempt(change_times(fd, *to.times, opened));
  return outcome;
}

sftp::Outcome<std::size_t> PosixFile::read(std::uint64_t offset, MutableBytes to) {
  if (offset > kLargest) return 0;
  const ssize_t got = uninterrupted(
      [&] { return pread(fd_.get(), to.data(), to.size(), static_cast<off_t>(offset)); });
  if (got < 0) return refuse_errno();
  return static_cast<std::size_t>(got);
}

sftp::Outcome<void> PosixFile::write(std::uint64_t offset, ByteView data) {
  if (offset > kLargest - data.size()) {
    errno = EFBIG;
    return refuse_errno();
  }
  while (!data.empty()) {
    const ssize_t put = uninterrupted(
        [&] { return pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset)); });
    if (put < 0) return refuse_errno();
    if (put == 0) return sftp::refuse(sftp::Status::failure, "nothing can be written");
    data = data.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

sftp::Outcome<sftp::Attributes> PosixFile::attributes() {
  return attributes_of(fd_.get());
}

sftp::Outcome<void> PosixFile::set_attributes(const sftp::Attributes& to) {
  return apply(to, fd_.get(), Opened::for_use);
}

sftp::Outcome<void> PosixFile::synchronize() {
  if (uninterrupted([&] { return fsync(fd_.get()); }) != 0) return refuse_errno();
  return {};
}

sftp::Outcome<sftp::Statistics> PosixFile::statistics() {
  return statistics_of(fd_.get());
}

sftp::Outcome<bool> PosixFile::same_file(sftp::File& other) {
  struct stat mine = {};
  struct stat its = {};
  const int its_fd = static_cast<PosixFile&>(other).fd_.get();
  if (fstat(fd_.get(), &mine) != 0 || fstat(its_fd, &its) != 0) return refuse_errno();
  return mine.st_dev == its.st_dev && mine.st_ino == its.st_ino;
}

// The kernel copies if it can: it cannot to a file opened to append, nor between some file systems;
// and it says "the end" of files in /proc that only reading shows to have something in them.
sftp::Outcome<std::size_t> PosixFile::copy_from(sftp::File& source, std::uint64_t from,
                                                std::uint64_t to, std::uint64_t count) {
  if (from > kLargest || to > kLargest - count) return File::copy_from(source, from, to, count);
  const int its_fd = static_cast<PosixFile&>(source).fd_.get();
  auto in = static_cast<off_t>(from);
  auto out = static_cast<off_t>(to);
  const ssize_t done = uninterrupted([&] {
    return copy_file_range(its_fd, &in, fd_.get(), &out, static_cast<std::size_t>(count), 0);
  });
  if (done > 0) return static_cast<std::size_t>(done);
  if (done < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO)) return refuse_errno();
  return File::copy_from(source, from, to, count);
}

sftp::Outcome<std::unique_ptr<PosixDirectory>> PosixDirectory::make(host::UniqueFd fd,
                                                                    AccountNames& names, bool top) {
  DIR* directory = fdopendir(fd.get());
  if (directory == nullptr) return refuse_errno();
  fd.release();
  return std::unique_ptr<PosixDirectory>(new PosixDirectory(directory, names, top));
}

sftp::Outcome<std::optional<sftp::DirectoryEntry>> PosixDirectory::next() {
  for (;;) {
    errno = 0;
    const dirent* found = readdir(directory_.get());
    if (found == nullptr && errno != 0) return refuse_errno();
    if (found == nullptr) return std::nullopt;
    sftp::DirectoryEntry entry;
    entry.name = found->d_name;
    struct stat status = {};
    const char* name = top_ && entry.name == ".." ? "." : found->d_name;
    if (fstatat(dirfd(directory_.get()), name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
      entry.attributes = attributes_of(status);
      entry.long_name = long_name(entry.name, status, names_, opened_at_);
    } else if (errno == ENOENT) {
      continue;  // gone in the meantime
    } else {
      // A directory that may be read but not searched still has names.
      entry.long_name = "??????????    ? ?        ?               ? ?            " + entry.name;
    }
    return entry;
  }
}

sftp::Outcome<sftp::Attributes> PosixDirectory::attributes() {
  return attributes_of(dirfd(directory_.get()));
}

sftp::Outcome<sftp::Statistics> PosixDirectory::statistics() {
  return statistics_of(dirfd(directory_.get()));
}

}  // namespace ssh
