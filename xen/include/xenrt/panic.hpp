// The end of the program by a mistake of its own.
#pragma once

namespace xenrt {

// Says what, with a backtrace, and powers off: under Xen as a crash (on_crash of the guest's
// configuration decides what follows), under plain QEMU with exit code kPanicExit.
[[noreturn]] void panic(const char* what) noexcept;

// Exit codes that are not main()'s, as isa-debug-exit shows them: (code << 1 | 1).
inline constexpr int kKilledExit = 124;  // abort(), or another fatal signal to itself
inline constexpr int kTrapExit = 125;    // an exception of the CPU
inline constexpr int kPanicExit = 126;

}  // namespace xenrt
