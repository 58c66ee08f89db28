// Whether a public key may log in as a user, and with what options: AuthorizedKeysFile,
// TrustedUserCAKeys, AuthorizedPrincipalsFile, RevokedKeys (sshd_config(5)). The user's own files
// are read by a process that runs as the user.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "monitor/context.hpp"
#include "monitor/identity.hpp"
#include "monitor/task.hpp"
#include "ssh/authorized_keys.hpp"
#include "ssh/certificate.hpp"

namespace ssh::host::monitor {

struct FoundKey {
  KeyOptions options;
  /// The plain key that has to have signed, and by which algorithm.
  Bytes signing_key;
  std::string signing_algorithm;
};

/// "ED25519 SHA256:...", for certificates with its id, serial number and CA, as OpenSSH logs it.
std::string describe_key(ByteView blob);

class KeySearch {
 public:
  struct Question {
    std::string algorithm;
    Bytes key;
    Account account;
    config::ServerOptions options;
    Peer peer;
  };
  /// Nothing: the key may not log in. Reasons are in the log.
  using Done = std::function<void(std::optional<FoundKey>)>;

  /// Done is called once, possibly at once, and never after this has been destroyed.
  static std::unique_ptr<KeySearch> start(Context& context, Question question, Done done);

 private:
  KeySearch(Context& context, Question question, Done done)
      : context_(context), question_(std::move(question)), done_(std::move(done)) {}
  void run();
  bool take_key();
  bool revoked() const;
  bool trusted_ca() const;
  void read(Result<TaskAnswer> answer);
  std::optional<FoundKey> by_line(const std::string& line) const;
  std::optional<FoundKey> by_authority(const KeyOptions* line,
                                       std::span<const std::string> principals) const;
  std::optional<FoundKey> by_principal_line(const std::string& line) const;

  Context& context_;
  Question question_;
  Done done_;
  std::optional<VerifiedCertificate> certificate_;
  std::string signing_algorithm_;
  Bytes signing_key_;
  bool trusted_ca_ = false;
  std::unique_ptr<Task> task_;
};

}  // namespace ssh::host::monitor
