// SHA, once and over parts.
#pragma once

#include <initializer_list>

#include "crypto/openssl.hpp"

namespace ssh::crypto {

/// libcrypto's name.
const char* digest_name(Digest which);
Bytes digest(Digest which, std::initializer_list<ByteView> parts);

}  // namespace ssh::crypto
