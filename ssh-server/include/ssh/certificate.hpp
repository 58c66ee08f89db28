// OpenSSH's certificates of users: PROTOCOL.certkeys. A certificate is read (parse_certificate),
// then its signature is verified (VerifiedCertificate), and only then can be asked what it allows
// (check): the types let nobody skip a step. Whether its CA is one to trust is for the caller, who
// looks for signature_key among the keys of TrustedUserCAKeys or of cert-authority lines.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ssh/authorized_keys.hpp"
#include "ssh/bytes.hpp"
#include "ssh/crypto.hpp"
#include "ssh/result.hpp"

namespace ssh {

/// The algorithm by which the certified key signs, for the name of an algorithm in a request:
/// "rsa-sha2-256-cert-v01@openssh.com" -> "rsa-sha2-256", "sk-ssh-ed25519-cert-v01@openssh.com" ->
/// "sk-ssh-ed25519@openssh.com". Nothing for names that are no certificate's; ssh-rsa-cert-v01 is
/// none either, since it would sign with SHA-1.
std::optional<std::string_view> algorithm_of_certificate(std::string_view name);
/// The other way: what an algorithm is called with certificates. Nothing for ssh-rsa, and for names
/// that verify() does not know.
std::optional<std::string_view> certificate_algorithm(std::string_view plain);
/// Whether that certificate algorithm goes with a certificate whose blob has this type: the two
/// RSA algorithms share ssh-rsa-cert-v01@openssh.com.
bool algorithm_fits_certificate(std::string_view algorithm, std::string_view blob_type);

struct Certificate {
  enum class Kind { user, host };
  /// A critical option or an extension: its name, and its data as it stands there.
  using Entry = std::pair<std::string, Bytes>;

  /// As the blob begins: "ssh-ed25519-cert-v01@openssh.com".
  std::string type;
  /// The key that it certifies, as a plain key's blob; well-formed (check_public_key).
  Bytes public_key;
  std::uint64_t serial = 0;
  Kind kind = Kind::user;
  /// For the log, where it has to be escaped: only zero bytes are ruled out.
  std::string key_id;
  /// At most 256.
  std::vector<std::string> principals;
  /// Seconds since 1970: from the first one on, and before the second.
  std::uint64_t valid_after = 0;
  std::uint64_t valid_before = std::numeric_limits<std::uint64_t>::max();
  /// No name twice in each.
  std::vector<Entry> critical_options;
  std::vector<Entry> extensions;
  /// The CA's; a plain key, well-formed.
  Bytes signature_key;
  std::string signature_algorithm;
  /// Algorithm and signature, as CryptoProvider::verify() takes it, and what it is over.
  Bytes signature;
  Bytes signed_part;
};

/// A whole blob, to its last byte. Says nothing about who signed it, or whether.
Result<Certificate> parse_certificate(ByteView blob);

/// A certificate whose signature has been verified. Made by verify() alone.
class VerifiedCertificate {
 public:
  const Certificate& operator*() const { return certificate_; }
  const Certificate* operator->() const { return &certificate_; }

  /// `algorithms`: CASignatureAlgorithms, plain names; others are refused.
  static Result<VerifiedCertificate> verify(Certificate certificate, const CryptoProvider& crypto,
                                            std::span<const std::string> algorithms);

 private:
  explicit VerifiedCertificate(Certificate certificate) : certificate_(std::move(certificate)) {}
  Certificate certificate_;
};

/// Who wants in with a certificate, from where and when.
struct CertificateUse {
  /// One of these has to be in the certificate; for TrustedUserCAKeys the name of the user, or the
  /// lines of AuthorizedPrincipalsFile. Where `line` has principals=, those are looked for instead.
  std::span<const std::string> principals;
  /// The options of the CA's line in authorized_keys, or of the principal's line, if there is one.
  const KeyOptions* line = nullptr;
  /// The peer. `host` is empty where no name is known.
  std::string_view host;
  std::string_view address;
  /// Seconds since 1970.
  std::int64_t now = 0;
};

/// What logging in with it allows: critical options and extensions, together with the options of
/// the line, the stricter of both; from= and source-address have been looked at already. Refused: a
/// host's certificate, one without principals (OpenSSH takes those for anybody, from
/// authorized_keys alone), one that is not valid at the time, and one with a critical option that
/// is not known.
Result<KeyOptions> check(const VerifiedCertificate& certificate, const CertificateUse& use);

}  // namespace ssh
