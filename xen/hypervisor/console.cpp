// See console.hpp. The ring: xen/io/console.h. The other side is not trusted with more than the
// text itself: its indexes are masked before use.
#include "hypervisor/console.hpp"

#include <xen/io/console.h>
#include <xen/xen.h>

#include "boot/cpu.hpp"
#include "boot/sealed.hpp"

namespace xenrt {

namespace {

constexpr std::uint16_t kSerial =
    0x3f8;  // 16550: data, +3 line control, +5 line status, +7 scratch
constexpr std::uint16_t kXenLog = 0xe9;
constexpr std::uint64_t kPatience = 2'000'000'000;  // ns

std::uint32_t acquire(const std::uint32_t& index) {
  return __atomic_load_n(&index, __ATOMIC_ACQUIRE);
}
void release(std::uint32_t& index, std::uint32_t value) {
  __atomic_store_n(&index, value, __ATOMIC_RELEASE);
}

// False: nobody makes room.
bool wait_for_room() {
  xencons_interface& ring = *sealed.console_ring;
  const std::uint64_t deadline = monotonic_ns() + kPatience;
  while (ring.out_prod - acquire(ring.out_cons) >= sizeof ring.out) {
    send_event(sealed.console_port);
    if (monotonic_ns() > deadline) return false;
    wait_for_events({&sealed.console_port, 1}, monotonic_ns() + kPatience / 100);
    (void)take_event(sealed.console_port);
  }
  return true;
}

void write_ring(const char* text, std::uint64_t bytes) {
  xencons_interface& ring = *sealed.console_ring;
  const auto put = [&ring](char c) {
    if (!wait_for_room()) return;
    ring.out[MASK_XENCONS_IDX(ring.out_prod, ring.out)] = c;
    release(ring.out_prod, ring.out_prod + 1);
  };
  for (std::uint64_t i = 0; i < bytes; ++i) {
    if (text[i] == '\n') put('\r');
    put(text[i]);
  }
  send_event(sealed.console_port);
}

void write_serial(char c) {
  for (unsigned i = 0; i < 100'000 && !(cpu::in8(kSerial + 5) & 0x20); ++i) cpu::relax();
  cpu::out8(kSerial, static_cast<std::uint8_t>(c));
}

}  // namespace

void start_early_console() {
  if (on_xen()) return;
  cpu::out8(kSerial + 7, 0x5a);
  sealed.has_serial_port = cpu::in8(kSerial + 7) == 0x5a;
  if (!sealed.has_serial_port) return;
  cpu::out8(kSerial + 1, 0);     // no interrupts
  cpu::out8(kSerial + 3, 0x80);  // divisor: 115200
  cpu::out8(kSerial, 1);
  cpu::out8(kSerial + 1, 0);
  cpu::out8(kSerial + 3, 3);  // 8 bits, no parity
  cpu::out8(kSerial + 2, 7);  // FIFO
}

void console_write(const char* text, std::uint64_t bytes) {
  if (sealed.console_ring != nullptr) return write_ring(text, bytes);
  for (std::uint64_t i = 0; i < bytes; ++i) {
    if (sealed.has_serial_port) {
      if (text[i] == '\n') write_serial('\r');
      write_serial(text[i]);
    } else {
      cpu::out8(kXenLog, static_cast<std::uint8_t>(text[i]));
    }
  }
}

bool console_has_input() noexcept {
  if (sealed.console_ring != nullptr) {
    return acquire(sealed.console_ring->in_prod) != sealed.console_ring->in_cons;
  }
  return sealed.has_serial_port && (cpu::in8(kSerial + 5) & 1) != 0;
}

int console_take_byte() {
  if (!console_has_input()) return -1;
  if (sealed.console_ring == nullptr) return cpu::in8(kSerial);
  xencons_interface& ring = *sealed.console_ring;
  const auto byte = static_cast<std::uint8_t>(ring.in[MASK_XENCONS_IDX(ring.in_cons, ring.in)]);
  release(ring.in_cons, ring.in_cons + 1);
  send_event(sealed.console_port);
  return byte;
}

Port console_port() noexcept {
  return sealed.console_port;
}

void console_drain() {
  if (sealed.console_ring == nullptr) return;
  xencons_interface& ring = *sealed.console_ring;
  const std::uint64_t deadline = monotonic_ns() + kPatience;
  while (acquire(ring.out_cons) != ring.out_prod && monotonic_ns() < deadline) {
    wait_for_events({}, monotonic_ns() + kPatience / 1000);
  }
}

}  // namespace xenrt
