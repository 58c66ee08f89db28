// An SFTP server as a source of the live debugger: in the user's process, which is no worker.
#pragma once

#include "debug/reporter.hpp"
#include "run_sftp.hpp"

namespace ssh::host {

class DebugSftp final : public SftpWatcher {
 public:
  /// `socket`: the source's end, which the monitor has made; what it is called is the monitor's
  /// word.
  explicit DebugSftp(UniqueFd socket);

  int fd() const override { return reporter_.gone() ? -1 : reporter_.fd(); }
  bool wants_to_write() const override { return reporter_.wants_to_write(); }
  void hear(sftp::Server& server) override;
  void flush(sftp::Server& server) override;

 private:
  void tell_all(sftp::Server& server);

  debugger::Reporter reporter_;
  debugger::ReportingTap tap_;
};

}  // namespace ssh::host
