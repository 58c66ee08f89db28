// Base64 as keys are written in (RFC 4648 section 4): padded, canonical, nothing in between.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ssh/bytes.hpp"

namespace ssh::wire {

std::string to_base64(ByteView bytes);

/// Nothing for text that to_base64() could not have written: other characters, wrong or missing
/// padding, bits behind the end.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace ssh::wire
