// Where boot/entry.S brings a system call, and the machine that it works on.
#include "boot/cpu.hpp"
#include "boot/image.hpp"
#include "boot/paging.hpp"
#include "boot/traps.hpp"
#include "hypervisor/clock.hpp"
#include "hypervisor/console.hpp"
#include "hypervisor/entropy.hpp"
#include "hypervisor/power.hpp"
#include "linux-abi/system_calls.hpp"
#include "xenrt/panic.hpp"

extern "C" std::uint64_t xenrt_syscall_caller_stack;  // boot/entry.S

namespace xenrt {

namespace {

// As boot/entry.S pushes it.
struct SyscallFrame {
  std::uint64_t from, number;
  std::uint64_t a[6];
  std::uint64_t frame;  // the caller's %rbp
  std::uint64_t back;
};

class Machine final : public Platform {
 public:
  void write(const char* text, std::uint64_t bytes) override { console_write(text, bytes); }
  int take_byte() override { return console_take_byte(); }
  void wait_for_input() override {
    const Port port = console_port();
    (void)take_event(port);
    if (!console_has_input()) wait_for_events({&port, 1}, kNoDeadline);
  }
  void sleep_until(std::uint64_t deadline) override {
    while (monotonic_ns() < deadline) wait_for_events({}, deadline);
  }
  std::uint64_t monotonic() override { return monotonic_ns(); }
  std::uint64_t wall_clock() override { return wall_clock_ns(); }
  void random(void* to, std::uint64_t bytes) override { random_bytes(to, bytes); }
  void set_thread_pointer(std::uint64_t address) override {
    cpu::write_msr(cpu::Msr::fs_base, address);
  }
  std::uint64_t thread_pointer() override { return cpu::read_msr(cpu::Msr::fs_base); }
  bool make_image_read_only(Range range) override {
    return !range.empty() && image_relro().covers(range) &&
           page_tables.protect(range, Access::read);
  }
  void unknown_call(std::uint64_t number, std::uint64_t from) override {
    log("xenrt: unknown system call ", number, " from ", Hex{from}, ": ENOSYS");
  }
  void deadlock(std::uint64_t) override {
    panic("deadlock: waiting for a lock that nobody will release");
  }
  void killed(int signal) override;
  void exit(int code) override { end_run(code & 0xff, End::power_off); }
};

constinit Machine machine;
constinit SystemCalls system_calls{machine, address_space};
constinit const SyscallFrame* current = nullptr;

void Machine::killed(int signal) {
  constexpr int kAbort = 6;
  log("\nxenrt: killed by its own signal ", signal, signal == kAbort ? " (abort)" : "");
  print_backtrace(current->from, current->frame, xenrt_syscall_caller_stack);
  end_run(kKilledExit, End::crash);
}

}  // namespace

extern "C" long xenrt_syscall(const SyscallFrame* frame) {
  current = frame;
  SystemCalls::Arguments arguments{};
  for (int i = 0; i < 6; ++i) arguments.a[i] = frame->a[i];
  arguments.from = frame->from;
  return system_calls.call(frame->number, arguments);
}

}  // namespace xenrt

// What a class with pure virtual functions refers to.
extern "C" void __cxa_pure_virtual() {
  xenrt::panic("pure virtual function called");
}
