// Exceptions are bugs of the program: they are reported, and the guest goes off.
#include "boot/traps.hpp"

#include "boot/cpu.hpp"
#include "boot/descriptors.hpp"
#include "boot/image.hpp"
#include "boot/paging.hpp"
#include "hypervisor/log.hpp"
#include "hypervisor/power.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

constexpr unsigned kPageFault = 14;

constexpr const char* kNames[] = {
    "division error",
    "debug exception",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound exceeded",
    "invalid opcode",
    "no FPU",
    "double fault",
    "coprocessor overrun",
    "invalid task state",
    "segment not present",
    "stack segment fault",
    "general protection",
    "page fault",
    "exception 15",
    "x87 error",
    "alignment check",
    "machine check",
    "SIMD error",
    "virtualisation",
    "control protection",
};

const char* name_of(std::uint64_t vector) {
  return vector < sizeof kNames / sizeof *kNames ? kNames[vector] : "unexpected interrupt";
}

// Why an access to this address was refused, in words.
const char* reason_of(std::uint64_t address, std::uint64_t error) {
  const bool present = (error & 1) != 0;
  const bool write = (error & 2) != 0;
  const bool fetch = (error & 16) != 0;
  if (const char* guard = guard_page_at(address)) return guard;
  if (address < kPage) return "null pointer";
  if (!present) return "nothing is mapped there";
  if (fetch) return "that is data, not code";
  if (write)
    return image_range().contains(address) ? "that is read-only: code, constants or sealed data"
                                           : "that is read-only";
  return "no right to read";
}

void print_page_fault(const TrapFrame& frame) {
  const std::uint64_t address = cpu::read_cr2();
  const char* what = frame.error & 16 ? "jump to " : frame.error & 2 ? "write to " : "read from ";
  log("  ", what, Hex{address}, ": ", reason_of(address, frame.error));
}

void print_registers(const TrapFrame& f) {
  log("  rip ", Hex{f.rip}, "  rsp ", Hex{f.rsp}, "  rbp ", Hex{f.rbp}, "  rflags ", Hex{f.rflags});
  log("  rax ", Hex{f.rax}, "  rbx ", Hex{f.rbx}, "  rcx ", Hex{f.rcx}, "  rdx ", Hex{f.rdx});
  log("  rsi ", Hex{f.rsi}, "  rdi ", Hex{f.rdi}, "  r8 ", Hex{f.r8}, "  r9 ", Hex{f.r9});
  log("  r10 ", Hex{f.r10}, "  r11 ", Hex{f.r11}, "  r12 ", Hex{f.r12}, "  r13 ", Hex{f.r13});
  log("  r14 ", Hex{f.r14}, "  r15 ", Hex{f.r15}, "  error ", Hex{f.error}, "  cr2 ",
      Hex{cpu::read_cr2()}, "  fs ", Hex{cpu::read_msr(cpu::Msr::fs_base)});
}

// A report that fails itself must not start again.
constinit bool reporting = false;

}  // namespace

extern "C" [[noreturn]] void xenrt_trap(const TrapFrame* frame) {
  if (reporting) end_run(kTrapExit, End::crash);
  reporting = true;
  log("\nxenrt: trap ", frame->vector, ": ", name_of(frame->vector));
  if (frame->vector == kPageFault) print_page_fault(*frame);
  print_registers(*frame);
  print_backtrace(frame->rip, frame->rbp, frame->rsp);
  end_run(kTrapExit, End::crash);
}

void panic(const char* what) noexcept {
  if (reporting) end_run(kPanicExit, End::crash);
  reporting = true;
  log("\nxenrt: panic: ", what);
  const auto* frame = static_cast<const std::uint64_t*>(__builtin_frame_address(0));
  print_backtrace(frame[1], frame[0], reinterpret_cast<std::uint64_t>(frame + 2));
  end_run(kPanicExit, End::crash);
}

}  // namespace xenrt
