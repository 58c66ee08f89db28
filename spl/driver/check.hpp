// What `splc check` says of one policy; `splc watch` says it too.
#pragma once

#include <string>

#include "driver/compilation.hpp"

namespace spl::driver {

/// Shows the diagnostics in the format asked for; what is for standard output is returned.
[[nodiscard]] std::string show_check(Compilation& compilation, bool json,
                                     const CommonOptions& common, Console& console);

}  // namespace spl::driver
