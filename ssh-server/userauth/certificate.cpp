// Certificates as they stand on the wire, and their signatures. See certificate.hpp;
// OpenSSH's PROTOCOL.certkeys. What a certificate allows is in certificate_options.cpp.
//
// Invariant: what parse_certificate() returns has been read to the last byte, so the signature is
// over everything that was read but itself.
#include "ssh/certificate.hpp"

#include <algorithm>
#include <array>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh {
namespace {

/// SSHKEY_CERT_MAX_PRINCIPALS of OpenSSH; and nobody needs more options than this.
constexpr std::size_t kMostPrincipals = 256;
constexpr std::size_t kMostEntries = 64;
constexpr std::size_t kLongestCertificate = 64 * 1024;

/// One kind of key: what its certificates' blobs begin with, and how many strings make up the key
/// behind the type (an mpint is read as a string; check_public_key() looks closer).
struct Type {
  std::string_view certificate;
  std::string_view plain;
  int fields;
};
constexpr std::array kTypes = {
    Type{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
    Type{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
    Type{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
    Type{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
    Type{"ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
    Type{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2},
    Type{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3},
};

/// Names of algorithms, with certificates and without.
struct Algorithm {
  std::string_view certificate;
  std::string_view plain;
};
constexpr std::array kAlgorithms = {
    Algorithm{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"},
    Algorithm{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256"},
    Algorithm{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384"},
    Algorithm{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521"},
    Algorithm{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com"},
    Algorithm{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"},
    Algorithm{"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512"},
    Algorithm{"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256"},
};

bool has_zero(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// The certified key as a plain key's blob.
Result<Bytes> read_key(wire::Reader& reader, const Type& type) {
  Bytes key;
  wire::Writer writer(key);
  writer.string(type.plain);
  for (int field = 0; field < type.fields; ++field) {
    writer.string(reader.string());
  }
  if (!reader.ok()) return failure("certificate cut short");
  const auto checked = check_public_key(key);
  if (!checked) return tl::unexpected<Error>(checked.error());
  return key;
}

Result<void> read_principals(ByteView list, Certificate& certificate) {
  wire::Reader reader(list);
  while (reader.left() != 0) {
    const std::string_view name = reader.text();
    if (!reader.ok() || name.empty() || has_zero(name) ||
        certificate.principals.size() == kMostPrincipals) {
      return failure("malformed principals in a certificate");
    }
    certificate.principals.emplace_back(name);
  }
  return {};
}

Result<void> read_entries(ByteView list, std::vector<Certificate::Entry>& entries) {
  wire::Reader reader(list);
  while (reader.left() != 0) {
    const std::string_view name = reader.text();
    const ByteView data = reader.string();
    const bool known = std::any_of(entries.begin(), entries.end(),
                                   [&](const auto& entry) { return entry.first == name; });
    if (!reader.ok() || name.empty() || has_zero(name) || known || entries.size() == kMostEntries) {
      return failure("malformed options in a certificate");
    }
    entries.emplace_back(name, to_bytes(data));
  }
  return {};
}

/// RFC 4253 section 6.6: the name of the algorithm that made a signature.
Result<std::string> read_algorithm(ByteView signature) {
  wire::Reader reader(signature);
  const std::string_view algorithm = reader.text();
  if (!reader.ok() || reader.left() == 0) return failure("malformed signature of a certificate");
  return std::string(algorithm);
}

/// Whether keys of that type sign by that algorithm. "ssh-rsa", which is SHA-1, is nobody's.
bool signs_by(std::string_view type, std::string_view algorithm) {
  if (type == "ssh-rsa") return algorithm == "rsa-sha2-256" || algorithm == "rsa-sha2-512";
  return type == algorithm;
}

Result<void> read_signature(wire::Reader& reader, ByteView blob, Certificate& certificate) {
  certificate.signature_key = to_bytes(reader.string());
  certificate.signed_part = to_bytes(blob.first(blob.size() - reader.left()));
  certificate.signature = to_bytes(reader.string());
  if (!reader.done()) return failure("certificate cut short, or something follows it");
  // PROTOCOL.certkeys: "Note that it is possible for a RSA certificate key to be signed by a
  // Ed25519 or ECDSA CA key and vice-versa", but a certificate signs nothing.
  const auto signer = check_public_key(certificate.signature_key);
  if (!signer) return failure("key of the CA: " + signer.error().text);
  auto algorithm = read_algorithm(certificate.signature);
  if (!algorithm) return tl::unexpected<Error>(algorithm.error());
  if (!signs_by(*signer, *algorithm)) {
    return failure("the key of the CA does not sign by the algorithm of the signature");
  }
  certificate.signature_algorithm = std::move(*algorithm);
  return {};
}

/// From the serial number to what is reserved.
Result<void> read_body(wire::Reader& reader, Certificate& certificate) {
  certificate.serial = reader.u64();
  const std::uint32_t kind = reader.u32();
  certificate.key_id = reader.text();
  const ByteView principals = reader.string();
  certificate.valid_after = reader.u64();
  certificate.valid_before = reader.u64();
  const ByteView critical = reader.string();
  const ByteView extensions = reader.string();
  reader.string();  // reserved
  if (!reader.ok()) return failure("certificate cut short");
  if (kind != 1 && kind != 2) return failure("certificate of an unknown kind");
  certificate.kind = kind == 1 ? Certificate::Kind::user : Certificate::Kind::host;
  if (has_zero(certificate.key_id)) return failure("zero byte in the key id of a certificate");
  return read_principals(principals, certificate)
      .and_then([&] { return read_entries(critical, certificate.critical_options); })
      .and_then([&] { return read_entries(extensions, certificate.extensions); });
}

}  // namespace

std::optional<std::string_view> algorithm_of_certificate(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.certificate == name) return algorithm.plain;
  }
  return std::nullopt;
}

std::optional<std::string_view> certificate_algorithm(std::string_view plain) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.plain == plain) return algorithm.certificate;
  }
  return std::nullopt;
}

bool algorithm_fits_certificate(std::string_view algorithm, std::string_view blob_type) {
  const auto plain = algorithm_of_certificate(algorithm);
  return plain && (plain->starts_with("rsa-sha2-") ? blob_type == "ssh-rsa-cert-v01@openssh.com"
                                                   : blob_type == algorithm);
}

Result<Certificate> parse_certificate(ByteView blob) {
  if (blob.size() > kLongestCertificate) return failure("certificate too long");
  wire::Reader reader(blob);
  Certificate certificate;
  certificate.type = reader.text();
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& known) {
    return known.certificate == certificate.type;
  });
  if (type == kTypes.end()) return failure("no certificate of a known type");
  reader.string();  // nonce
  auto key = read_key(reader, *type);
  if (!key) return tl::unexpected<Error>(key.error());
  certificate.public_key = std::move(*key);
  const auto read = read_body(reader, certificate).and_then([&] {
    return read_signature(reader, blob, certificate);
  });
  if (!read) return tl::unexpected<Error>(read.error());
  return certificate;
}

Result<VerifiedCertificate> VerifiedCertificate::verify(Certificate certificate,
                                                        const CryptoProvider& crypto,
                                                        std::span<const std::string> algorithms) {
  const std::string& algorithm = certificate.signature_algorithm;
  if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end()) {
    return failure("certificates signed by " + algorithm + " are not accepted");
  }
  const auto verified = crypto.verify(algorithm, certificate.signature_key, certificate.signed_part,
                                      certificate.signature);
  if (!verified) return tl::unexpected<Error>(verified.error());
  if (!verified->valid) return failure("the signature of the certificate is wrong");
  return VerifiedCertificate(std::move(certificate));
}

}  // namespace ssh
