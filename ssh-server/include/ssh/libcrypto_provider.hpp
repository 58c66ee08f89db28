// The door of ssh-server/crypto: the provider on OpenSSL's libcrypto 3.0 and zlib, and key files.
#pragma once

#include <memory>
#include <string>

#include "ssh/crypto.hpp"

namespace ssh {

/// One for the whole program, made at the first call; shared by all threads.
const CryptoProvider& libcrypto_provider();

/// A private key in OpenSSH's own format ("-----BEGIN OPENSSH PRIVATE KEY-----", PROTOCOL.key).
/// Keys with a passphrase are refused with a hint; so are other formats.
Result<std::unique_ptr<SigningKey>> read_private_key(std::string_view file);

/// The same format, without a passphrase. A secret: the caller wipes it. Empty if the key is not
/// one of this provider.
std::string write_private_key(const SigningKey& key);
/// One line: type, base64, comment, newline.
std::string write_public_key(const SigningKey& key);

/// type: as SigningKey::type(); RSA keys have 3072 bits.
Result<std::unique_ptr<SigningKey>> generate_private_key(std::string_view type,
                                                         std::string comment);

/// "SHA256:" and unpadded base64, as ssh-keygen -l prints it.
std::string fingerprint(ByteView public_blob);

}  // namespace ssh
