// One SFTP session over two descriptors: a process of its own runs it, as a subsystem does.
#pragma once

#include <sys/types.h>

#include <optional>

#include "host/posix_file_system.hpp"
#include "ssh/sftp.hpp"

namespace ssh {

/// Looks on from within the loop of run_sftp_server(), and never waits.
class SftpWatcher {
 public:
  virtual ~SftpWatcher() = default;
  /// To be woken for when it can be read; -1: for nothing.
  virtual int fd() const = 0;
  virtual bool wants_to_write() const = 0;
  /// The descriptor can be read, perhaps. May set the server's tap.
  virtual void hear(sftp::Server& server) = 0;
  /// At the end of each turn of the loop.
  virtual void flush(sftp::Server& server) = 0;
};

struct SftpOptions {
  PosixOptions files;
  sftp::Options requests;
  /// Of the whole process.
  std::optional<mode_t> umask;
  /// May be null. Outlives the run.
  SftpWatcher* watcher = nullptr;
};

/// Serves a client until it ends its input, and everything is answered; or until it breaks the
/// protocol, or one of the descriptors fails. Both may be the same; they are made non-blocking, and
/// left open, as they were. SIGPIPE is for the caller to ignore. Why it ended otherwise than by the
/// client's wish is one line on standard error. Returns the status to exit with.
int run_sftp_server(const SftpOptions& options, int in, int out);

}  // namespace ssh
