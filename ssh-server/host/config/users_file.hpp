// The file of users and hashes of their passwords, for servers without PAM: lines "name:hash",
// where the hash is what crypt(5) makes ("$y$...", as `mkpasswd -m yescrypt` prints it).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ssh/result.hpp"

namespace ssh::config {

class UsersFile {
 public:
  /// The text of the file, and its mode (st_mode). With `strict` a file that others may read, or
  /// that anybody but its owner may write, is refused; who owns it is for the caller to check. A
  /// line that is wrong is an Error for all of the file: an administrator should see it at once.
  /// Only yescrypt, gost-yescrypt, scrypt, bcrypt and SHA-512 hashes are accepted.
  static Result<UsersFile> parse(std::string_view text, unsigned mode, bool strict);

  /// Whether that is the user's password. For users who are not in the file a hash is computed just
  /// as well, by the method and cost of the first user in it, so that both take the same time; the
  /// hashes are compared in constant time. Slow by design (some 10 to 100 ms), and may be called by
  /// several threads at once.
  bool verify(std::string_view name, std::string_view password) const;

  bool contains(std::string_view name) const { return hashes_.find(name) != hashes_.end(); }
  std::size_t size() const { return hashes_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> hashes_;
  /// What is hashed for users who are not there: the first user's hash. Never lets anybody in.
  std::string dummy_;
};

}  // namespace ssh::config
