// Open files and directories of PosixFileSystem, and what they share with it.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <ctime>
#include <memory>

#include "host/posix_file_system.hpp"

namespace ssh {

/// Calls again what a signal has interrupted.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// The refusal of the call that has just failed.
tl::unexpected<sftp::Refusal> refuse_errno();

sftp::Attributes attributes_of(const struct stat& status);
sftp::Outcome<sftp::Attributes> attributes_of(int fd);
sftp::Outcome<sftp::Statistics> statistics_of(int fd);

/// /proc/self/fd, opened the first time: to be called before a chroot, in which there is no /proc.
int own_descriptors();

/// How a descriptor was opened: O_PATH ones stand for a file, but cannot write to it.
enum class Opened { for_use, as_path };
/// Does as much of it as it can; the first failure is the outcome.
sftp::Outcome<void> apply(const sftp::Attributes& to, int fd, Opened opened);

class PosixFile final : public sftp::File {
 public:
  explicit PosixFile(host::UniqueFd fd) : fd_(std::move(fd)) {}

  sftp::Outcome<std::size_t> read(std::uint64_t offset, MutableBytes to) override;
  sftp::Outcome<void> write(std::uint64_t offset, ByteView data) override;
  sftp::Outcome<sftp::Attributes> attributes() override;
  sftp::Outcome<void> set_attributes(const sftp::Attributes& to) override;
  sftp::Outcome<void> synchronize() override;
  sftp::Outcome<sftp::Statistics> statistics() override;
  sftp::Outcome<bool> same_file(sftp::File& other) override;
  sftp::Outcome<std::size_t> copy_from(sftp::File& source, std::uint64_t from, std::uint64_t to,
                                       std::uint64_t count) override;

 private:
  host::UniqueFd fd_;
};

class PosixDirectory final : public sftp::Directory {
 public:
  /// The names outlive the directory. `top`: what is above it is itself, as in "/".
  static sftp::Outcome<std::unique_ptr<PosixDirectory>> make(host::UniqueFd fd, AccountNames& names,
                                                             bool top);

  sftp::Outcome<std::optional<sftp::DirectoryEntry>> next() override;
  sftp::Outcome<sftp::Attributes> attributes() override;
  sftp::Outcome<sftp::Statistics> statistics() override;

 private:
  struct Close {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  PosixDirectory(DIR* directory, AccountNames& names, bool top)
      : directory_(directory), names_(names), top_(top), opened_at_(std::time(nullptr)) {}

  std::unique_ptr<DIR, Close> directory_;
  AccountNames& names_;
  bool top_;
  std::time_t opened_at_;
};

}  // namespace ssh
