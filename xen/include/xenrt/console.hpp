// The console beyond stdin and stdout, which are read(2) and write(2).
#pragma once

#include "xenrt/events.hpp"

namespace xenrt {

// Whether read(0, ...) would return at once. Without input, read() sleeps until there is a line's
// end.
[[nodiscard]] bool console_has_input() noexcept;

// The event channel that says so; Port::none without Xen.
[[nodiscard]] Port console_port() noexcept;

}  // namespace xenrt
