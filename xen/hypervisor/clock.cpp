// See clock.hpp.
#include "hypervisor/clock.hpp"

#include <xen/xen.h>

#include "boot/cpu.hpp"
#include "boot/sealed.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

template <class T>
T once(const T& shared) {
  return __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
}

// Xen makes the version odd while it writes.
std::uint64_t xen_time() {
  const vcpu_time_info& time = sealed.xen_shared->vcpu_info[0].time;
  for (;;) {
    const std::uint32_t version = once(time.version);
    std::uint64_t delta = cpu::read_tsc() - time.tsc_timestamp;
    delta = time.tsc_shift >= 0 ? delta << time.tsc_shift : delta >> -time.tsc_shift;
    const std::uint64_t now =
        time.system_time + cpu::multiply_divide(delta, time.tsc_to_system_mul, 1ULL << 32);
    if ((version & 1) == 0 && once(time.version) == version) return now;
  }
}

std::uint64_t xen_wall_clock() {
  const shared_info& shared = *sealed.xen_shared;
  for (;;) {
    const std::uint32_t version = once(shared.wc_version);
    const std::uint64_t seconds = shared.wc_sec | static_cast<std::uint64_t>(shared.wc_sec_hi)
                                                      << 32;
    const std::uint64_t at_boot = seconds * kSecond + shared.wc_nsec;
    if ((version & 1) == 0 && once(shared.wc_version) == version) return at_boot;
  }
}

// --- a PC -----------------------------------------------------------------

constexpr std::uint16_t kPmTimer = 0x608;  // where QEMU's firmware puts it; 24 bits, 3.579545 MHz
constexpr std::uint32_t kPmMask = 0xff'ffff;
constexpr std::uint64_t kPmHz = 3'579'545;

struct Sample {
  std::uint64_t tsc;
  std::uint32_t pm;
};

// Both clocks at the same moment: of 16 readings the one that was interrupted least.
Sample sample() {
  Sample best{};
  std::uint64_t width = UINT64_MAX;
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = cpu::read_tsc();
    const std::uint32_t pm = cpu::in32(kPmTimer) & kPmMask;
    const std::uint64_t after = cpu::read_tsc();
    if (after - before >= width) continue;
    width = after - before;
    best = {before + width / 2, pm};
  }
  return best;
}

std::uint64_t measure_tsc() {
  const Sample first = sample();
  for (unsigned tries = 0; tries < 1'000'000; ++tries) {
    const Sample second = sample();
    const std::uint32_t ticks = (second.pm - first.pm) & kPmMask;
    if (ticks >= kPmHz / 100) return cpu::multiply_divide(second.tsc - first.tsc, kPmHz, ticks);
  }
  panic("no clock: neither Xen's nor an ACPI timer at port 0x608");
}

std::uint8_t cmos(std::uint8_t index) {
  cpu::out8(0x70, index);
  return cpu::in8(0x71);
}

// Days since 1970-01-01 of a date in the Gregorian calendar (Hinnant's days_from_civil).
std::uint64_t days_from(std::uint64_t year, std::uint64_t month, std::uint64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::uint64_t era = year / 400;
  const std::uint64_t of_era = year - era * 400;
  const std::uint64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

std::uint64_t real_time_clock() {
  while (cmos(0x0a) & 0x80) cpu::relax();  // being updated
  const bool binary = (cmos(0x0b) & 4) != 0;
  const auto number = [binary](std::uint8_t index) -> std::uint64_t {
    const std::uint8_t raw = cmos(index);
    return binary ? raw : (raw & 15) + 10U * (raw >> 4);
  };
  const std::uint64_t days = days_from(2000 + number(9), number(8), number(7));
  return ((days * 24 + number(4)) * 60 + number(2)) * 60 + number(0);
}

}  // namespace

void start_clock() {
  if (on_xen()) return;
  sealed.tsc_hz = measure_tsc();
  sealed.tsc_at_boot = cpu::read_tsc();
  sealed.wall_ns_at_boot = real_time_clock() * kSecond;
}

void restart_clock(std::uint64_t monotonic) {
  sealed.clock_offset = monotonic - xen_time();
}

std::uint64_t xen_deadline(std::uint64_t monotonic) {
  constexpr std::uint64_t kFar = 1ULL << 60;
  const std::uint64_t now = xen_time();
  const std::uint64_t here = now + sealed.clock_offset;
  if (monotonic <= here) return now;
  return now + (monotonic - here < kFar ? monotonic - here : kFar);
}

std::uint64_t monotonic_ns() noexcept {
  if (sealed.xen_shared != nullptr) return xen_time() + sealed.clock_offset;
  if (sealed.tsc_hz == 0) return 0;
  return cpu::multiply_divide(cpu::read_tsc() - sealed.tsc_at_boot, kSecond, sealed.tsc_hz);
}

std::uint64_t wall_clock_ns() {
  if (sealed.xen_shared != nullptr) return xen_wall_clock() + xen_time();
  return sealed.wall_ns_at_boot + monotonic_ns();
}

}  // namespace xenrt
