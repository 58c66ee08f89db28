// See entropy.hpp. Intel's guide to RDRAND (5.2.1): ten tries, then the device has failed.
#include "hypervisor/entropy.hpp"

#include <cstring>

#include "boot/cpu.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

std::uint64_t random_word() {
  std::uint64_t value = 0;
  for (int i = 0; i < 10; ++i) {
    if (cpu::rdrand(value)) return value;
  }
  panic("the processor's random number generator (RDRAND) has failed");
}

}  // namespace

void require_entropy() {
  constexpr std::uint32_t kRdrand = 1U << 30;
  if ((cpu::cpuid(1).c & kRdrand) == 0) {
    panic(
        "the processor has no RDRAND: refusing to run without a source of randomness "
        "(QEMU: -cpu max, or add +rdrand)");
  }
  // Broken ones give the same value for ever (AMD erratum after suspend: all ones).
  const std::uint64_t first = random_word();
  for (int i = 0; i < 8; ++i) {
    if (random_word() != first) return;
  }
  panic("the processor's random number generator (RDRAND) repeats itself");
}

void random_bytes(void* to, std::size_t bytes) {
  auto* at = static_cast<std::uint8_t*>(to);
  while (bytes > 0) {
    const std::uint64_t word = random_word();
    const std::size_t part = bytes < sizeof word ? bytes : sizeof word;
    std::memcpy(at, &word, part);
    at += part;
    bytes -= part;
  }
}

}  // namespace xenrt
