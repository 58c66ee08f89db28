// See power.hpp. SCHEDOP_shutdown: xen/sched.h.
#include "hypervisor/power.hpp"

#include <xen/sched.h>

#include "boot/cpu.hpp"
#include "hypervisor/console.hpp"
#include "hypervisor/hypercall.hpp"
#include "xenrt/shutdown.hpp"

namespace xenrt {

namespace {

constexpr std::uint16_t kDebugExit = 0xf4;     // QEMU: -device isa-debug-exit,iobase=0xf4,iosize=4
constexpr std::uint16_t kAcpiControl = 0x604;  // QEMU's PM1a control register
constexpr std::uint16_t kAcpiPowerOff = 0x2000;
constexpr std::uint16_t kKeyboard = 0x64;  // pulses the reset line
constexpr std::uint8_t kReset = 0xfe;

unsigned reason_of(End end) {
  switch (end) {
    case End::power_off:
      return SHUTDOWN_poweroff;
    case End::reboot:
      return SHUTDOWN_reboot;
    case End::crash:
      return SHUTDOWN_crash;
  }
  return SHUTDOWN_crash;
}

}  // namespace

void end_run(int exit_code, End end) noexcept {
  console_drain();
  if (on_xen()) {
    sched_shutdown arguments{reason_of(end)};
    hypercall(Hypercall::sched_op, SCHEDOP_shutdown, address_of(arguments));
  } else {
    if (end == End::reboot) cpu::out8(kKeyboard, kReset);
    cpu::out32(kDebugExit, static_cast<std::uint32_t>(exit_code));
    cpu::out16(kAcpiControl, kAcpiPowerOff);
  }
  for (;;) asm volatile("cli; hlt");
}

void power_off(int exit_code) noexcept {
  end_run(exit_code, End::power_off);
}
void reboot() noexcept {
  end_run(0, End::reboot);
}

}  // namespace xenrt
