// Files as the operating system has them, for the SFTP server. Linux: 5.6 is enough without a
// root, 5.8 with one.
//
// With a root, nothing that a client names is outside of it: every path, and every symbolic link
// on it, is resolved by the kernel as if the root were "/" (openat2, RESOLVE_IN_ROOT), whoever
// changes the tree meanwhile; only the last component, which is never "..", is used by name, in a
// directory that is open. A file that somebody moves out of the root while it is open stays open. A
// root needs no privileges, but /proc; what is mounted below it belongs to it. Its owner should not
// let others write to the root's own parents.
//
// Without a root, a client sees what its user may see; relative paths begin at the start directory.
#pragma once

#include <sys/stat.h>

#include <ctime>
#include <string>
#include <unordered_map>

#include "host/unique_fd.hpp"
#include "ssh/result.hpp"
#include "ssh/sftp.hpp"

namespace ssh {

/// The names of users and groups, asked for once each (for some thousand of them).
class AccountNames {
 public:
  /// Empty if there is none.
  const std::string& user(std::uint32_t id);
  const std::string& group(std::uint32_t id);

 private:
  std::unordered_map<std::uint32_t, std::string> users_;
  std::unordered_map<std::uint32_t, std::string> groups_;
};

/// One line of `ls -l`, in local time; `now` decides between a time of day and a year.
std::string long_name(std::string_view name, const struct stat& status, AccountNames& names,
                      std::time_t now);

/// What an errno means to a client: a status, and the system's words for it.
sftp::Refusal refusal_of(int error);

struct PosixOptions {
  /// Empty: none.
  std::string root;
  /// Where relative paths begin; within the root, if there is one. Empty: the home directory, or
  /// "/" in a root.
  std::string start;
};

class PosixFileSystem final : public sftp::FileSystem {
 public:
  /// An Error if the root or the start directory cannot be opened, or a root is asked for that this
  /// system cannot enforce.
  static Result<std::unique_ptr<PosixFileSystem>> make(const PosixOptions& options);

  sftp::Outcome<std::unique_ptr<sftp::File>> open(std::string_view path, const sftp::OpenMode& mode,
                                                  const sftp::Attributes& attributes) override;
  sftp::Outcome<std::unique_ptr<sftp::Directory>> open_directory(std::string_view path) override;
  sftp::Outcome<sftp::Attributes> attributes(std::string_view path, sftp::Links links) override;
  sftp::Outcome<void> set_attributes(std::string_view path, const sftp::Attributes& to,
                                     sftp::Links links) override;
  sftp::Outcome<void> remove(std::string_view path) override;
  sftp::Outcome<void> make_directory(std::string_view path,
                                     const sftp::Attributes& attributes) override;
  sftp::Outcome<void> remove_directory(std::string_view path) override;
  sftp::Outcome<std::string> real_path(std::string_view path) override;
  sftp::Outcome<std::string> expand_path(std::string_view path) override;
  sftp::Outcome<void> rename(std::string_view from, std::string_view to, bool replace) override;
  sftp::Outcome<std::string> read_link(std::string_view path) override;
  sftp::Outcome<void> make_link(std::string_view target, std::string_view path) override;
  sftp::Outcome<void> make_hard_link(std::string_view existing, std::string_view path) override;
  sftp::Outcome<sftp::Statistics> statistics(std::string_view path) override;
  std::string user_name(std::uint32_t id) override;
  std::string group_name(std::uint32_t id) override;

 private:
  /// A directory that is open, and a name in it that is neither empty, "." nor "..".
  struct Place {
    host::UniqueFd directory;
    std::string name;
    /// The path ended in "/": it means a directory.
    bool is_directory = false;
  };

  PosixFileSystem() = default;
  bool has_root() const { return root_.get() >= 0; }
  std::string full(std::string_view path) const;
  sftp::Outcome<host::UniqueFd> resolve(std::string_view path, int flags, mode_t mode = 0) const;
  sftp::Outcome<Place> place(std::string_view path) const;
  sftp::Outcome<std::string> name_of(const host::UniqueFd& opened) const;

  host::UniqueFd root_;
  /// Absolute; within the root, if there is one.
  std::string start_;
  AccountNames names_;
};

}  // namespace ssh
