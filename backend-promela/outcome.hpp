// Internal: small things about outcomes that the cache needs, too.
#pragma once

#include <string>
#include <string_view>

#include "spl/promela/job.hpp"

namespace spl::promela {

/// 32 hexadecimal digits. Equal texts have equal digests; who must not be wrong compares the texts.
[[nodiscard]] std::string digest(std::string_view text);
/// Everything but printable ASCII replaced by '?'.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace spl::promela
