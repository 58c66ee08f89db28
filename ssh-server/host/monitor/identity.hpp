// Who somebody is for the operating system, and becoming them.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "ssh/result.hpp"

namespace ssh::host::monitor {

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home, shell;
  std::vector<std::string> groups;
};

/// From the user database; nothing if there is no such user.
std::optional<Account> find_account(const std::string& name);
/// The one this process runs as.
std::optional<Account> own_account();
/// For users that do not exist: the same work is done for it, as nobody and with nothing to find.
Account fake_account(const std::string& name);

/// For children: becomes the user for good, with all of their groups, or with those given. Does
/// nothing (and succeeds) if this process is the user already and has no privileges.
Result<void> become(const Account& account,
                    const std::optional<std::vector<gid_t>>& groups = std::nullopt);

}  // namespace ssh::host::monitor
