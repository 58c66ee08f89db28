// See sftp_watcher.hpp.
#include "debug/sftp_watcher.hpp"

namespace ssh::host {

DebugSftp::DebugSftp(UniqueFd socket)
    : reporter_(std::move(socket)), tap_(reporter_, 0, {}, debugger::Policy::sftp) {}

void DebugSftp::tell_all(sftp::Server& server) {
  reporter_.tell_all([&] { server.set_tap(&tap_); });
}

void DebugSftp::hear(sftp::Server& server) {
  if (reporter_.gone() || !reporter_.receive()) {
    return;
  }
  if (reporter_.watching()) {
    tell_all(server);
  } else {
    server.set_tap(nullptr);
  }
}

void DebugSftp::flush(sftp::Server& server) {
  reporter_.flush();
  if (reporter_.lost_sight()) {
    tell_all(server);
  }
}

}  // namespace ssh::host
