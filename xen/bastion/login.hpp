// Whether a client may log in, and as what: publickey (RFC 4252 section 7), with plain keys and
// OpenSSH's certificates. There are no passwords. One for each connection.
#pragma once

#include <optional>
#include <string>

#include "bastion/config.hpp"
#include "bastion/log.hpp"
#include "ssh/crypto.hpp"
#include "ssh/session.hpp"

namespace bastion {

/// Who somebody is once he is logged in, and what his key lets him do.
struct Identity {
  const User* user = nullptr;
  ssh::KeyOptions options;
  std::string key;  // "ED25519 SHA256:...", for the log
};

class Login {
 public:
  /// All must outlive it. `peer`: the client's address.
  Login(const Config& config, const ssh::CryptoProvider& crypto, Log& log, std::string peer)
      : config_(config), crypto_(crypto), log_(log), peer_(std::move(peer)) {}

  /// The answer to one request, at once. Users that are not there get the same answers as others,
  /// and their signatures are verified as well. `now`: seconds since 1970.
  ssh::AuthAnswer answer(const ssh::event::Authenticate& request, std::int64_t now);

  /// Once answer() has been AuthSuccess.
  [[nodiscard]] const std::optional<Identity>& identity() const { return identity_; }
  /// Whether anybody has been asked for yet.
  [[nodiscard]] bool met() const { return met_; }
  /// Whether anything but "none" was tried.
  [[nodiscard]] bool tried() const { return tried_; }

 private:
  struct Found;
  std::optional<Found> find(const User* user, const ssh::PublicKeyRequest& request,
                            std::int64_t now) const;
  std::optional<Found> with_certificate(const User* user, const ssh::PublicKeyRequest& request,
                                        std::int64_t now) const;
  ssh::Result<ssh::CryptoProvider::Signed> verify(const ssh::PublicKeyRequest& request,
                                                  const Found* found) const;
  [[nodiscard]] bool revoked(ssh::ByteView key) const;
  void refuse(std::string_view user, const std::string& why);

  const Config& config_;
  const ssh::CryptoProvider& crypto_;
  Log& log_;
  std::string peer_;
  std::string name_;  // the first user that was asked for
  bool met_ = false, asked_ = false, tried_ = false;
  std::optional<Identity> identity_;
};

}  // namespace bastion
