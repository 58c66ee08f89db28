// Small files: read whole with a bound, written so that nobody sees half of them, and checked for
// who could have written them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "ssh/result.hpp"
#include "unique_fd.hpp"

namespace ssh::host::monitor {

/// A regular file of at most so many bytes.
Result<std::string> read_file(const std::string& path, std::size_t most);
Result<std::string> read_file(const UniqueFd& file, std::size_t most);

/// Makes the file whole or not at all; false: it was there already, and is as it was.
Result<bool> create_file(const std::string& path, std::string_view text, mode_t mode);

/// As mkdir -p; the last one gets the mode.
Result<void> make_directories(const std::string& path, mode_t mode);

/// StrictModes of sshd_config(5): the file, and every directory above it up to the home directory
/// or the root, belongs to the user or to root, and nobody else may write it.
Result<void> check_strict_modes(const std::string& path, const UniqueFd& file,
                                const std::string& home, uid_t user);

/// ChrootDirectory: every component is a directory of root's that nobody else may write.
Result<void> check_chroot_directory(const std::string& path);

}  // namespace ssh::host::monitor
