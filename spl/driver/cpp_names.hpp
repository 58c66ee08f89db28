// The names that generated C++ goes by, as the command line gives them.
#pragma once

#include <string>

#include "driver/console.hpp"

namespace spl::driver {

/// Whether these can be a header's stem and a namespace; if not, says so.
[[nodiscard]] bool valid_cpp_names(const std::string& stem, const std::string& name_space,
                                   Console& console);

}  // namespace spl::driver
