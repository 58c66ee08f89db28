// See login_records.hpp.
#include "monitor/login_records.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <lastlog.h>
#include <paths.h>
#include <sys/time.h>
#include <unistd.h>
#include <utmpx.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <string_view>

#include "unique_fd.hpp"

namespace ssh::host::monitor {
namespace {

/// These fields need no end if they are full.
template <std::size_t Size>
void copy(char (&to)[Size], std::string_view from) {
  std::memset(to, 0, Size);
  std::memcpy(to, from.data(), std::min(Size, from.size()));
}

template <std::size_t Size>
std::string text_of(const char (&from)[Size]) {
  return {from, ::strnlen(from, Size)};
}

std::string_view line_of(std::string_view terminal) {
  constexpr std::string_view kDevices = "/dev/";
  return terminal.starts_with(kDevices) ? terminal.substr(kDevices.size()) : terminal;
}

void set_time(utmpx& entry) {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  entry.ut_tv.tv_sec = static_cast<decltype(entry.ut_tv.tv_sec)>(now.tv_sec);
  entry.ut_tv.tv_usec = static_cast<decltype(entry.ut_tv.tv_usec)>(now.tv_usec);
}

utmpx entry_of(std::string_view terminal, pid_t process) {
  utmpx entry{};
  const std::string_view line = line_of(terminal);
  copy(entry.ut_line, line);
  // The end of the name tells terminals apart.
  copy(entry.ut_id, line.substr(line.size() - std::min(line.size(), sizeof entry.ut_id)));
  entry.ut_pid = process;
  set_time(entry);
  return entry;
}

void set_address(utmpx& entry, const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    std::memcpy(entry.ut_addr_v6, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &v6) == 1) {
    std::memcpy(entry.ut_addr_v6, &v6, sizeof v6);
  }
}

void put(const utmpx& entry) {
  ::setutxent();
  ::pututxline(&entry);
  ::endutxent();
  ::updwtmpx(_PATH_WTMP, &entry);
}

std::optional<LastLogin> exchange_lastlog(const LoginRecord& login, std::string_view line) {
  const UniqueFd file(::open(_PATH_LASTLOG, O_RDWR | O_CLOEXEC));
  if (!file) {
    return std::nullopt;
  }
  lastlog entry{};
  const off_t place = static_cast<off_t>(login.uid) * static_cast<off_t>(sizeof entry);
  std::optional<LastLogin> last;
  if (::pread(file.get(), &entry, sizeof entry, place) == sizeof entry && entry.ll_time != 0) {
    last = {entry.ll_time, text_of(entry.ll_host)};
  }
  entry = {};
  entry.ll_time = static_cast<decltype(entry.ll_time)>(std::time(nullptr));
  copy(entry.ll_line, line);
  copy(entry.ll_host, login.host);
  [[maybe_unused]] const ssize_t written = ::pwrite(file.get(), &entry, sizeof entry, place);
  return last;
}

}  // namespace

std::optional<LastLogin> record_login(const LoginRecord& login) {
  utmpx entry = entry_of(login.terminal, login.process);
  entry.ut_type = USER_PROCESS;
  copy(entry.ut_user, login.user);
  copy(entry.ut_host, login.host);
  set_address(entry, login.host);
  put(entry);
  return exchange_lastlog(login, line_of(login.terminal));
}

void record_logout(const std::string& terminal, pid_t process) {
  utmpx entry = entry_of(terminal, process);
  ::setutxent();
  const utmpx* found = ::getutxline(&entry);
  // Without such a file (as in many containers) there is wtmp alone.
  const bool ours = found != nullptr ? found->ut_pid == process : ::access(_PATH_UTMP, F_OK) != 0;
  ::endutxent();
  if (ours) {
    entry.ut_type = DEAD_PROCESS;
    put(entry);
  }
}

std::string describe(const LastLogin& last) {
  const std::time_t time = last.time;
  tm local{};
  std::array<char, 64> text{};
  // As ctime(3).
  if (::localtime_r(&time, &local) == nullptr ||
      std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S %Y", &local) == 0) {
    return {};
  }
  return std::string("Last login: ") + text.data() +
         (last.host.empty() ? "" : " from " + last.host) + "\r\n";
}

}  // namespace ssh::host::monitor
