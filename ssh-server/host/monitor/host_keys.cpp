// See host_keys.hpp; sshd(8), FILES.
//
// Invariant: a private key is on disk only with mode 0600, and only under its final name when it is
// whole: it is written beside it, synced, and linked there, so that two daemons that start at once
// agree on one key.
#include "monitor/host_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "monitor/files.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace ssh::host::monitor {
namespace {

struct Kind {
  const char* type;
  const char* file;
};
constexpr std::array<Kind, 3> kKinds{{{"ssh-ed25519", "ssh_host_ed25519_key"},
                                      {"ecdsa-sha2-nistp256", "ssh_host_ecdsa_key"},
                                      {"ssh-rsa", "ssh_host_rsa_key"}}};
constexpr std::size_t kLargestKeyFile = 64 * 1024;

Result<std::unique_ptr<SigningKey>> load_one(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return failure(std::strerror(errno));
  }
  // As OpenSSH: others must not read it. Of another owner's file it is not for us to say.
  if (status.st_uid == ::geteuid() && (status.st_mode & 077) != 0) {
    return failure(fmt::format("mode {:04o} is too open: others could read the private key",
                               status.st_mode & 07777));
  }
  auto text = read_file(path, kLargestKeyFile);
  if (!text) {
    return tl::unexpected<Error>(text.error());
  }
  auto key = read_private_key(*text);
  wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
  return key;
}

Result<void> make_one(const Kind& kind, const std::string& path) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  auto key = generate_private_key(kind.type, fmt::format("root@{}", host.data()));
  if (!key) {
    return tl::unexpected<Error>(key.error());
  }
  std::string text = write_private_key(**key);
  auto written = create_file(path, text, 0600);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!written) {
    return tl::unexpected<Error>(written.error());
  }
  if (!*written) {
    return {};  // somebody else was faster
  }
  const auto beside = create_file(path + ".pub", write_public_key(**key), 0644);
  return beside ? Result<void>{} : tl::unexpected<Error>(beside.error());
}

}  // namespace

HostKeyFiles standard_host_keys(const std::string& directory) {
  HostKeyFiles files;
  for (const Kind& kind : kKinds) {
    files.push_back(directory + "/" + kind.file);
  }
  return files;
}

Result<std::shared_ptr<const HostKeys>> HostKeys::load(const HostKeyFiles& files,
                                                       const std::vector<std::string>& algorithms,
                                                       Log& log) {
  auto keys = std::make_shared<HostKeys>();
  for (const std::string& file : files) {
    auto key = load_one(file);
    if (!key) {
      log.error("Unable to load host key \"{}\": {}", file, key.error().text);
      continue;
    }
    Key loaded{std::move(*key), {}};
    const auto able = loaded.key->algorithms();
    for (const std::string& wanted : algorithms) {
      if (std::find(able.begin(), able.end(), wanted) != able.end()) {
        loaded.algorithms.push_back(wanted);
      }
    }
    if (!loaded.algorithms.empty()) {
      keys->keys_.push_back(std::move(loaded));
    }
  }
  if (keys->keys_.empty()) {
    return failure("no host keys available");
  }
  return keys;
}

std::vector<HostKey> HostKeys::public_halves() const {
  std::vector<HostKey> halves;
  for (const Key& key : keys_) {
    halves.push_back({to_bytes(key.key->public_blob()), key.algorithms});
  }
  return halves;
}

Result<Bytes> HostKeys::sign(std::uint32_t key, std::string_view algorithm, ByteView data) const {
  if (key >= keys_.size()) {
    return failure("no such host key");
  }
  const auto& allowed = keys_[key].algorithms;
  if (std::find(allowed.begin(), allowed.end(), algorithm) == allowed.end()) {
    return failure("not an algorithm of that host key");
  }
  return keys_[key].key->sign(algorithm, data);
}

Result<bool> make_missing_host_keys(const std::string& directory, bool one_user, Log& log) {
  if (auto made = make_directories(directory, one_user ? 0700 : 0755); !made) {
    return tl::unexpected<Error>(made.error());
  }
  bool any = false;
  for (const Kind& kind : kKinds) {
    const std::string path = directory + "/" + kind.file;
    if (::access(path.c_str(), F_OK) == 0) {
      continue;
    }
    if (auto made = make_one(kind, path); !made) {
      return failure(fmt::format("cannot make {}: {}", path, made.error().text));
    }
    log.info("Made the host key {}", path);
    any = true;
  }
  return any;
}

}  // namespace ssh::host::monitor
