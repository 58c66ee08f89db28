// See users_file.hpp; crypt(3), crypt(5).
//
// Invariant: verify() calls crypt_r() exactly once, whoever asks for whom, with a setting of the
// file or of its first user's kind; its result says nothing but equal or not.
#include "host/config/users_file.hpp"

#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace ssh::config {
namespace {

// The longest that libxcrypt takes.
constexpr std::size_t kLongestPassword = CRYPT_MAX_PASSPHRASE_SIZE - 1;
constexpr std::size_t kMostUsers = 100'000;

// Methods that are slow enough to hash passwords with; crypt(5) has weaker ones. What they have in
// common: behind the last '$' there are at least 43 characters of hash.
constexpr std::size_t kShortestHash = 43;
constexpr std::string_view kMethods[] = {"$y$", "$gy$", "$7$", "$2b$", "$2y$", "$6$"};

/// libcrypt's memory, which holds the password's remains, is overwritten before it is given back.
struct Wipe {
  void operator()(crypt_data* data) const {
    explicit_bzero(data, sizeof *data);
    delete data;
  }
};

/// The hash of a password by a setting, which may be a hash. Empty: libcrypt would not.
std::string hash_of(std::string_view password, const std::string& setting) {
  const std::unique_ptr<crypt_data, Wipe> data(new crypt_data{});
  std::vector<char> phrase(password.begin(), password.end());
  phrase.push_back('\0');
  const char* const hash = crypt_r(phrase.data(), setting.c_str(), data.get());
  explicit_bzero(phrase.data(), phrase.size());
  // On failure the result is a null pointer or begins with '*'.
  return hash != nullptr && hash[0] != '*' ? hash : "";
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  // Lengths are the method's, no secret.
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  // The compiler cannot know when to stop early.
  volatile unsigned seen = difference;
  return seen == 0;
}

bool is_hash(const std::string& hash) {
  const bool method =
      std::any_of(std::begin(kMethods), std::end(kMethods),
                  [&](std::string_view prefix) { return hash.starts_with(prefix); });
  const bool characters = std::all_of(hash.begin(), hash.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '/' || c == '$' || c == '=';
  });
  // Whether libcrypt knows the method, and its parameters are possible.
  return method && characters && hash.size() < CRYPT_OUTPUT_SIZE &&
         hash.size() - hash.rfind('$') > kShortestHash &&
         crypt_checksalt(hash.c_str()) == CRYPT_SALT_OK;
}

/// Adds one user. The first one's hash is also what others are measured by.
Result<void> take_line(std::string_view line, std::map<std::string, std::string, std::less<>>& to,
                       std::string& dummy) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return failure("no name:hash");
  const std::string name(line.substr(0, colon));
  std::string hash(line.substr(colon + 1));
  if (name.find_first_of(" \t") != std::string::npos) return failure("blanks in the name");
  if (!is_hash(hash)) {
    return failure("no hash as `mkpasswd -m yescrypt` prints it");
  }
  if (to.size() == kMostUsers) return failure("too many users");
  if (dummy.empty()) dummy = hash;
  if (!to.emplace(name, std::move(hash)).second) return failure("this user is there already");
  return {};
}

}  // namespace

Result<UsersFile> UsersFile::parse(std::string_view text, unsigned mode, bool strict) {
  if (strict && (mode & 07U) != 0) return failure("others may read or write the file of users");
  if (strict && (mode & 020U) != 0) return failure("a group may write the file of users");
  UsersFile file;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto taken = take_line(line, file.hashes_, file.dummy_);
    if (!taken) return failure("line " + std::to_string(number) + ": " + taken.error().text);
  }
  // A file without users takes as much time as one with some.
  if (file.dummy_.empty()) file.dummy_ = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$";
  return file;
}

bool UsersFile::verify(std::string_view name, std::string_view password) const {
  const auto user = hashes_.find(name);
  const bool known = user != hashes_.end();
  // A password with a zero byte would be cut there; one that is too long is no password of anybody.
  const bool possible =
      password.size() <= kLongestPassword && password.find('\0') == std::string_view::npos;
  const std::string& expected = known ? user->second : dummy_;
  const std::string hash = hash_of(possible ? password : std::string_view(), expected);
  const bool equal = !hash.empty() && equal_in_constant_time(hash, expected);
  return static_cast<bool>(static_cast<int>(equal) & static_cast<int>(known) &
                           static_cast<int>(possible));
}

}  // namespace ssh::config
