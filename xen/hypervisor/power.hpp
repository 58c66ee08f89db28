// Ends of the guest.
#pragma once

namespace xenrt {

enum class End { power_off, reboot, crash };

// Under Xen `end` is what the toolstack is told; under plain QEMU the code is what isa-debug-exit
// shows.
[[noreturn]] void end_run(int exit_code, End end) noexcept;

}  // namespace xenrt
