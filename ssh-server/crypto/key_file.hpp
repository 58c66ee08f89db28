// The private half of a key in OpenSSH's format.
#pragma once

#include "crypto/signing_key.hpp"
#include "wire/writer.hpp"

namespace ssh::crypto {

/// The fields of PROTOCOL.key's private section, from the type's name to before the comment.
Bytes private_fields(const LibcryptoKey& key);
/// Reads those fields behind the type's name. The halves of the key fit each other.
Result<Pkey> read_private_fields(const KeyType& type, wire::Reader& fields);

}  // namespace ssh::crypto
