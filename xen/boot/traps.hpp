// What a trap leaves on its stack (boot/entry.S), and the reports of all bad ends.
#pragma once

#include <cstdint>

namespace xenrt {

struct TrapFrame {
  std::uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
  std::uint64_t vector, error;
  std::uint64_t rip, cs, rflags, rsp, ss;
};

// Callers of the code at `code`, by the chain of frame pointers; where that breaks (the C library
// has none), what looks like return addresses on the stack, marked with "?".
void print_backtrace(std::uint64_t code, std::uint64_t frame, std::uint64_t stack);

}  // namespace xenrt
