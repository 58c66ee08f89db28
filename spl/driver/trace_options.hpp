// How traces are said to be written, on the command lines that take them.
#pragma once

#include <optional>
#include <string>

#include "driver/console.hpp"
#include "driver/trace_reader.hpp"

namespace spl::driver {

/// False after an error, which is shown: --format, --role and --map do not go together.
[[nodiscard]] bool trace_form_fits(TraceFormat format, const std::optional<OpensshRole>& role,
                                   const std::string& map, Console& console);

}  // namespace spl::driver
