// Time: Xen's (xen/xen.h, vcpu_time_info), or the TSC and the real-time clock of a PC.
#pragma once

#include "xenrt/events.hpp"

namespace xenrt {

void start_clock();

// From now on the clock goes on from here: after a suspend, during which it stands still. Xen's
// time may be that of another host. `sealed` must be writable.
void restart_clock(std::uint64_t monotonic);

// When Xen's clock will be so far (SCHEDOP_poll); the past if that has been. At most 36 years
// ahead.
[[nodiscard]] std::uint64_t xen_deadline(std::uint64_t monotonic);

// Nanoseconds since 1970.
[[nodiscard]] std::uint64_t wall_clock_ns();

}  // namespace xenrt
