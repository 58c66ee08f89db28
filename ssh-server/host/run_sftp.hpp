// One SFTP session over two descriptors: a process of its own runs it, as a subsystem does.
#pragma once

#include <sys/types.h>

#include <optional>

#include "host/posix_file_system.hpp"
#include "ssh/sftp.hpp"

namespace ssh {

struct SftpOptions {
  PosixOptions files;
  sftp::Options requests;
  /// Of the whole process.
  std::optional<mode_t> umask;
};

/// Serves a client until it ends its input, and everything is answered; or until it breaks the
/// protocol, or one of the descriptors fails. Both may be the same; they are made non-blocking, and
/// left open, as they were. SIGPIPE is for the caller to ignore. Why it ended otherwise than by the
/// client's wish is one line on standard error. Returns the status to exit with.
int run_sftp_server(const SftpOptions& options, int in, int out);

}  // namespace ssh
