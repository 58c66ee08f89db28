// The server's own keys: read from files, made on first start, used to sign.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "monitor/log.hpp"
#include "ssh/crypto.hpp"
#include "ssh/session.hpp"

namespace ssh::host::monitor {

using HostKeyFiles = std::vector<std::string>;

/// In SSH's names: ssh_host_ed25519_key, ssh_host_ecdsa_key, ssh_host_rsa_key.
HostKeyFiles standard_host_keys(const std::string& directory);

class HostKeys {
 public:
  /// Files that cannot be used are logged and left out; an Error if none is left. `algorithms`:
  /// HostKeyAlgorithms; only these are offered, in this order.
  static Result<std::shared_ptr<const HostKeys>> load(const HostKeyFiles& files,
                                                      const std::vector<std::string>& algorithms,
                                                      Log& log);

  /// For SessionOptions; indices are those of sign().
  std::vector<HostKey> public_halves() const;
  Result<Bytes> sign(std::uint32_t key, std::string_view algorithm, ByteView data) const;
  std::size_t size() const { return keys_.size(); }
  const SigningKey& key(std::size_t index) const { return *keys_[index].key; }

 private:
  struct Key {
    std::unique_ptr<SigningKey> key;
    std::vector<std::string> algorithms;
  };
  std::vector<Key> keys_;
};

/// Makes those of the standard files that do not exist, with their .pub beside them, and the
/// directory (mode 0755, or 0700 for one user). Whether any was made.
Result<bool> make_missing_host_keys(const std::string& directory, bool one_user, Log& log);

}  // namespace ssh::host::monitor
