// Time: Xen's (xen/xen.h, vcpu_time_info), or the TSC and the real-time clock of a PC.
#pragma once

#include "xenrt/events.hpp"

namespace xenrt {

void start_clock();

// Nanoseconds since 1970.
[[nodiscard]] std::uint64_t wall_clock_ns();

}  // namespace xenrt
