// See identity.hpp. getpwnam(3), credentials(7); Chen, Wagner, Dean, "Setuid Demystified", 2002.
#include "monitor/identity.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ssh::host::monitor {
namespace {

constexpr uid_t kNobody = 65534;

std::string group_name(gid_t gid) {
  std::array<char, 4096> buffer{};
  group entry{};
  group* found = nullptr;
  if (::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return {};
  }
  return entry.gr_name;
}

std::vector<std::string> groups_of(const char* name, gid_t gid) {
  std::vector<gid_t> ids(64);
  int count = static_cast<int>(ids.size());
  if (::getgrouplist(name, gid, ids.data(), &count) < 0 && count > 0) {
    ids.resize(static_cast<std::size_t>(count));
    ::getgrouplist(name, gid, ids.data(), &count);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ids.size() && i < static_cast<std::size_t>(count); ++i) {
    if (std::string found = group_name(ids[i]); !found.empty()) {
      names.push_back(std::move(found));
    }
  }
  return names;
}

std::optional<Account> to_account(const passwd* entry) {
  if (entry == nullptr) {
    return std::nullopt;
  }
  Account account{entry->pw_name, entry->pw_uid, entry->pw_gid, entry->pw_dir, entry->pw_shell, {}};
  if (account.shell.empty()) {
    account.shell = "/bin/sh";
  }
  account.groups = groups_of(entry->pw_name, entry->pw_gid);
  return account;
}

}  // namespace

std::optional<Account> find_account(const std::string& name) {
  if (name.empty() || name.size() > 256 || name.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return to_account(found);
}

std::optional<Account> own_account() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  return to_account(found);
}

Account fake_account(const std::string& name) {
  return {name, kNobody, kNobody, "/nonexistent", "/usr/sbin/nologin", {}};
}

Result<void> become(const Account& account, const std::optional<std::vector<gid_t>>& groups) {
  const auto failed = [](const char* what) {
    return failure(std::string(what) + ": " + std::strerror(errno));
  };
  if (::geteuid() != 0) {
    if (::geteuid() == account.uid && ::getuid() == account.uid) {
      return {};
    }
    return failure("no privileges to become " + account.name);
  }
  if (groups ? ::setgroups(groups->size(), groups->data()) != 0
             : ::initgroups(account.name.c_str(), account.gid) != 0) {
    return failed("groups");
  }
  if (::setresgid(account.gid, account.gid, account.gid) != 0) {
    return failed("setresgid");
  }
  if (::setresuid(account.uid, account.uid, account.uid) != 0) {
    return failed("setresuid");
  }
  if (account.uid != 0 && ::setuid(0) == 0) {
    return failure("privileges could be taken back");
  }
  return {};
}

}  // namespace ssh::host::monitor
