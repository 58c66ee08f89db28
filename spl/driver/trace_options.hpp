// What the options that say how traces are written need of each other.
#pragma once

#include <string_view>

#include "driver/console.hpp"
#include "driver/trace_form.hpp"

namespace spl::driver {

/// False after an error, which is shown: the options do not go together. `format` is what the
/// command line calls the one that decides: "--format".
[[nodiscard]] bool trace_form_fits(const TraceForm& form, std::string_view format,
                                   Console& console);

}  // namespace spl::driver
