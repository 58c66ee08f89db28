// Base64 (RFC 4648 section 4) as key files have it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/openssl.hpp"

namespace ssh::crypto {

/// Without line breaks, with padding.
std::string base64(ByteView bytes);
/// Carriage returns and line feeds are skipped; anything else that is not base64 is refused.
std::optional<Secret> from_base64(std::string_view text);

}  // namespace ssh::crypto
