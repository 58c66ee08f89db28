// splc without its main(): parse the command line, run a sub-command, see to the output.
#pragma once

#include "driver/exit_code.hpp"

namespace spl::driver {

[[nodiscard]] Exit run_splc(int argc, const char* const* argv);

}  // namespace spl::driver
