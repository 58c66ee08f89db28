// The lines that `ls -l` shows, which clients print as they are. draft-ietf-secsh-filexfer-02
// section 7 asks for this form.
#include <grp.h>
#include <pwd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "host/posix_file_system.hpp"

namespace ssh {
namespace {

constexpr std::size_t kMostNames = 4096;
constexpr std::size_t kMostBuffer = std::size_t{1} << 20;
// As ls: half a year of mean length.
constexpr std::time_t kRecent = 31556952 / 2;

/// getpwuid_r and getgrgid_r, with as much memory as they want.
template <typename Record, typename Get>
std::string look_up(std::uint32_t id, Get get, char* Record::*name) {
  std::vector<char> buffer(1024);
  for (;;) {
    Record record = {};
    Record* found = nullptr;
    const int error = get(id, &record, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < kMostBuffer) {
      buffer.resize(2 * buffer.size());
    } else if (error != EINTR) {
      return found == nullptr ? std::string() : std::string(found->*name);
    }
  }
}

template <typename LookUp>
const std::string& remember(std::unordered_map<std::uint32_t, std::string>& names, std::uint32_t id,
                            LookUp look_up_name) {
  const auto known = names.find(id);
  if (known != names.end()) return known->second;
  if (names.size() >= kMostNames) names.clear();
  return names.emplace(id, look_up_name(id)).first->second;
}

char kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return 'd';
    case S_IFLNK:
      return 'l';
    case S_IFCHR:
      return 'c';
    case S_IFBLK:
      return 'b';
    case S_IFIFO:
      return 'p';
    case S_IFSOCK:
      return 's';
    default:
      return '-';
  }
}

std::array<char, 11> mode_text(mode_t mode) {
  std::array<char, 11> text{"-rwxrwxrwx"};
  text[0] = kind_of(mode);
  for (std::size_t i = 0; i < 9; ++i) {
    if ((mode & (0400U >> i)) == 0) text[i + 1] = '-';
  }
  const auto mark = [&](mode_t bit, std::size_t at, char with, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with : without;
  };
  mark(S_ISUID, 3, 's', 'S');
  mark(S_ISGID, 6, 's', 'S');
  mark(S_ISVTX, 9, 't', 'T');
  return text;
}

std::array<char, 32> time_text(std::time_t time, std::time_t now) {
  std::array<char, 32> text{};
  struct tm local = {};
  const bool recent = time <= now && now - time < kRecent;
  if (localtime_r(&time, &local) == nullptr ||
      strftime(text.data(), text.size(), recent ? "%b %e %H:%M" : "%b %e  %Y", &local) == 0) {
    text = {"?"};
  }
  return text;
}

}  // namespace

const std::string& AccountNames::user(std::uint32_t id) {
  return remember(users_, id,
                  [](std::uint32_t u) { return look_up(u, getpwuid_r, &passwd::pw_name); });
}

const std::string& AccountNames::group(std::uint32_t id) {
  return remember(groups_, id,
                  [](std::uint32_t g) { return look_up(g, getgrgid_r, &group::gr_name); });
}

std::string long_name(std::string_view name, const struct stat& status, AccountNames& names,
                      std::time_t now) {
  const auto or_number = [](const std::string& known, std::uint32_t id) {
    return known.empty() ? std::to_string(id) : known;
  };
  const std::string user = or_number(names.user(status.st_uid), status.st_uid);
  const std::string group = or_number(names.group(status.st_gid), status.st_gid);
  std::array<char, 512> line{};
  const int length = std::snprintf(
      line.data(), line.size(), "%s %4llu %-8s %-8s %8lld %s ", mode_text(status.st_mode).data(),
      static_cast<unsigned long long>(status.st_nlink), user.c_str(), group.c_str(),
      static_cast<long long>(status.st_size), time_text(status.st_mtim.tv_sec, now).data());
  const auto written = std::min<std::size_t>(line.size() - 1, static_cast<std::size_t>(length));
  return std::string(line.data(), written).append(name);
}

}  // namespace ssh
