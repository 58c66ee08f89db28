// The console: a ring shared with Xen's console daemon, or the first serial port.
#pragma once

#include <cstdint>

#include "hypervisor/log.hpp"
#include "xenrt/console.hpp"

namespace xenrt {

// Finds the serial port. Under Xen there is none, and port 0xe9 (Xen's own log) is used until the
// ring is there.
void start_early_console();

// What waits to be read: a byte, or -1.
[[nodiscard]] int console_take_byte();

// Waits until the other side has read everything, for a bounded time.
void console_drain();

}  // namespace xenrt
