// Public keys as files and messages carry them (RFC 4253 section 6.6): which types there are, and
// whether a blob is well-formed. Not what they mean; that is CryptoProvider's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"

namespace ssh {

/// The types of plain keys (no certificates): ssh-ed25519, the three ecdsa-sha2-nistp*, ssh-rsa,
/// and the two sk-*@openssh.com.
std::span<const std::string_view> public_key_types();
bool is_public_key_type(std::string_view type);

/// The type of a blob of a plain key that is well-formed: every field there and of the right size,
/// nothing behind, the curve the type's own, RSA of 1024 to 16384 bits. Whether a point lies on its
/// curve is not looked at. The view is into the blob.
Result<std::string_view> check_public_key(ByteView blob);

struct PublicKey {
  std::string type;
  Bytes blob;
  /// What follows the key on its line; may be anything but control characters.
  std::string comment;
};

/// "type base64 comment", as in a .pub file.
Result<PublicKey> parse_public_key(std::string_view line);

/// One line of a file that could or could not be used. Lines that are empty or comments are absent.
template <typename T>
struct KeyFileLine {
  /// From 1.
  std::size_t number = 0;
  /// Or the reason why not, for the log.
  Result<T> entry;
};

/// TrustedUserCAKeys: one public key a line. A line that is wrong concerns nobody else.
std::vector<KeyFileLine<PublicKey>> parse_public_keys(std::string_view file);

/// RevokedKeys: the blobs of the public keys, one a line. Here one wrong line is an Error for all
/// of the file, since a key that was meant to be revoked must not go through; so is OpenSSH's
/// binary form (KRL), which is not supported.
Result<std::vector<Bytes>> parse_revoked_keys(std::string_view file);

}  // namespace ssh
