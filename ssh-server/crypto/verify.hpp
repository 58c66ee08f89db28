// Checks signatures.
#pragma once

#include <string_view>

#include "ssh/crypto.hpp"

namespace ssh::crypto {

/// As CryptoProvider::verify().
Result<CryptoProvider::Signed> verify(std::string_view algorithm, ByteView public_blob,
                                      ByteView data, ByteView signature);

}  // namespace ssh::crypto
