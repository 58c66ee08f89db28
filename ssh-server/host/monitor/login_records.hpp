// Who is logged in at which terminal (utmp), who was (wtmp), and who was last seen when (lastlog):
// utmp(5), getutxent(3). Files that are not there are not made. A user can make these calls wait,
// by a lock on a file that everybody may read: only for children.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ssh::host::monitor {

struct LoginRecord {
  std::string terminal;  // "/dev/pts/3"
  std::string user;
  uid_t uid = 0;
  std::string host;  // an address, or what stands for one
  pid_t process = 0;
};

struct LastLogin {
  /// Seconds since 1970.
  std::int64_t time = 0;
  std::string host;
};

/// Into all three files. What lastlog had of the user before.
std::optional<LastLogin> record_login(const LoginRecord& login);
/// Of that process; does nothing if it has not been recorded, or if somebody else is logged in at
/// the terminal by now.
void record_logout(const std::string& terminal, pid_t process);
/// "Last login: ...", as OpenSSH has it, in the time zone of this process.
std::string describe(const LastLogin& last);

}  // namespace ssh::host::monitor
